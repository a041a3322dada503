"""How a puzzle is typed in one message, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game_bots.turtlesoup.events import Draft
from game_bots.turtlesoup.proposals import check, parts_of
from game_bots.turtlesoup.refusals import ProposalGivesAway, ProposalLength

PARTS = ("우산", "맑은 날에도 우산을 쓴다. 왜일까?", "배우다. 연습을 한다.")


@pytest.mark.parametrize(
    "text",
    [
        "우산 | 맑은 날에도 우산을 쓴다. 왜일까? | 배우다. 연습을 한다.",
        " 우산|맑은 날에도 우산을 쓴다. 왜일까?｜배우다. 연습을 한다. ",
        "제목: 우산 상황: 맑은 날에도 우산을 쓴다. 왜일까? 진상: 배우다. 연습을 한다.",
        "제목：우산 문제：맑은 날에도 우산을 쓴다. 왜일까? 해설：배우다. 연습을 한다.",
        "우산 상황 : 맑은 날에도 우산을 쓴다. 왜일까? 정답 : 배우다. 연습을 한다.",
    ],
)
def test_three_parts_are_told_apart(text: str) -> None:
    assert parts_of(text) == PARTS


@pytest.mark.parametrize(
    "text", ["", "우산", "우산 | 상황", "우산 | | 진상", "a | b | c | d", "제목: 우산 상황: 맑은 날"]
)
def test_what_is_incomplete_is_no_proposal(text: str) -> None:
    assert parts_of(text) is None


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    parts_of(text)


def test_lengths_are_counted_in_characters() -> None:
    check(Draft("가", "나" * 20, "다" * 20))
    check(Draft("가" * 40, "나" * 500, "다" * 1000))
    for draft in (
        Draft("", "나" * 20, "다" * 20),
        Draft("가" * 41, "나" * 20, "다" * 20),
        Draft("가", "나" * 19, "다" * 20),
        Draft("가", "나" * 501, "다" * 20),
        Draft("가", "나" * 20, "다" * 19),
        Draft("가", "나" * 20, "다" * 1001),
    ):
        with pytest.raises(ProposalLength) as caught:
            check(draft)
        assert caught.value.values == {"title": "1~40", "scenario": "20~500", "solution": "20~1000"}


@pytest.mark.parametrize(
    "draft",
    [
        Draft("우산", f"상황이에요. {'배우가 비를 연습한다. ' * 2}", "배우가 비를 연습한다. " * 2),
        Draft("우산", "나" * 20, "." * 20),
        Draft("다" * 30, "나" * 20, "다" * 20),
        Draft("사실은 배우의 비 장면 연습을", "나" * 20, "그는 사실은 배우의 비 장면 연습을 하던 것이다."),
        Draft(
            "우산",
            "나" * 20,
            "그는 배우의 비 장면 연습을 하던 것이다.",
            warning="배우의 비 장면 연습을 하던 것",
        ),
    ],
)
def test_what_tells_its_truth_is_no_puzzle(draft: Draft) -> None:
    with pytest.raises(ProposalGivesAway):
        check(draft)
