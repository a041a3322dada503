"""The shipped puzzles, and files that are none."""

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from llm_server.errors import PuzzlesExhausted, UnknownPuzzle
from llm_server.guard.guard import Guard
from llm_server.names import normal, quotes
from llm_server.turtlesoup.puzzles import SHIPPED, Puzzle, Puzzles, PuzzlesError
from tests.llm_server.conftest import PUZZLES

ALL = Puzzles.load().all
BY_DIFFICULTY = {1: 33, 2: 37, 3: 31, 4: 27, 5: 22}


def test_there_are_150_of_five_difficulties() -> None:
    assert Puzzles.load().by_difficulty == BY_DIFFICULTY
    assert sorted(puzzle.id for puzzle in ALL) == list(range(1, 151))


@pytest.mark.parametrize("puzzle", ALL, ids=lambda puzzle: f"{puzzle.id}-{puzzle.title}")
def test_a_puzzle_is_complete_and_keeps_its_secret(puzzle: Puzzle) -> None:
    assert 60 <= len(puzzle.question) <= 260
    assert 80 <= len(puzzle.answer) <= 450
    assert len(puzzle.title) <= 14
    assert len(puzzle.hints) == 3
    assert len(set(puzzle.hints)) == 3
    assert 3 <= len(puzzle.key_facts) <= 7
    assert len(puzzle.warning or "") <= 60
    assert puzzle.question.rstrip().endswith(("?", "요.", "까."))
    assert not any(quotes(hint, puzzle.answer, known=puzzle.question) for hint in puzzle.hints)
    assert not quotes(puzzle.title, puzzle.answer, known=puzzle.question)


def test_no_two_are_alike() -> None:
    def pieces(text: str) -> set[str]:
        squeezed = normal(text)
        return {squeezed[at : at + 4] for at in range(len(squeezed) - 3)}

    seen = [(puzzle.id, pieces(puzzle.question), pieces(puzzle.answer)) for puzzle in ALL]
    alike = [
        (one[0], other[0])
        for at, one in enumerate(seen)
        for other in seen[at + 1 :]
        for mine, theirs in ((one[1], other[1]), (one[2], other[2]))
        if len(mine & theirs) > 0.25 * min(len(mine), len(theirs))
    ]
    assert alike == []


def test_the_guard_lets_their_words_pass() -> None:
    guard = Guard.load()
    texts = (text for puzzle in ALL for text in (puzzle.title, *puzzle.question.split("."), *puzzle.hints))
    assert [text for text in texts if guard.evaluate(text).malicious] == []


def test_every_category_is_there() -> None:
    assert set(Counter(puzzle.category for puzzle in ALL)) == {"MYSTERY", "HORROR", "ABSURD", "LOGIC"}


# ---- files ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[", "p.json"),
        ("[]", "there are no puzzles"),
        ([{**PUZZLES[0], "surprise": 1}], "surprise"),
        ([{**PUZZLES[0], "difficulty": 6}], "difficulty"),
        ([{**PUZZLES[0], "question": " "}], "question"),
        ([{**PUZZLES[0], "id": 0}], "id"),
        ([PUZZLES[0], {**PUZZLES[1], "id": 1}], "the id 1"),
        ([PUZZLES[0], {**PUZZLES[1], "title": PUZZLES[0]["title"]}], "the title"),
        ([PUZZLES[0], {**PUZZLES[1], "question": PUZZLES[0]["question"]}], "the question"),
    ],
)
def test_wrong_puzzles_stop_the_start(tmp_path: Path, content: Any, reason: str) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    (tmp_path / "p.json").write_text(text, "utf-8")
    with pytest.raises(PuzzlesError, match=reason):
        Puzzles.load(tmp_path)


def test_files_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name, puzzle in (("2.json", PUZZLES[0]), ("1.json", PUZZLES[1])):
        (tmp_path / name).write_text(json.dumps([puzzle]), "utf-8")
    assert [puzzle.id for puzzle in Puzzles.load(tmp_path).all] == [2, 1]


def test_what_is_not_there() -> None:
    puzzles = Puzzles([Puzzle.model_validate(PUZZLES[0])])
    with pytest.raises(UnknownPuzzle):
        puzzles.get(2)
    assert puzzles.behind(f" {PUZZLES[0]['answer']} ") == puzzles.get(1)
    assert puzzles.behind("other") is None
    assert SHIPPED.is_dir()


# ---- choosing -------------------------------------------------------------------------------------------


def shelf(*changes: dict[str, Any]) -> Puzzles:
    """Puzzles 1, 2, …, each with a change."""
    pairs = zip(PUZZLES, changes, strict=False)
    return Puzzles(Puzzle.model_validate({**puzzle, **change}) for puzzle, change in pairs)


MIXED = shelf(
    {"difficulty": 1, "category": "LOGIC"},
    {"difficulty": 1, "category": "HORROR", "warning": "죽음을 다룹니다"},
    {"difficulty": 2, "category": "LOGIC"},
    {"difficulty": 2, "category": "LOGIC", "warning": "사고를 다룹니다"},
)


@pytest.mark.parametrize(
    ("wanted", "fitting"),
    [
        ({}, {1, 2, 3, 4}),
        ({"difficulty": 1}, {1, 2}),
        ({"category": "LOGIC"}, {1, 3, 4}),
        ({"mild": True}, {1, 3}),
        ({"excluded": {1, 3}}, {2, 4}),
        ({"excluded": {1, 99}, "mild": True, "category": "LOGIC"}, {3}),
    ],
)
def test_every_puzzle_that_fits_is_as_likely_as_the_others(wanted: dict[str, Any], fitting: set[int]) -> None:
    chance = Random(1)
    drawn = Counter(MIXED.choose(chance, **wanted).id for _ in range(400))
    assert set(drawn) == fitting
    assert min(drawn.values()) > 0.7 * 400 / len(fitting)


@pytest.mark.parametrize(
    "wanted",
    [
        {"difficulty": 3},
        {"category": "ABSURD"},
        {"category": "HORROR", "mild": True},
        {"difficulty": 1, "excluded": {1, 2}},
    ],
)
def test_nothing_fits(wanted: dict[str, Any]) -> None:
    with pytest.raises(PuzzlesExhausted):
        MIXED.choose(Random(1), **wanted)
