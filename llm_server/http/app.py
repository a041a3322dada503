"""The HTTP door, put together: middleware, routes of the table, health, the OpenAPI document."""

import asyncio
from typing import Any

from fastapi import FastAPI, Request
from fastapi_offline import FastAPIOffline
from starlette.middleware.gzip import GZipMiddleware

from botkit.runtime.health import Health
from botkit.runtime.http import add_health_routes
from llm_server.errors import UnknownRoute, WrongMethod
from llm_server.http import openapi
from llm_server.http.limits import PerMinute, networks
from llm_server.http.middleware import Admitted, Limited, Supervised
from llm_server.http.routes import add_routes
from llm_server.inflight import InFlight
from llm_server.operations import Table
from llm_server.settings import ServerSettings

GZIP_BYTES = 1000
"""Smaller answers do not gain."""


def make(
    operations: Table, health: Health, running: InFlight, *, name: str, settings: ServerSettings
) -> FastAPI:
    """The application; a blank HTTP_API_KEY leaves the door open."""
    app = FastAPIOffline(title=name, version=health.version, redirect_slashes=False, redoc_url=None)
    now, most = asyncio.get_running_loop().time, settings.http_rate_limit_identities
    app.add_middleware(Limited)
    app.add_middleware(
        Admitted,
        api_key=settings.http_api_key.get_secret_value(),
        requests=PerMinute(settings.http_rate_limit_rpm, identities=most, now=now),
        failures=PerMinute(settings.http_failed_logins_rpm, identities=most, now=now),
        trusted=networks(settings.http_trusted_proxies),
    )
    app.add_middleware(GZipMiddleware, minimum_size=GZIP_BYTES)
    app.add_middleware(Supervised)  # the last one added is the outermost
    app.add_exception_handler(404, _unknown)
    app.add_exception_handler(405, _wrong_method)
    add_health_routes(app, health)
    add_routes(app, operations, running)
    openapi.install(app, operations)
    return app


async def _unknown(request: Request, _error: Any) -> Any:
    raise UnknownRoute("there is no such path", path=request.url.path)


async def _wrong_method(request: Request, error: Any) -> Any:
    allowed = (error.headers or {}).get("Allow")
    raise WrongMethod(f"not with {request.method}", path=request.url.path, allow=allowed)
