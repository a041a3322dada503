"""From the table to HTTP routes. Requests are validated by the operation's own model, as in the gRPC door."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from starlette.types import Receive

from botkit.runtime.tasks import cancel
from llm_server import contract
from llm_server.errors import CallerGone, WrongMethod
from llm_server.http.openapi import describe
from llm_server.inflight import InFlight
from llm_server.model import NO_DEADLINE
from llm_server.operations import Operation, Table

T = TypeVar("T")


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})


def add_routes(app: FastAPI, operations: Table, running: InFlight) -> None:
    """One route for each path of each operation, and a refusal of every other method."""
    allowed: dict[str, set[str]] = {}
    for operation in operations:
        for path in (operation.path, *operation.aliases):
            allowed.setdefault(path, set()).add(operation.method)
    refused: set[str] = set()
    for operation in operations:
        endpoint = _endpoint(operation, running)
        for path in (operation.path, *operation.aliases):
            app.add_api_route(path, endpoint, methods=[operation.method], **describe(operation, path))
            if path not in refused:
                refused.add(path)
                others, refusal = sorted(METHODS - allowed[path]), _refusal(allowed[path])
                app.add_api_route(path, refusal, methods=others, include_in_schema=False)


def _refusal(allowed: set[str]) -> Callable[[Request], Awaitable[Response]]:
    async def refuse(http: Request) -> Response:
        raise WrongMethod(f"not with {http.method}", path=http.url.path, allow=", ".join(sorted(allowed)))

    return refuse


def _endpoint(operation: Operation[Any, Any], running: InFlight) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(http: Request) -> Response:
        request = await _read(operation, http)
        with running.call():
            reply = await _unless_gone(http.receive, operation.run(request, NO_DEADLINE))
        return Response(reply.to_json(), operation.status, media_type="application/json")

    return endpoint


async def _read(operation: Operation[Any, Any], http: Request) -> contract.Request:
    """The request as the operation takes it; the content type does not matter, `curl -d` says the wrong one.

    Raises:
        MalformedRequest, InvalidInput: see `contract.refusal`.
    """
    wanted: type[contract.Request] = operation.request
    if operation.has_body:
        return wanted.from_json(await http.body(), http.path_params)
    return wanted.from_words({**http.query_params, **http.path_params})


async def _unless_gone(receive: Receive, work: Awaitable[T]) -> T:
    """The result of `work`, which is cancelled when the caller hangs up.

    Raises:
        CallerGone: nobody waits any more.
    """
    working, leaving = asyncio.ensure_future(work), asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise CallerGone("the caller hung up")
        return working.result()
    finally:
        await cancel({working, leaving})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
