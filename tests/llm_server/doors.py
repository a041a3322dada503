"""The doors of a running server as a caller sees them, made alike so that they can be compared."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import grpc
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message_factory import GetMessageClass
from llm.v1 import llm_service_pb2 as pb

from tests.support import http

SERVICE = pb.DESCRIPTOR.services_by_name["LLMService"]

ROUTES = {
    "GetModelConfig": ("GET", "/health/models"),
    "GuardIsMalicious": ("POST", "/api/guard/checks"),
    "EndSession": ("DELETE", "/api/sessions/{session_id}"),
    "TwentyQSelectTopic": ("POST", "/api/llm/twentyq/topics/select"),
    "TwentyQGetCategories": ("GET", "/api/llm/twentyq/topics/categories"),
    "TwentyQGenerateHints": ("POST", "/api/llm/twentyq/hints"),
    "TwentyQAnswerQuestion": ("POST", "/api/llm/twentyq/answers"),
    "TwentyQVerifyGuess": ("POST", "/api/llm/twentyq/verifications"),
    "TwentyQNormalizeQuestion": ("POST", "/api/llm/twentyq/normalizations"),
    "TwentyQCheckSynonym": ("POST", "/api/llm/twentyq/synonym-checks"),
    "TurtleSoupGeneratePuzzle": ("POST", "/api/llm/turtlesoup/puzzles"),
    "TurtleSoupGetRandomPuzzle": ("GET", "/api/llm/turtlesoup/puzzles/random"),
    "TurtleSoupRewriteScenario": ("POST", "/api/llm/turtlesoup/rewrites"),
    "TurtleSoupAnswerQuestion": ("POST", "/api/llm/turtlesoup/answers"),
    "TurtleSoupValidateSolution": ("POST", "/api/llm/turtlesoup/validations"),
    "TurtleSoupGenerateHint": ("POST", "/api/llm/turtlesoup/hints"),
    "TurtleSoupReveal": ("POST", "/api/llm/turtlesoup/reveals"),
    "HololiveParseQuestion": ("POST", "/api/llm/hololive/questions"),
    "GetDailyUsage": ("GET", "/api/usage/daily"),
    "GetRecentUsage": ("GET", "/api/usage/recent"),
    "GetTotalUsage": ("GET", "/api/usage/total"),
}
"""Wire facts, written down a second time on purpose."""

STATUS_OF = {
    200: "OK",
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    404: "NOT_FOUND",
    422: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    502: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


@dataclass(frozen=True)
class Outcome:
    """What a call came to. Of two doors, everything but the request id and the tokens (the second one may find
    the verdict of the first) must be equal.
    """

    status: str
    code: str = ""
    message: str = ""
    reply: dict[str, Any] = field(default_factory=dict)
    request_id: str = field(default="", compare=False)
    tokens: str = field(default="", compare=False)


class Door(Protocol):
    """A way in."""

    async def call(
        self, name: str, request: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> Outcome:
        """Call an operation."""
        ...


@dataclass(frozen=True)
class HttpDoor:
    """HTTP."""

    port: int

    async def call(
        self, name: str, request: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> Outcome:
        """Call an operation by its route."""
        method, path = ROUTES[name]
        rest = {name: value for name, value in request.items() if f"{{{name}}}" not in path}
        sent = {"json": rest} if method == "POST" else {"params": {n: _word(v) for n, v in rest.items()}}
        answer = await self.raw(method, path.format_map(request), headers, **sent)
        shown, tokens = answer.headers["X-Request-ID"], answer.headers.get("X-LLM-Tokens", "")
        if answer.status == 200:
            return Outcome("OK", reply=_present(answer.json), request_id=shown, tokens=tokens)
        assert answer.json["request_id"] == shown
        status, said = STATUS_OF[answer.status], answer.json
        return Outcome(status, said["error_code"], said["message"], {}, shown, tokens)

    async def raw(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **options: Any
    ) -> http.Answer:
        """Any request."""
        return await http.request(method, self.port, path, headers, **options)


@dataclass(frozen=True)
class GrpcDoor:
    """gRPC."""

    target: str

    async def call(
        self,
        name: str,
        request: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = 30,
    ) -> Outcome:
        """Call an operation by its rpc."""
        method = SERVICE.methods_by_name[name]
        message = ParseDict(dict(request), GetMessageClass(method.input_type)())
        metadata = tuple((key.lower(), value) for key, value in (headers or {}).items())
        async with grpc.aio.insecure_channel(self.target) as channel:
            call = channel.unary_unary(
                f"/{SERVICE.full_name}/{name}",
                request_serializer=type(message).SerializeToString,
                response_deserializer=GetMessageClass(method.output_type).FromString,
            )(message, timeout=timeout, metadata=metadata)
            try:
                reply = await call
            except grpc.aio.AioRpcError as error:
                initial, trailing = dict(error.initial_metadata()), dict(error.trailing_metadata())
                code, tokens = (str(trailing.get(name, "")) for name in ("x-error-code", "x-llm-tokens"))
                shown = str(initial.get("x-request-id", ""))
                return Outcome(error.code().name, code, error.details() or "", {}, shown, tokens)
            shown = str(dict(await call.initial_metadata())["x-request-id"])
            tokens = str(dict(await call.trailing_metadata()).get("x-llm-tokens", ""))
            found = _numbers(MessageToDict(reply, preserving_proto_field_name=True))
            return Outcome("OK", reply=_present(found), request_id=shown, tokens=tokens)


WIDE = re.compile("(total_)?([a-z]+_)?tokens|.*request_count|.*cost_micro_usd")
"""Fields of 64 bits, which JSON of protobuf writes as text."""


def _word(value: Any) -> Any:
    """A value as it stands in a query."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else value


def _numbers(found: Any) -> Any:
    if isinstance(found, list):
        return [_numbers(item) for item in found]
    if not isinstance(found, dict):
        return found
    return {
        name: int(value) if isinstance(value, str) and WIDE.fullmatch(name) else _numbers(value)
        for name, value in found.items()
    }


def _present(reply: Mapping[str, Any]) -> dict[str, Any]:
    """Without what proto3 cannot tell from absent: null, false, zero, blank."""
    return {name: _inside(value) for name, value in reply.items() if value}


def _inside(value: Any) -> Any:
    if isinstance(value, list):
        return [_present(item) if isinstance(item, dict) else item for item in value]
    return value
