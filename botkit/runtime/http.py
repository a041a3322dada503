"""The HTTP face of every program: health, metrics, one error body, the API key, a server without signals."""

import asyncio
import contextlib
import hmac
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from botkit.runtime import metrics
from botkit.runtime.health import Health
from botkit.runtime.tasks import cancel

SHUTDOWN_SECONDS = 5
"""How long an open HTTP exchange may take to end once the program stops."""


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: `lifecycle` owns them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


async def serve(app: FastAPI, *, host: str, port: int, stop: asyncio.Event) -> None:
    """Serve until `stop` is set, then let open exchanges end.

    Raises:
        OSError: the port is taken.
    """
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=90,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=config.backlog) as bound:
        server = Server(config)
        waiter = asyncio.create_task(stop.wait())
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        try:
            await asyncio.wait({waiter, serving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            server.should_exit = True
            await cancel({waiter})
            await serving


def add_health_routes(app: FastAPI, health: Health) -> None:
    """`/health`, `/health/live`, `/health/ready`, `/ready` and `/metrics`; `HEAD` works on all of them."""

    async def live() -> JSONResponse:
        well, body = health.live()
        return JSONResponse(body, 200 if well else 503)

    async def ready() -> JSONResponse:
        well, body = await health.ready()
        return JSONResponse(body, 200 if well else 503)

    async def exposition() -> PlainTextResponse:
        return PlainTextResponse(metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    unwell = {"description": "Not well; the body says why", "content": {"application/json": {"schema": {}}}}
    text: dict[str, Any] = {"response_class": PlainTextResponse}
    checked: dict[str, Any] = {"responses": {503: unwell}}
    routes: tuple[tuple[str, Callable[[], Awaitable[Response]], str, dict[str, Any]], ...] = (
        ("/health", live, "Is the process alive?", checked),
        ("/health/live", live, "Is the process alive?", checked),
        ("/health/ready", ready, "Can it do its work? Every dependency, named and timed.", checked),
        ("/ready", ready, "Can it do its work?", checked),
        ("/metrics", exposition, "Prometheus metrics", text),
    )
    for path, endpoint, summary, described in routes:
        app.add_api_route(path, endpoint, methods=["GET"], summary=summary, tags=["health"], **described)
        app.add_api_route(path, endpoint, methods=["HEAD"], include_in_schema=False)


def api_key_matches(expected: str, api_key: str | None, authorization: str | None) -> bool:
    """Whether `X-API-Key` or `Authorization: Bearer` carries the key; compared in constant time."""
    given = (api_key or "").strip()
    if not given:
        scheme, _, token = (authorization or "").partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else ""
    return hmac.compare_digest(given.encode(), expected.encode())


_HEADER = APIKeyHeader(name="X-API-Key", scheme_name="ApiKeyHeader", auto_error=False)
_BEARER = HTTPBearer(scheme_name="Bearer", auto_error=False)


def admin_key(expected: str) -> Callable[..., Awaitable[None]]:
    """A FastAPI dependency for routes that stay shut (503) until an operator sets `HTTP_API_KEY`.

    Without a key the caller hears 401, with a wrong one 403.
    """

    async def check(
        request: Request,
        api_key: Annotated[str | None, Security(_HEADER)],
        _bearer: Annotated[object, Security(_BEARER)],  # for the document; read below, as everywhere
    ) -> None:
        if not expected:
            raise HTTPException(503, "set HTTP_API_KEY to use this route")
        authorization = request.headers.get("authorization")
        if not (api_key or authorization):
            raise HTTPException(401, "missing API key")
        if not api_key_matches(expected, api_key, authorization):
            raise HTTPException(403, "wrong API key")

    return check


CODES = {
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "TOO_LARGE",
    503: "UNAVAILABLE",
}


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class ApiError(HTTPException):
    """A refusal with a stable code of its own, e.g. `GAME_NOT_FOUND`."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status, message)
        self.code = code


def add_error_body(app: FastAPI) -> None:
    """Answer every HTTP error, 404, 405 and unreadable requests included, as `{error, message}`."""

    async def on_http_error(request: Request, error: Any) -> JSONResponse:
        code = getattr(error, "code", None) or CODES.get(error.status_code, "INVALID_REQUEST")
        body = {"error": code, "message": str(error.detail)}
        headers = getattr(error, "headers", None)
        if error.status_code == 405:
            headers = {"Allow": ", ".join(_methods(app, request.scope))}
        return JSONResponse(body, error.status_code, headers=headers)

    async def on_unreadable(_request: Request, error: Any) -> JSONResponse:
        where = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        return JSONResponse({"error": "INVALID_REQUEST", "message": where}, 400)

    app.add_exception_handler(StarletteHTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_unreadable)


def _methods(app: FastAPI, scope: Scope) -> list[str]:
    """What a path can be asked with; Starlette itself tells of the first route only."""
    return [
        method
        for method in METHODS
        if any(route.matches({**scope, "method": method})[0] == Match.FULL for route in app.routes)
    ]


class Limited:
    """Reads no more of a body than `most` bytes; more is answered with 413."""

    def __init__(self, app: ASGIApp, *, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._most:
                raise HTTPException(413, f"a request may have {self._most} bytes")
            return message

        await self._app(scope, receive_limited, send)
