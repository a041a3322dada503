"""The HTTP door, put together: middleware, routes of the table, health, the OpenAPI document."""

from typing import Any

from fastapi import FastAPI, Request

from botkit.runtime.health import Health
from botkit.runtime.http import add_health_routes
from llm_server.errors import UnknownRoute, WrongMethod
from llm_server.http import openapi
from llm_server.http.middleware import Authenticated, Limited, Supervised
from llm_server.http.routes import add_routes
from llm_server.inflight import InFlight
from llm_server.operations import Table


def make(
    operations: Table, health: Health, running: InFlight, *, name: str, version: str, api_key: str
) -> FastAPI:
    """The application; a blank `api_key` leaves the door open."""
    app = FastAPI(title=name, version=version, redirect_slashes=False, redoc_url=None)
    app.add_middleware(Limited)
    app.add_middleware(Authenticated, api_key=api_key)
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
