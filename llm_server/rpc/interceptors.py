"""What stands before every rpc: supervision outside, the key inside. Both work on UDS as on TCP."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import grpc
import structlog

from botkit.runtime.http import api_key_matches
from botkit.runtime.tracing import span
from llm_server import metrics
from llm_server.activity import Spent, spending
from llm_server.errors import CallerGone, Failure, Internal, Unauthorized, face, known
from llm_server.inflight import InFlight
from llm_server.request_id import accepted
from llm_server.rpc.service import SERVICE, Behaviour, Context

log = structlog.get_logger(__name__)

REQUEST_ID = "x-request-id"
ERROR_CODE = "x-error-code"
TOKENS = "x-llm-tokens"

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"
Details = grpc.HandlerCallDetails
Continuation = Callable[[Details], Awaitable[Handler]]


class Supervised(grpc.aio.ServerInterceptor):
    """Names each call of the service, logs and counts it, and turns whatever is raised into a status."""

    def __init__(self, running: InFlight) -> None:
        self._running = running

    async def intercept_service(self, continuation: Continuation, handler_call_details: Details) -> Handler:
        """Wrap the handler of one call; reflection and health need no supervision."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or not _is_ours(method):
            return handler
        inner: Any = handler.unary_unary

        async def behaviour(request: Any, context: Context) -> Any:
            identity = accepted(_metadata(context.invocation_metadata()).get(REQUEST_ID))
            await context.send_initial_metadata(((REQUEST_ID, identity),))
            carrier = _metadata(context.invocation_metadata())
            with (
                structlog.contextvars.bound_contextvars(request_id=identity),
                span(method.rpartition("/")[2], carrier=carrier),
                spending() as spent,
            ):
                return await self._call(inner, request, context, method, spent)

        return _replaced(handler, behaviour)

    async def _call(self, inner: Behaviour, request: Any, context: Context, method: str, spent: Spent) -> Any:
        began = time.perf_counter()
        failure: Failure | None = CallerGone("the caller hung up")  # unless we learn of something else
        try:
            with self._running.call():
                reply = await inner(request, context)
            failure = None
            context.set_trailing_metadata(_trailing(spent))
        except Exception as error:
            failure = known(error)
            if isinstance(failure, Internal):
                log.error("rpc_crashed", exc_info=error)
            await abort(context, failure, *_trailing(spent))
        finally:
            _record(method, failure, time.perf_counter() - began)
        return reply


class Authenticated(grpc.aio.ServerInterceptor):
    """Lets nobody in without the key, to reflection and health neither."""

    def __init__(self, api_key: str) -> None:
        self._key = api_key

    async def intercept_service(self, continuation: Continuation, handler_call_details: Details) -> Handler:
        """Keep the handler, or put a refusal in its place."""
        handler = await continuation(handler_call_details)
        given = _metadata(handler_call_details.invocation_metadata)
        if handler is None or api_key_matches(self._key, given.get("x-api-key"), given.get("authorization")):
            return handler
        return _replaced(handler, _refuse if _is_ours(handler_call_details.method) else _refuse_stranger)


async def abort(context: Context, failure: Failure, *trailing: tuple[str, str]) -> None:
    """End the call with the status of the table and the stable code beside it."""
    shown = face(failure)
    await context.abort(grpc.StatusCode[shown.grpc], failure.message, ((ERROR_CODE, shown.code), *trailing))


def _trailing(spent: Spent) -> tuple[tuple[str, str], ...]:
    return () if spent.tokens is None else ((TOKENS, str(spent.tokens)),)


async def _refuse(_request: Any, _context: Context) -> Any:
    raise Unauthorized("the API key is missing or wrong")


async def _refuse_stranger(_request: Any, context: Context) -> Any:
    await abort(context, Unauthorized("the API key is missing or wrong"))


def _replaced(handler: "grpc.RpcMethodHandler[Any, Any]", behaviour: Any) -> Handler:
    """The handler with another behaviour, of the same kind."""
    make: Any = {
        (False, False): grpc.unary_unary_rpc_method_handler,
        (False, True): grpc.unary_stream_rpc_method_handler,
        (True, False): grpc.stream_unary_rpc_method_handler,
        (True, True): grpc.stream_stream_rpc_method_handler,
    }[handler.request_streaming, handler.response_streaming]
    made: Handler = make(
        behaviour,
        request_deserializer=handler.request_deserializer,
        response_serializer=handler.response_serializer,
    )
    return made


def _is_ours(method: str) -> bool:
    return method.startswith(f"/{SERVICE.full_name}/")


def _metadata(pairs: Any) -> dict[str, str]:
    return {key: value for key, value in pairs or () if isinstance(value, str)}


def _record(method: str, failure: Failure | None, seconds: float) -> None:
    code = face(failure).grpc if failure else "OK"
    metrics.grpc_requests.labels(method.rpartition("/")[2], code).inc()
    milliseconds = round(seconds * 1000, 2)
    if failure is None:
        log.info("grpc_request", method=method, milliseconds=milliseconds)
    else:
        log.warning(
            "grpc_request_failed",
            method=method,
            code=code,
            error=face(failure).code,
            milliseconds=milliseconds,
        )
