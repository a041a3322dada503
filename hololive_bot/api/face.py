"""Mounts the routes: one key, one shape of errors, careful headers, slow requests in the log."""

import time
from collections.abc import Awaitable, Callable, Sequence

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.middleware.cors import CORSMiddleware

from botkit.chat.errors import UserError
from botkit.runtime.http import admin_key
from hololive_bot.repository.link import DatabaseAway

log = structlog.get_logger(__name__)

PREFIX = "/api/holo"
SLOW_SECONDS = 0.1

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def mount(app: FastAPI, routers: Sequence[APIRouter], *, key: str, origins: Sequence[str]) -> None:
    """Add the routes; without a `key` they answer 503. `origins` may call them from a browser."""
    for routes in routers:
        app.include_router(routes, prefix=PREFIX, dependencies=[Depends(admin_key(key))])
    app.add_exception_handler(DatabaseAway, _on_database_away)
    app.add_exception_handler(UserError, _on_source_away)
    app.add_exception_handler(RequestValidationError, _on_bad_request)
    app.middleware("http")(_watched)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["X-API-Key", "Authorization", "Content-Type"],
        )


async def _watched(request: Request, handle: Callable[[Request], Awaitable[Response]]) -> Response:
    began = time.perf_counter()
    response = await handle(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    seconds = time.perf_counter() - began
    if seconds > SLOW_SECONDS:
        route = getattr(request.scope.get("route"), "path", "")
        log.info("request_slow", route=route, milliseconds=round(seconds * 1000))
    return response


async def _on_database_away(_request: Request, _error: Exception) -> JSONResponse:
    return JSONResponse({"error": "UNAVAILABLE", "message": "PostgreSQL cannot be reached"}, 503)


async def _on_source_away(_request: Request, error: Exception) -> JSONResponse:
    code = error.code if isinstance(error, UserError) else ""
    return JSONResponse({"error": "UPSTREAM_UNAVAILABLE", "message": f"no source answers ({code})"}, 502)


async def _on_bad_request(_request: Request, error: Exception) -> JSONResponse:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in problems)
    return JSONResponse({"error": "INVALID_REQUEST", "message": said[:1000]}, 400)
