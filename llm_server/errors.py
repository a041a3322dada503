"""Everything a call can end in besides an answer, and how each door says it. One tree, one table.

Failure
├── MalformedRequest        not JSON, a wrong type, a field missing
├── InvalidInput            understood, but blank or unknown
├── GuardBlocked            the text tries to take over the judge
├── UnsupportedModel        the caller asked for a model of another family
├── TopicsExhausted         every topic that was allowed is banned
├── UnknownPuzzle           no puzzle has this id
├── PuzzlesExhausted        no puzzle is left of what was asked for
├── SessionNotFound, SessionLimitReached
├── Unauthorized            the API key is missing or wrong
├── RateLimited             more requests in a minute than allowed
├── UnknownRoute, WrongMethod, BodyTooLarge
├── CallerGone              nobody waits for the answer any more
├── ShuttingDown            the process finishes what runs and takes nothing new
├── SessionStoreUnavailable valkey-cache did not answer, and the call is about nothing else
├── UsageUnavailable        PostgreSQL did not answer, and the call is about nothing else
├── ModelFailure            no answer from the model; none is ever invented
│   ├── ModelUnavailable    no usable key, overload, no connection
│   ├── ModelRejected       the provider refused the request itself (a bug here, or an unknown model)
│   ├── QuotaExhausted      rate limit or daily quota of every key
│   ├── ModelTimeout        the deadline passed
│   ├── ModelBlocked        the provider's policy refused the prompt or withheld the answer
│   └── ModelUnreadable     the answer is empty, cut off or not what the schema allows
└── Internal                anything unforeseen; its text says nothing
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


class Failure(Exception):
    """A call that ended without its answer. The message is for people, `details` for programs."""

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = {name: value for name, value in details.items() if value is not None}


class MalformedRequest(Failure):
    """The request cannot be read as what the operation takes."""


class InvalidInput(Failure):
    """The request can be read, but what it says makes no sense."""


class GuardBlocked(Failure):
    """The text tries to take over the judge; `details` say how sure that is, not what gave it away."""


class UnsupportedModel(Failure):
    """Not the name of a Gemini model."""


class TopicsExhausted(Failure):
    """Nothing is left to choose from."""


class UnknownPuzzle(Failure):
    """There is no such puzzle."""


class PuzzlesExhausted(Failure):
    """No puzzle fits, or none is left."""


class SessionNotFound(Failure):
    """There is no such conversation, or its time to live has ended."""


class SessionLimitReached(Failure):
    """As many conversations live as MAX_SESSIONS allows."""


class Unauthorized(Failure):
    """The API key is missing or wrong."""


class RateLimited(Failure):
    """Too many requests in a minute."""


class UnknownRoute(Failure):
    """No such path."""


class WrongMethod(Failure):
    """The path exists, but not with this method."""


class BodyTooLarge(Failure):
    """More bytes than a request may have."""


class CallerGone(Failure):
    """The caller hung up."""


class ShuttingDown(Failure):
    """The process takes nothing new."""


class SessionStoreUnavailable(Failure):
    """valkey-cache did not answer."""


class UsageUnavailable(Failure):
    """PostgreSQL did not answer."""


class ModelFailure(Failure):
    """The model gave no usable answer. `outcome` labels the metric."""

    outcome: ClassVar[str]


class ModelUnavailable(ModelFailure):
    """No usable key, an overloaded provider, or no connection."""

    outcome = "unavailable"


class ModelRejected(ModelFailure):
    """The provider refused the request itself."""

    outcome = "rejected"


class QuotaExhausted(ModelFailure):
    """The quota of every key is used up."""

    outcome = "quota"


class ModelTimeout(ModelFailure):
    """The deadline passed."""

    outcome = "timeout"


class ModelBlocked(ModelFailure):
    """The provider's policy refused the prompt or withheld the answer."""

    outcome = "blocked"


class ModelUnreadable(ModelFailure):
    """The model's answer is empty, cut off, or not what the schema allows."""

    outcome = "unreadable"


class Internal(Failure):
    """Unforeseen."""


@dataclass(frozen=True, slots=True)
class Face:
    """How a failure looks from outside. `code` and `type` are stable; `grpc` names a status code."""

    http: int
    grpc: str
    code: str
    type: str


FACES: Mapping[type[Failure], Face] = {
    MalformedRequest: Face(422, "INVALID_ARGUMENT", "VALIDATION_ERROR", "ValidationError"),
    InvalidInput: Face(400, "INVALID_ARGUMENT", "INVALID_INPUT", "InvalidInputError"),
    GuardBlocked: Face(400, "INVALID_ARGUMENT", "GUARD_BLOCKED", "GuardBlockedError"),
    UnsupportedModel: Face(400, "INVALID_ARGUMENT", "LLM_MODEL_ERROR", "LLMModelError"),
    TopicsExhausted: Face(404, "NOT_FOUND", "INVALID_INPUT", "NotFoundError"),
    UnknownPuzzle: Face(404, "NOT_FOUND", "INVALID_INPUT", "NotFoundError"),
    PuzzlesExhausted: Face(404, "NOT_FOUND", "NO_PUZZLE_LEFT", "NotFoundError"),
    SessionNotFound: Face(404, "NOT_FOUND", "SESSION_NOT_FOUND", "SessionNotFoundError"),
    SessionLimitReached: Face(429, "RESOURCE_EXHAUSTED", "SESSION_LIMIT_EXCEEDED", "SessionLimitError"),
    Unauthorized: Face(401, "UNAUTHENTICATED", "UNAUTHORIZED", "UnauthorizedError"),
    RateLimited: Face(429, "RESOURCE_EXHAUSTED", "HTTP_RATE_LIMIT", "HTTPRateLimitExceededError"),
    UnknownRoute: Face(404, "NOT_FOUND", "NOT_FOUND", "NotFoundError"),
    WrongMethod: Face(405, "UNIMPLEMENTED", "METHOD_NOT_ALLOWED", "MethodNotAllowedError"),
    BodyTooLarge: Face(413, "RESOURCE_EXHAUSTED", "BODY_TOO_LARGE", "BodyTooLargeError"),
    CallerGone: Face(499, "CANCELLED", "CANCELLED", "CancelledError"),
    ShuttingDown: Face(503, "UNAVAILABLE", "SHUTTING_DOWN", "ShuttingDownError"),
    SessionStoreUnavailable: Face(503, "UNAVAILABLE", "SESSION_ERROR", "SessionError"),
    UsageUnavailable: Face(503, "UNAVAILABLE", "USAGE_ERROR", "UsageError"),
    ModelUnavailable: Face(503, "UNAVAILABLE", "LLM_ERROR", "LLMError"),
    ModelRejected: Face(502, "INTERNAL", "LLM_ERROR", "LLMError"),
    QuotaExhausted: Face(429, "RESOURCE_EXHAUSTED", "LLM_ERROR", "LLMError"),
    ModelTimeout: Face(504, "DEADLINE_EXCEEDED", "LLM_TIMEOUT", "LLMTimeoutError"),
    ModelBlocked: Face(502, "INTERNAL", "LLM_BLOCKED", "LLMBlockedError"),
    ModelUnreadable: Face(502, "INTERNAL", "LLM_PARSING_ERROR", "LLMParsingError"),
    Internal: Face(500, "INTERNAL", "INTERNAL_ERROR", "InternalError"),
}


def face(failure: Failure) -> Face:
    """The row of the table for a failure."""
    return FACES[type(failure)]


def known(error: Exception) -> Failure:
    """`error` as a failure that may be shown: what is unforeseen tells nothing about the inside."""
    return error if isinstance(error, Failure) else Internal("internal error")


def body(failure: Failure, request_id: str | None) -> dict[str, Any]:
    """The HTTP body that every failure has."""
    shown = face(failure)
    return {
        "error_code": shown.code,
        "error_type": shown.type,
        "message": failure.message,
        "request_id": request_id,
        "details": failure.details or None,
    }
