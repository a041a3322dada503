"""What both doors refuse, and what they say about it."""

import json

import pytest
from pydantic import Field, ValidationError

from llm_server.contract import Filled, Request, refusal
from llm_server.errors import Failure, InvalidInput, MalformedRequest


class Guess(Request):
    target: Filled = Field(repr=False)
    guess: Filled
    many: tuple[str, ...] = ()


def refused(text: str) -> Failure:
    with pytest.raises(ValidationError) as raised:
        Guess.model_validate_json(text)
    return refusal(raised.value, Guess)


def test_texts_are_trimmed_unknown_fields_ignored_and_null_means_absent() -> None:
    read = Guess.model_validate_json('{"target": " 사과 ", "guess": "배", "many": null, "other": 1}')

    assert (read.target, read.guess, read.many) == ("사과", "배", ())


@pytest.mark.parametrize("blank", ["", "   ", "\n\t"])
def test_blank_is_invalid_input(blank: str) -> None:
    failure = refused(json.dumps({"target": "사과", "guess": blank}))

    assert type(failure) is InvalidInput
    assert "guess" in failure.message
    assert [(error["field"], error["value"]) for error in failure.details["errors"]] == [("guess", blank)]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ('{"target": "사과"}', "guess", None),
        ('{"target": "사과", "guess": null}', "guess", None),
        ('{"target": "사과", "guess": 5}', "guess", "5"),
        ('{"target": "사과", "guess": ["배"]}', "guess", None),
        ('{"target": "사과", "guess": "배", "many": ["a", 7]}', "many.1", "7"),
        ('{"target": 99, "guess": "배"}', "target", None),
        ("[]", "body", None),
        ("not json", "body", None),
        ("", "body", None),
    ],
)
def test_what_cannot_be_read_is_malformed(text: str, field: str, value: str | None) -> None:
    failure = refused(text)

    assert type(failure) is MalformedRequest
    assert [(error["field"], error["value"]) for error in failure.details["errors"]] == [(field, value)]


def test_a_blank_beside_something_malformed_is_malformed() -> None:
    failure = refused('{"target": "", "guess": 5}')

    assert type(failure) is MalformedRequest
    assert [error["value"] for error in failure.details["errors"]] == [None, "5"]


def test_a_long_value_is_shortened() -> None:
    failure = refused('{"target": "a", "guess": "b", "many": "' + "x" * 500 + '"}')

    assert failure.details["errors"][0]["value"] == "x" * 200
