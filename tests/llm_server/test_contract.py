"""What both doors refuse, and what they say about it."""

import json

import pytest
from pydantic import Field

from llm_server.contract import Filled, Request
from llm_server.errors import Failure, InvalidInput, MalformedRequest


class Guess(Request):
    target: Filled = Field(repr=False)
    guess: Filled
    many: tuple[str, ...] = ()


def refused(text: str) -> Failure:
    with pytest.raises(Failure) as raised:
        Guess.from_json(text.encode(), {})
    return raised.value


def test_texts_are_trimmed_unknown_fields_ignored_and_null_means_absent() -> None:
    read = Guess.from_json('{"target": " 사과 ", "guess": "배", "many": null, "other": 1}'.encode(), {})

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
        ('{"target": "사과", "guess": "배", "many": "ab"}', "many", "ab"),
        ("[]", "body", None),
        ("not json", "body", None),
        ('{"target": NaN}', "body", None),
        ("\ufeff{}", "body", None),
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


def test_nothing_at_all_is_an_empty_object() -> None:
    class Free(Request):
        word: str = "x"

    assert Free.from_json(b"  ", {}) == Free()
    assert [error["field"] for error in refused("").details["errors"]] == ["target", "guess"]


def test_the_path_wins_over_the_body() -> None:
    assert Guess.from_json(b'{"target": "a", "guess": "b"}', {"target": "c"}).target == "c"


def test_words_in_a_path_or_query_are_read_leniently_and_refused_as_input() -> None:
    class Days(Request):
        days: int = 7

    assert Days.from_words({"days": "3", "other": "x"}).days == 3
    with pytest.raises(InvalidInput, match="days"):
        Days.from_words({"days": "many"})
