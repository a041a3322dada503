"""gRPC statuses of the LLM server → what a player reads. One table."""

import grpc
import structlog

from botkit.chat.errors import (
    AiBusy,
    AiConfused,
    AiRefused,
    AiTimeout,
    AiUnavailable,
    Bug,
    NothingLeft,
    UserError,
)

log = structlog.get_logger(__name__)

CODE = "x-error-code"
"""Trailing metadata with the server's stable error code; its absence means that the server never answered."""

BY_CODE: dict[str, type[UserError]] = {
    "GUARD_BLOCKED": AiRefused,
    "INVALID_INPUT": AiRefused,
    "LLM_BLOCKED": AiRefused,
    "LLM_PARSING_ERROR": AiConfused,
    "LLM_TIMEOUT": AiTimeout,
    "NO_PUZZLE_LEFT": NothingLeft,
}

BY_STATUS: dict[grpc.StatusCode, type[UserError]] = {
    grpc.StatusCode.DEADLINE_EXCEEDED: AiTimeout,
    grpc.StatusCode.RESOURCE_EXHAUSTED: AiBusy,
    grpc.StatusCode.UNAVAILABLE: AiUnavailable,
    grpc.StatusCode.UNAUTHENTICATED: AiUnavailable,
    grpc.StatusCode.UNIMPLEMENTED: AiUnavailable,
    grpc.StatusCode.CANCELLED: AiUnavailable,
}


def server_code(error: grpc.aio.AioRpcError) -> str:
    """The server's error code, empty when it did not send one."""
    for key, value in error.trailing_metadata() or ():
        if key == CODE:
            return value if isinstance(value, str) else value.decode("ascii", "replace")
    return ""


def mapped(rpc: str, error: grpc.aio.AioRpcError) -> UserError:
    """The player's error for a failed call; what an operator must know is logged, and noted on the error."""
    code = server_code(error)
    shown = (BY_CODE.get(code) or BY_STATUS.get(error.code(), Bug))()
    log.warning("llm_call_failed", rpc=rpc, status=error.code().name, server_code=code, shown=shown.code)
    shown.add_note(" ".join(filter(None, (f"{rpc}:", error.code().name, code))))
    return shown
