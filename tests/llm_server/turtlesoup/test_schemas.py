"""The verdict as players read it."""

from typing import get_args

import pytest

from llm_server.turtlesoup.schemas import CATEGORIES, AnswerReply, Category, PuzzleReply, Verdict


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_a_verdict_that_is_not_important_is_its_label(verdict: Verdict) -> None:
    assert AnswerReply(answer=verdict, important=False).sentence == verdict


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
    assert AnswerReply(answer=verdict, important=True).sentence == sentence


def test_the_categories_are_those_of_the_type() -> None:
    assert get_args(Category) == CATEGORIES


def test_every_text_of_a_puzzle_is_looked_at() -> None:
    reply = PuzzleReply(
        title="a", scenario="b", solution="c", category="LOGIC", difficulty=1, hints=["d", "e"]
    )
    assert reply.texts == ("a", "b", "c", "d", "e")
