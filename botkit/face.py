"""A bot's HTTP face: health, metrics, what can be typed, and its own routes behind the API key.

Every failure has one body, `{"error": code, "message": text}`: the game's refusals in the players' words.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from botkit.chat.catalog import Catalog
from botkit.chat.errors import UserError
from botkit.chat.grammar import Grammar
from botkit.runtime import http
from botkit.runtime.health import Health

MOST_BYTES = 1024 * 1024
"""Of a request's body."""


class Problem(BaseModel):
    """What every failure looks like."""

    error: str
    message: str


REASONS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The request cannot be read"},
    401: {"model": Problem, "description": "The API key is missing or wrong"},
    413: {"model": Problem, "description": "The body is larger than 1 MiB"},
    503: {"model": Problem, "description": "No API key is set, or a store or the model is away"},
}


def face(
    health: Health,
    *,
    grammar: Grammar,
    summaries: Mapping[str, str],
    catalog: Catalog,
    routers: Sequence[APIRouter],
    api_key: str,
) -> FastAPI:
    """The application of the bot that `health` speaks for."""
    app = FastAPI(title=health.service, version=health.version, redoc_url=None, redirect_slashes=False)
    app.add_middleware(http.Limited, most=MOST_BYTES)
    http.add_error_body(app)
    http.add_health_routes(app, health)

    async def on_user_error(_request: Request, error: Any) -> JSONResponse:
        body = {"error": error.code.upper(), "message": catalog.error(error)}
        wait = {"Retry-After": str(error.values["remaining"])} if error.status == 429 else {}
        return JSONResponse(body, error.status, wait)

    app.add_exception_handler(UserError, on_user_error)

    @app.get("/commands", tags=["chat"], summary="What can be typed in a room")
    async def commands() -> dict[str, Any]:
        usages = grammar.usages(summaries)
        return {
            "bot": health.service,
            "prefix": grammar.prefix,
            "commands": [{"usage": usage, "summary": summary} for usage, summary in usages],
        }

    for router in routers:
        app.include_router(router, dependencies=[Depends(http.admin_key(api_key))], responses=REASONS)
    return app
