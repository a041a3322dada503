"""The table is complete, and says what the contract says."""

import grpc
import pytest

from llm_server import errors
from llm_server.errors import FACES, Failure, ModelFailure, body, face, known

STATUS_OF_HTTP = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    413: "RESOURCE_EXHAUSTED",
    422: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    502: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def leaves(root: type[Failure] = Failure) -> list[type[Failure]]:
    below = root.__subclasses__()
    return [leaf for child in below for leaf in leaves(child)] or [root]


def test_every_failure_has_a_row_and_every_row_a_failure() -> None:
    assert set(leaves()) == set(FACES)


@pytest.mark.parametrize("failure", FACES)
def test_both_statuses_belong_together(failure: type[Failure]) -> None:
    row = FACES[failure]

    assert row.grpc == STATUS_OF_HTTP[row.http]
    assert row.grpc in grpc.StatusCode.__members__
    assert row.code == row.code.upper()
    assert row.type.endswith("Error")


@pytest.mark.parametrize(
    ("failure", "http", "status", "code"),
    [
        (errors.MalformedRequest, 422, "INVALID_ARGUMENT", "VALIDATION_ERROR"),
        (errors.InvalidInput, 400, "INVALID_ARGUMENT", "INVALID_INPUT"),
        (errors.Unauthorized, 401, "UNAUTHENTICATED", "UNAUTHORIZED"),
        (errors.ModelUnavailable, 503, "UNAVAILABLE", "LLM_ERROR"),
        (errors.ModelRejected, 502, "INTERNAL", "LLM_ERROR"),
        (errors.QuotaExhausted, 429, "RESOURCE_EXHAUSTED", "LLM_ERROR"),
        (errors.ModelTimeout, 504, "DEADLINE_EXCEEDED", "LLM_TIMEOUT"),
        (errors.ModelUnreadable, 502, "INTERNAL", "LLM_PARSING_ERROR"),
        (errors.ModelBlocked, 502, "INTERNAL", "LLM_BLOCKED"),
        (errors.CallerGone, 499, "CANCELLED", "CANCELLED"),
        (errors.Internal, 500, "INTERNAL", "INTERNAL_ERROR"),
    ],
)
def test_the_wire_facts(failure: type[Failure], http: int, status: str, code: str) -> None:
    row = face(failure("x"))

    assert (row.http, row.grpc, row.code) == (http, status, code)


def test_outcomes_of_the_model_are_told_apart() -> None:
    outcomes = [leaf.outcome for leaf in leaves(ModelFailure) if issubclass(leaf, ModelFailure)]

    assert len(set(outcomes)) == len(outcomes) == 6


def test_the_body_has_always_the_same_fields() -> None:
    failure = errors.QuotaExhausted("used up", provider_status=429, retry_after_seconds=None)

    assert body(failure, "r1") == {
        "error_code": "LLM_ERROR",
        "error_type": "LLMError",
        "message": "used up",
        "request_id": "r1",
        "details": {"provider_status": 429},
    }
    assert body(errors.CallerGone("gone"), None)["details"] is None


def test_what_is_unforeseen_tells_nothing() -> None:
    shown = known(ValueError("password=hunter2"))

    assert face(shown).code == "INTERNAL_ERROR"
    assert "hunter2" not in shown.message
    assert known(shown) is shown
