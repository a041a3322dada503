"""One channel to the LLM server, with deadlines, and patience while it restarts.

Only `UNAVAILABLE` without an error code is tried again: then the server was not there. With a code the server
has answered, and has done its own retries.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import grpc
from google.protobuf.message import Message
from llm.v1 import llm_service_pb2 as pb
from llm.v1.llm_service_pb2_grpc import LLMServiceStub

from botkit.chat.errors import UserError
from botkit.llm.errors import mapped, server_code
from botkit.runtime import metrics, tracing
from botkit.runtime.clock import pauses
from botkit.runtime.settings import LlmSettings

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)

DEFAULT_PORT = 40528
MESSAGE_BYTES = 16 * 1024 * 1024

OPTIONS = (
    ("grpc.max_send_message_length", MESSAGE_BYTES),
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 2000),  # gRPC's time limit for one attempt to connect, in fact
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.enable_retries", 0),
)


TOKENS = "x-llm-tokens"
"""Trailing metadata: the tokens that a model used for the call."""


@dataclass(slots=True)
class Tally:
    """What the calls since it was opened have used."""

    tokens: int = 0


_tally: ContextVar[Tally | None] = ContextVar("tally", default=None)


@contextmanager
def tally() -> Iterator[Tally]:
    """Count the tokens of every call made inside, failed ones included."""
    counted = Tally()
    token = _tally.set(counted)
    try:
        yield counted
    finally:
        _tally.reset(token)


def spent() -> int:
    """Tokens in the tally that is open; a command's handler always has one."""
    counted = _tally.get()
    return counted.tokens if counted else 0


class BadAddress(ValueError):
    """LLM_BASE_URL is neither grpc://host[:port] nor unix:///path."""


def target(url: str) -> str:
    """The gRPC target of `LLM_BASE_URL`.

    Raises:
        BadAddress: another scheme, or nothing to connect to.
    """
    parts = urlsplit(url.strip())
    if parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc:
        return f"unix:{parts.path}"
    if parts.scheme == "grpc" and parts.hostname and parts.path in ("", "/"):
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return f"{host}:{parts.port or DEFAULT_PORT}"
    raise BadAddress(f"LLM_BASE_URL must be grpc://host[:port] or unix:///path, not {parts.scheme}://…")


class LlmClient:
    """Calls of the LLM server: `await llm.call(llm.rpc.GetModelConfig, Empty())`."""

    def __init__(self, settings: LlmSettings) -> None:
        self._channel = grpc.aio.insecure_channel(target(settings.llm_base_url), options=OPTIONS)
        self.rpc = LLMServiceStub(self._channel)
        service = pb.DESCRIPTOR.services_by_name["LLMService"]
        self._names = {getattr(self.rpc, method.name): method.name for method in service.methods}
        self._key = settings.llm_api_key.get_secret_value()
        self._timeout = settings.llm_timeout_seconds
        self._patience = settings.llm_connect_timeout_seconds

    async def close(self) -> None:
        """Close the channel; calls still running fail."""
        await self._channel.close()

    async def call(
        self,
        rpc: grpc.aio.UnaryUnaryMultiCallable[Q, R],
        request: Q,
        *,
        request_id: str = "",
        timeout: float | None = None,
    ) -> R:
        """One call within `timeout` seconds (LLM_TIMEOUT_SECONDS unless given).

        `request_id` names the call in the server's logs; a bot sends the stream entry's id.

        Raises:
            AiTimeout, AiUnavailable, AiBusy, AiRefused, AiConfused, Bug: see `botkit.llm.errors`.
        """
        name = self._names[rpc]
        with metrics.llm_seconds.labels(name).time():
            try:
                reply = await self._attempt(rpc, request, name, request_id, timeout or self._timeout)
            except UserError as error:
                metrics.llm_calls.labels(name, error.code).inc()
                raise
        metrics.llm_calls.labels(name, "ok").inc()
        return reply

    async def _attempt(
        self,
        rpc: grpc.aio.UnaryUnaryMultiCallable[Q, R],
        request: Q,
        name: str,
        request_id: str,
        timeout: float,
    ) -> R:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        patient_until = min(deadline, loop.time() + self._patience)
        metadata = self._metadata(request_id)
        waits = pauses(0.05, 0.5)
        while True:
            call = rpc(request, timeout=deadline - loop.time(), metadata=metadata)
            try:
                reply = await call
            except grpc.aio.AioRpcError as error:
                _count(error.trailing_metadata())
                pause = next(waits)
                absent = error.code() is grpc.StatusCode.UNAVAILABLE and not server_code(error)
                if not absent or loop.time() + pause > patient_until:
                    raise mapped(name, error) from None
                await asyncio.sleep(pause)
            else:
                _count(await call.trailing_metadata())
                return reply

    def _metadata(self, request_id: str) -> tuple[tuple[str, str], ...]:
        found = {"x-request-id": request_id, "x-api-key": self._key, **tracing.headers()}
        return tuple((key, value) for key, value in found.items() if value)


def _count(metadata: Any) -> None:
    counted = _tally.get()
    found = dict(metadata or ()).get(TOKENS, "")
    if counted and found.isdecimal():
        counted.tokens += int(found)
