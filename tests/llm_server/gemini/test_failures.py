"""What each answer of the provider means."""

from typing import Any

import pytest

from llm_server.errors import ModelRejected, ModelTimeout, ModelUnavailable, QuotaExhausted
from llm_server.gemini.failures import (
    Again,
    Rest,
    disconnected,
    quota_exhausted,
    refused,
    timed_out,
    unreachable,
)

QUOTA = "type.googleapis.com/google.rpc.QuotaFailure"
RETRY = "type.googleapis.com/google.rpc.RetryInfo"


def error(*details: Any) -> dict[str, Any]:
    return {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": list(details)}}


def quota(*ids: str) -> dict[str, Any]:
    return {"@type": QUOTA, "violations": [{"quotaId": name} for name in ids]}


PER_MINUTE = quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier")
PER_DAY = quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier")


@pytest.mark.parametrize(
    ("body", "reason", "rest", "retry_after"),
    [
        (error(PER_MINUTE, {"@type": RETRY, "retryDelay": "10.6s"}), "rate_limit", Rest(10.6), 11),
        (error(PER_DAY, {"@type": RETRY, "retryDelay": "3s"}), "daily_quota", Rest(None), None),
        (error(quota("A", "B-PerDay-C")), "daily_quota", Rest(None), None),
        (error(PER_MINUTE), "rate_limit", None, None),
        (error({"@type": RETRY, "retryDelay": "0s"}), "rate_limit", Rest(0.0), 1),
        (error({"@type": RETRY, "retryDelay": "soon"}), "rate_limit", None, None),
        (error({"@type": QUOTA, "violations": "none"}), "rate_limit", None, None),
        (error({"@type": QUOTA, "violations": ["none", {}]}), "rate_limit", None, None),
        (error("no detail", 5), "rate_limit", None, None),
        ({"error": {"details": "none"}}, "rate_limit", None, None),
        ({"error": "none"}, "rate_limit", None, None),
        ("<html>", "rate_limit", None, None),
        (None, "rate_limit", None, None),
    ],
)
def test_quotas_are_told_apart_by_their_id(
    body: Any, reason: str, rest: Rest | None, retry_after: int | None
) -> None:
    attempt = refused(429, body)

    assert (attempt.reason, attempt.rest, attempt.again) == (reason, rest, Again.OTHER_KEY)
    assert isinstance(attempt.failure, QuotaExhausted)
    assert attempt.failure.details.get("retry_after_seconds") == retry_after
    assert attempt.failure.details["provider_status"] == 429


BAD_KEY = {"error": {"details": [{"reason": "API_KEY_INVALID"}]}}


@pytest.mark.parametrize(("status", "body"), [(400, BAD_KEY), (401, None), (403, None)])
def test_a_refused_key_rests_as_a_whole(status: int, body: Any) -> None:
    attempt = refused(status, body)

    assert attempt.again is Again.OTHER_KEY
    assert attempt.rest is not None
    assert attempt.rest.whole_key
    assert isinstance(attempt.failure, ModelUnavailable)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_what_passes_is_tried_again(status: int) -> None:
    attempt = refused(status, None)

    assert (attempt.reason, attempt.again, attempt.rest) == ("overloaded", Again.BACKOFF, None)
    assert isinstance(attempt.failure, ModelUnavailable)
    assert attempt.failure.details == {"provider_status": status}


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (501, None, ModelUnavailable),
        (400, {"error": {"details": []}}, ModelRejected),
        (400, {"error": {"details": [{"reason": "OTHER"}]}}, ModelRejected),
        (404, None, ModelRejected),
        (413, None, ModelRejected),
    ],
)
def test_what_will_not_change_is_not_tried_again(status: int, body: Any, failure: type[Exception]) -> None:
    attempt = refused(status, body)

    assert attempt.again is Again.NEVER
    assert isinstance(attempt.failure, failure)


def test_what_happens_on_the_way() -> None:
    assert (unreachable().again, disconnected().again) == (Again.BACKOFF, Again.ONCE)
    assert isinstance(unreachable().failure, ModelUnavailable)
    assert isinstance(disconnected().failure, ModelUnavailable)
    assert isinstance(timed_out(), ModelTimeout)


@pytest.mark.parametrize(("wait", "said"), [(0.2, 1), (9.6, 10), (None, None)])
def test_a_wait_is_told_in_whole_seconds(wait: float | None, said: int | None) -> None:
    assert quota_exhausted(wait).details.get("retry_after_seconds") == said
