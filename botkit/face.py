"""A bot's HTTP face: health, metrics, what can be typed, and its own routes behind the API key.

Every failure has one body, `{"error": code, "message": text}`: the game's refusals in the players' words.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel
from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from botkit.chat.catalog import Catalog
from botkit.chat.errors import Bug, StoreUnavailable, UserError
from botkit.chat.grammar import Grammar
from botkit.postgres.pool import UNFIT
from botkit.runtime import http
from botkit.runtime.health import Health
from botkit.valkey.clients import UNREACHABLE

log = structlog.get_logger(__name__)

MOST_BYTES = 1024 * 1024
"""Of a request's body."""

SLOW_SECONDS = 0.1

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Careful:
    """Careful headers on every answer, slow requests in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        began = time.perf_counter()

        async def send_carefully(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_carefully)
        seconds = time.perf_counter() - began
        if seconds > SLOW_SECONDS:
            route = getattr(scope.get("route"), "path", "")
            log.info("request_slow", route=route, milliseconds=round(seconds * 1000))


class Problem(BaseModel):
    """What every failure looks like."""

    error: str
    message: str


REASONS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": text}
    for status, text in {
        400: "The request cannot be read, or breaks a rule of the bot",
        401: "The API key is missing",
        403: "The API key is wrong, or who is spoken for is shut out",
        404: "There is nothing like that",
        409: "It stands against what is so already",
        413: "The body is larger than 1 MiB",
        422: "A player's mistake, or a text that the model's guard refuses; the message is for players",
        429: "Too soon; see Retry-After",
        500: "Unforeseen",
        502: "The model's answer is unusable",
        503: "No API key is set, or a store or the model is away",
        504: "The model took too long",
    }.items()
}
"""What may be answered by any route but the open ones."""


def face(
    health: Health,
    *,
    grammar: Grammar,
    summaries: Mapping[str, str],
    catalog: Catalog,
    routers: Sequence[APIRouter],
    api_key: str,
    origins: Sequence[str] = (),
) -> FastAPI:
    """The application of the bot that `health` speaks for; pages of `origins` may call it from a browser."""
    app = FastAPIOffline(title=health.service, version=health.version, redoc_url=None, redirect_slashes=False)
    app.add_middleware(http.Limited, most=MOST_BYTES)
    app.add_middleware(Careful)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["X-API-Key", "Authorization", "Content-Type"],
        )
    http.add_error_body(app)
    http.add_health_routes(app, health)

    async def on_user_error(_request: Request, error: Any) -> JSONResponse:
        body = {"error": error.code.upper(), "message": catalog.error(error)}
        wait = {"Retry-After": str(error.values["remaining"])} if error.status == 429 else {}
        return JSONResponse(body, error.status, wait)

    async def on_store_away(request: Request, error: Any) -> JSONResponse:
        log.warning("store_unreachable", error=type(error).__name__)
        return await on_user_error(request, StoreUnavailable())

    async def on_unfit(_request: Request, _error: Any) -> JSONResponse:
        return JSONResponse({"error": "INVALID_REQUEST", "message": "a value cannot be stored"}, 400)

    async def on_bug(request: Request, _error: Any) -> JSONResponse:
        return await on_user_error(request, Bug())

    app.add_exception_handler(UserError, on_user_error)
    app.add_exception_handler(UNFIT, on_unfit)
    app.add_exception_handler(Exception, on_bug)
    for away in UNREACHABLE:
        app.add_exception_handler(away, on_store_away)

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
