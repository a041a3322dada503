"""The verdict as players read it, and the facts that it brings to light."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from llm_server.turtlesoup.schemas import (
    CATEGORIES,
    AnswerReply,
    Category,
    PuzzleReply,
    ValidateReply,
    Verdict,
    agreed,
    are_among,
    positions,
)


def said(verdict: Verdict, *, important: bool = False, facts: Any = (), sure: bool = False) -> AnswerReply:
    return AnswerReply(answer=verdict, important=important, facts=facts, sure=sure)


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_a_verdict_that_is_not_important_is_its_label(verdict: Verdict) -> None:
    assert said(verdict).sentence == verdict
    assert not said(verdict).is_important


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        ("예", "예, 중요한 질문입니다!"),
        ("아니오", "아니오 하지만 중요한 질문입니다!"),
        ("관계없습니다", "관계없습니다, 중요한 질문입니다!"),
        ("전제가 틀렸습니다", "전제가 틀렸습니다, 중요한 질문입니다!"),
        ("답변할 수 없습니다", "답변할 수 없습니다"),
    ],
)
def test_an_important_verdict_says_so(verdict: Verdict, sentence: str) -> None:
    reply = said(verdict, important=True)
    assert reply.sentence == sentence
    assert reply.is_important == (verdict != "답변할 수 없습니다")


@pytest.mark.parametrize("sure", [True, False])
@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_a_yes_confirms_what_was_asked_and_other_verdicts_must_be_sure(verdict: Verdict, sure: bool) -> None:
    shown = verdict == "예" or (sure and verdict != "답변할 수 없습니다")
    assert said(verdict, facts=(3, 1, 3), sure=sure).found == ((0, 2) if shown else ())


def test_numbers_are_those_of_the_facts() -> None:
    assert are_among([], [])
    assert are_among([1, 2, 2], ["하나", "둘"])
    assert not any(are_among([number], ["하나", "둘"]) for number in (-1, 0, 3))
    assert positions([2, 1, 2]) == (0, 1)


def test_two_votes_are_one() -> None:
    yes = ValidateReply(result="YES", facts=(1, 2), missing="")
    close = ValidateReply(result="CLOSE", facts=(2, 3), missing="왜 그랬을까요?")
    assert agreed(yes, yes) == yes
    assert agreed(yes, close) == ValidateReply(result="CLOSE", facts=(2,), missing="왜 그랬을까요?")


def test_the_categories_are_those_of_the_type() -> None:
    assert get_args(Category) == CATEGORIES


PUZZLE = {
    "title": " a ",
    "scenario": "b",
    "solution": "c",
    "category": "LOGIC",
    "difficulty": 1,
    "hints": ["d", "e", "f"],
    "key_facts": ["g", "h", "i"],
    "warning": "",
}


def test_every_text_of_a_puzzle_is_looked_at() -> None:
    assert "".join(PuzzleReply.model_validate(PUZZLE).texts) == "abcdefghi"


@pytest.mark.parametrize(
    "change",
    [{"hints": ["d", "e"]}, {"hints": ["d"] * 4}, {"key_facts": ["g", "h"]}, {"key_facts": ["g"] * 8}],
)
def test_a_puzzle_has_three_hints_and_three_to_seven_facts(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PuzzleReply.model_validate(PUZZLE | change)
