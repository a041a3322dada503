"""What may be shown before the end of a game, and what may not."""

from itertools import combinations
from typing import Any

import pytest

from llm_server.turtlesoup.leaks import (
    REPEATED,
    RETOLD,
    betrays,
    is_a_hint,
    is_a_puzzle,
    nudge,
    resembles,
)
from llm_server.turtlesoup.puzzles import Puzzles
from llm_server.turtlesoup.schemas import PuzzleReply

SCENARIO = "그는 이 집에서 다섯 해를 일했지만 현관 문턱을 넘은 적이 없다. 왜일까요?"
SOLUTION = "그는 사람이 아니라 로봇청소기다. 바닥에 떨어진 양말이 솔에 감겨 멈췄다."
PLAYER = "그는 사람이 아니라 기계예요"
KNOWN = f"{SCENARIO}\n{PLAYER}"


@pytest.mark.parametrize(
    "text",
    [
        "그가 로봇이라는 점이 남았어요.",
        "로봇청소기!",
        "ＲＯＢＯＴ이 아니라 로 봇 청 소 기 다 바 닥",
        "양말을 떠올려 보세요.",
        "바닥에서 무슨 일이 있었을까요?",
    ],
)
def test_a_word_of_the_secret_betrays_it(text: str) -> None:
    assert betrays(text, SOLUTION, known=KNOWN)
    assert nudge(text, SOLUTION, known=KNOWN) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "그가 왜 그 자리에서 멈췄을까요?",
        "그가 어떤 기계인지가 남았어요.",
        "현관 문턱을 넘지 않은 까닭이 비어 있어요.",
        "사람이 아니라는 것까지는 맞았어요.",
    ],
)
def test_what_is_known_or_ordinary_does_not(text: str) -> None:
    assert nudge(text, SOLUTION, known=KNOWN) == text


def test_a_nudge_is_short() -> None:
    assert nudge("음" * 60, SOLUTION, known="") == "음" * 60
    assert nudge("음" * 61, SOLUTION, known="") == ""


GENERIC = (
    "그가 왜 그 자리에 있었는지가 아직 빠졌어요.",
    "무슨 일이 있었는지는 맞았지만 그 까닭이 남았어요.",
    "누가 그런 일을 했는지 더 생각해 보세요.",
    "두 사람이 어떤 사이인지가 남았어요.",
    "그 물건이 어떤 것인지 아직 나오지 않았어요.",
)


def test_nudges_that_tell_nothing_pass_with_nearly_every_puzzle() -> None:
    shown = [
        bool(nudge(text, "\n".join((puzzle.answer, *puzzle.key_facts)), known=puzzle.question))
        for puzzle in Puzzles.load().all
        for text in GENERIC
    ]
    assert sum(shown) > 0.95 * len(shown)


def test_the_first_fact_of_a_puzzle_as_a_nudge_never_passes() -> None:
    for puzzle in Puzzles.load().all:
        secret = "\n".join((puzzle.answer, *puzzle.key_facts))
        assert nudge(puzzle.key_facts[0], secret, known=puzzle.question) == ""


# ---- repeating ------------------------------------------------------------------------------------------

RETELLINGS = (
    "다섯 해를 이 집에서 일한 그가 현관 문턱만은 한 번도 넘지 않았다. 어째서일까요?",
    "현관 문턱을 넘은 적이 없는 그는 이 집에서 5년 동안 일했다. 왜일까요?",
)


def test_our_puzzles_do_not_resemble_each_other_and_a_retelling_does() -> None:
    shown = [puzzle.question for puzzle in Puzzles.load().all]
    assert not any(resembles(one, [other], RETOLD) for one, other in combinations(shown, 2))
    assert all(resembles(text, [*shown, SCENARIO], RETOLD) for text in RETELLINGS)
    assert not resembles(SCENARIO, [], RETOLD)


@pytest.mark.parametrize(
    ("hint", "good"),
    [
        ("그가 밥을 먹는 모습을 떠올려 보세요.", True),
        ("그가 무엇을 하지 않는지 떠올려 보세요!", False),
        ("그가 무엇을 안 하는지 떠올려 보세요.", False),
        ("", False),
        ("음" * 120, True),
        ("음" * 121, False),
        ("바닥에 떨어진 양말이 그를 멈췄어요.", False),
        ("현관 문턱을 넘은 적이 없다는 게 중요해요.", True),
    ],
)
def test_a_hint_is_new_and_keeps_the_secret(hint: str, good: bool) -> None:
    earlier = ["그가 무엇을 하지 않는지 떠올려 보세요."]
    assert is_a_hint(hint, SOLUTION, known=SCENARIO, earlier=earlier) is good


def test_hints_of_a_puzzle_are_three_different_ones() -> None:
    for puzzle in Puzzles.load().all:
        for one, other in combinations(puzzle.hints, 2):
            assert not resembles(one, [other], REPEATED)


# ---- a new puzzle ---------------------------------------------------------------------------------------

PUZZLE: dict[str, Any] = {
    "title": "문턱",
    "scenario": SCENARIO,
    "solution": SOLUTION,
    "category": "ABSURD",
    "difficulty": 2,
    "hints": ["그가 누구인지 의심해 보세요.", "그는 밥을 먹지 않아요.", "그의 일은 발밑에서 이루어져요."],
    "key_facts": ["그는 로봇청소기다.", "양말이 솔에 감겼다.", "주인이 양말을 빼 주었다."],
    "warning": "",
}


def made(**change: Any) -> bool:
    return is_a_puzzle(PuzzleReply.model_validate(PUZZLE | change), difficulty=2, avoid=["다른 이야기"])


def test_a_good_puzzle_passes() -> None:
    assert made()
    assert made(warning="사고를 다룹니다")


@pytest.mark.parametrize(
    "change",
    [
        {"difficulty": 3},
        {"title": " "},
        {"hints": ["하나를 보세요", " ", "셋을 보세요"]},
        {"key_facts": ["그는 로봇청소기다.", "", "주인이 양말을 빼 주었다."]},
        {"warning": "음" * 61},
        {"title": "로봇의 하루"},
        {"title": "양말"},
        {"hints": ["하나를 보세요", "둘을 보세요", "바닥에 떨어진 양말이 문제예요"]},
        {"hints": ["하나를 보세요", "둘을 보세요", "주인이 양말을 빼 주었대요"]},
        {"warning": "주인이 양말을 빼 주었다는 이야기"},
        {"scenario": f"{SCENARIO} {SOLUTION}"},
        {"scenario": f"{SCENARIO} 주인이 양말을 빼 주었다."},
        {"scenario": "다른 이야기."},
    ],
    ids=str,
)
def test_a_puzzle_that_is_broken_or_tells_its_secret_does_not(change: dict[str, Any]) -> None:
    assert not made(**change)


def test_our_own_puzzles_would_nearly_all_pass() -> None:
    """The checks of a new puzzle are strict, and good puzzles can meet them."""
    passed = [
        is_a_puzzle(
            PuzzleReply(
                title=puzzle.title,
                scenario=puzzle.question,
                solution=puzzle.answer,
                category=puzzle.category,
                difficulty=puzzle.difficulty,
                hints=puzzle.hints,
                key_facts=puzzle.key_facts,
                warning=puzzle.warning or "",
            ),
            difficulty=puzzle.difficulty,
            avoid=(),
        )
        for puzzle in Puzzles.load().all
    ]
    assert sum(passed) >= 0.85 * len(passed)
