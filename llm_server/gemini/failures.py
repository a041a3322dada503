"""What a failed attempt means: the caller's error, whether to try again, whether the key must rest. Pure.

The one place where answers of the provider are judged. Decided by facts, not by the text of messages: a daily
quota is told from a rate limit by its `quotaId`, because both come with a short `retryDelay`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from llm_server.errors import Failure, ModelRejected, ModelTimeout, ModelUnavailable, QuotaExhausted

_PASSING = frozenset({408, 500, 502, 503, 504})
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s")
REJECTED_KEY_SECONDS = 60.0
"""A key that the provider refuses is asked again after this time; an operator may have mended it."""


class Again(Enum):
    """Whether another attempt makes sense."""

    NEVER = auto()
    ONCE = auto()
    BACKOFF = auto()
    OTHER_KEY = auto()


@dataclass(frozen=True, slots=True)
class Rest:
    """How long a key must not be used: for one model, or (`whole_key`) at all. `seconds` None: until the
    quota's day ends.
    """

    seconds: float | None
    whole_key: bool = False


class AttemptFailed(Exception):
    """One attempt failed. The caller gets `failure` when it was the last one; `reason` labels a metric."""

    def __init__(self, reason: str, failure: Failure, again: Again, rest: Rest | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.failure = failure
        self.again = again
        self.rest = rest


def refused(status: int, body: Any) -> AttemptFailed:
    """The provider answered with an error status."""
    details = _details(body)
    if status == 429:
        return _over_quota(details)
    if status in (401, 403) or (status == 400 and _reason(details) == "API_KEY_INVALID"):
        failure: Failure = ModelUnavailable(
            "the provider refuses the API key: check GOOGLE_API_KEY", provider_status=status
        )
        return AttemptFailed(
            "key_refused", failure, Again.OTHER_KEY, Rest(REJECTED_KEY_SECONDS, whole_key=True)
        )
    if status == 408 or status >= 500:
        failure = ModelUnavailable("the provider is overloaded or out of order", provider_status=status)
        return AttemptFailed("overloaded", failure, Again.BACKOFF if status in _PASSING else Again.NEVER)
    failure = ModelRejected("the provider refuses the request", provider_status=status)
    return AttemptFailed("request_refused", failure, Again.NEVER)


def unreachable() -> AttemptFailed:
    """No connection came about: nothing was sent."""
    return AttemptFailed("unreachable", ModelUnavailable("the provider cannot be reached"), Again.BACKOFF)


def disconnected() -> AttemptFailed:
    """The connection broke after the request was sent: another attempt may be billed twice, so only one."""
    return AttemptFailed("disconnected", ModelUnavailable("the provider hung up"), Again.ONCE)


def timed_out() -> ModelTimeout:
    """The deadline passed."""
    return ModelTimeout("the model did not answer in time")


def quota_exhausted(seconds: float | None) -> QuotaExhausted:
    """The quota of every key is used up; `seconds` until it is free again, when that is known."""
    wait = None if seconds is None else max(1, round(seconds))
    return QuotaExhausted("the model's quota is used up", provider_status=429, retry_after_seconds=wait)


def _over_quota(details: list[Mapping[str, Any]]) -> AttemptFailed:
    delay = _retry_delay(details)
    if any("PerDay" in quota for quota in _quotas(details)):
        return AttemptFailed("daily_quota", quota_exhausted(None), Again.OTHER_KEY, Rest(None))
    rest = None if delay is None else Rest(delay)
    return AttemptFailed("rate_limit", quota_exhausted(delay), Again.OTHER_KEY, rest)


def _quotas(details: list[Mapping[str, Any]]) -> list[str]:
    """The `quotaId` of every violation."""
    violations = [
        violation
        for item in details
        if str(item.get("@type", "")).endswith("QuotaFailure") and isinstance(item.get("violations"), list)
        for violation in item["violations"]
    ]
    return [str(violation.get("quotaId", "")) for violation in violations if isinstance(violation, Mapping)]


def _retry_delay(details: list[Mapping[str, Any]]) -> float | None:
    """`RetryInfo.retryDelay` in seconds, e.g. of `"10.6s"`."""
    for item in details:
        found = _SECONDS.fullmatch(str(item.get("retryDelay", "")))
        if found:
            return float(found[1])
    return None


def _reason(details: list[Mapping[str, Any]]) -> str:
    """`ErrorInfo.reason`."""
    return next((str(item["reason"]) for item in details if "reason" in item), "")


def _details(body: Any) -> list[Mapping[str, Any]]:
    """The `details` of an error body, which may be anything."""
    error = body.get("error") if isinstance(body, Mapping) else None
    details = error.get("details") if isinstance(error, Mapping) else None
    return [item for item in details if isinstance(item, Mapping)] if isinstance(details, list) else []
