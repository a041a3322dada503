"""What stands before every route, in plain ASGI. Everything inside raises; the outermost layer answers."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from botkit.runtime.http import api_key_matches
from botkit.runtime.tracing import span
from llm_server import metrics
from llm_server.activity import spending
from llm_server.errors import BodyTooLarge, Failure, Internal, Unauthorized, body, face, known
from llm_server.http.limits import Network, PerMinute, address, identity
from llm_server.request_id import accepted

log = structlog.get_logger(__name__)

REQUEST_ID = "X-Request-ID"
TOKENS = "X-LLM-Tokens"
MOST_BYTES = 1024 * 1024
_CALLER_GONE = 499


def is_open(path: str) -> bool:
    """Whether a path needs no key, and is logged only when it fails: probes, scrapers and the documentation.

    Whatever tells or does something lies below /api/.
    """
    return not path.startswith("/api/")


@dataclass(slots=True)
class _Sent:
    """What went out so far."""

    status: int = 0
    bytes: int = 0

    def note(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.bytes += len(message.get("body", b""))


class Supervised:
    """Names each request, logs and counts it, and turns whatever is raised into the one error body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; there is nothing for a WebSocket here."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
            return
        name = accepted(Headers(scope=scope).get(REQUEST_ID))
        sent = _Sent()
        began = time.perf_counter()

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = name
                if spent.tokens is not None:
                    headers[TOKENS] = str(spent.tokens)
            sent.note(message)
            await send(message)

        with (
            structlog.contextvars.bound_contextvars(request_id=name),
            span(f"HTTP {scope['method']}", carrier=_trace_context(scope)),
            spending() as spent,
        ):
            try:
                await self._app(scope, receive, send_named)
            except Exception as error:
                failure = known(error)
                if isinstance(failure, Internal):
                    log.error("http_request_crashed", exc_info=error)
                if not sent.status:
                    await _answer(failure, name)(scope, receive, send_named)
            finally:
                _record(scope, sent, time.perf_counter() - began)


class Admitted:
    """Lets nobody in without the key, when there is one, and nobody too often."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        api_key: str,
        requests: PerMinute,
        failures: PerMinute,
        trusted: Sequence[Network],
    ) -> None:
        """`requests` of a caller are counted, and `failures` to show the key; `trusted` are proxies."""
        self._app = app
        self._key = api_key
        self._requests = requests
        self._failures = failures
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request.

        Raises:
            Unauthorized: the key is missing or wrong.
            RateLimited: too many requests, or too many wrong keys from this address.
        """
        if scope["type"] == "http" and not is_open(scope["path"]):
            self._admit(Headers(scope=scope), address(scope, self._trusted), scope["path"])
        await self._app(scope, receive, send)

    def _admit(self, headers: Headers, where: str, path: str) -> None:
        presented = ""
        if self._key:
            if self._failures.wait(where):
                raise self._failures.refusal(where, path)
            if not api_key_matches(self._key, headers.get("x-api-key"), headers.get("authorization")):
                self._failures.count(where)
                raise Unauthorized("the API key is missing or wrong", path=path)
            presented = self._key
        caller = identity(presented, where)
        if self._requests.wait(caller):
            raise self._requests.refusal(caller, path)
        self._requests.count(caller)


class Limited:
    """Reads no more than a request may have."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request.

        Raises:
            BodyTooLarge: it announces or sends more.
        """
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > MOST_BYTES:
            raise _too_large()
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MOST_BYTES:
                raise _too_large()
            return message

        await self._app(scope, receive_limited, send)


def _trace_context(scope: Scope) -> dict[str, str]:
    headers = Headers(scope=scope)
    return {name: headers[name] for name in ("traceparent", "tracestate", "baggage") if name in headers}


def _too_large() -> BodyTooLarge:
    return BodyTooLarge(f"a request may have {MOST_BYTES} bytes", limit_bytes=MOST_BYTES)


def _answer(failure: Failure, name: str) -> JSONResponse:
    headers = {}
    if wait := failure.details.get("retry_after_seconds"):
        headers["Retry-After"] = str(wait)
    if allowed := failure.details.get("allow"):
        headers["Allow"] = str(allowed)
    return JSONResponse(body(failure, name), face(failure).http, headers)


def _record(scope: Scope, sent: _Sent, seconds: float) -> None:
    status = sent.status or _CALLER_GONE
    route = getattr(scope.get("route"), "path", "unmatched")
    metrics.http_requests.labels(route, str(status)).inc()
    if status < 400 and is_open(scope["path"]):
        return
    level = "error" if status >= 500 else "warning" if status >= 400 else "debug"
    getattr(log, level)(
        "http_request",
        method=scope["method"],
        path=scope["path"],
        status=status,
        milliseconds=round(seconds * 1000, 2),
        bytes=sent.bytes,
    )
