"""What a puzzle is called and counted as, and when a text tells too much of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game_bots.turtlesoup.puzzles import (
    ANYTHING,
    CATEGORIES,
    Category,
    Played,
    Puzzle,
    Source,
    Wish,
    category_named,
    category_of,
    level_near,
    stars,
)

UMBRELLA = Puzzle(
    title="우산",
    scenario="남자는 맑은 날에도 아침마다 우산을 펴고 집을 나섰다. 왜 그랬을까요?",
    solution="남자는 배우였고, 날마다 비 오는 장면을 연습했다. 우산은 소품이었다.",
    category=Category.MYSTERY,
    difficulty=2,
    source=Source.PRESET,
    number=34,
)


@pytest.mark.parametrize(
    ("source", "number", "ref"),
    [
        (Source.PRESET, 34, "preset:34"),
        (Source.REWRITTEN, 34, "preset:34"),
        (Source.CUSTOM, 7, "custom:7"),
        (Source.GENERATED, 0, ""),
    ],
)
def test_a_puzzle_is_counted_under_its_source(source: Source, number: int, ref: str) -> None:
    assert replace(UMBRELLA, source=source, number=number).ref == ref


@pytest.mark.parametrize(
    "text",
    [
        UMBRELLA.solution,
        "사실 남자는 배우였고 날마다 비 오는 장면을 연습했대요",
        "날 마 다 비 오 는 장 면 을 연 습 했",
        "남자는배우였고날마다비오는",
    ],
)
def test_twelve_letters_of_the_solution_tell_it(text: str) -> None:
    assert UMBRELLA.is_told_by(text)


@pytest.mark.parametrize(
    "text", ["", "?!", "비 오는 장면을 연습", "그 사람의 직업을 떠올려 보세요.", UMBRELLA.scenario]
)
def test_less_than_that_does_not(text: str) -> None:
    assert not UMBRELLA.is_told_by(text)


def test_what_everybody_knows_is_no_secret() -> None:
    shared = replace(UMBRELLA, solution="그는 맑은 날에도 아침마다 우산을 펴고 나가는 배우다.")
    assert not shared.is_told_by("맑은 날에도 아침마다 우산을 펴고 있죠")
    said = "남자는 배우였고, 날마다 비 오는 장면을 연습했나요?"
    assert UMBRELLA.is_told_by(said)
    assert not UMBRELLA.is_told_by(said, known=[said])


def test_a_short_solution_is_told_only_whole() -> None:
    short = replace(UMBRELLA, solution="배우였다.")
    assert short.is_told_by("그는 배우였다")
    assert not short.is_told_by("그는 배우?")
    assert not replace(UMBRELLA, solution="…").is_told_by("무엇이든")


@given(st.text(max_size=60), st.integers(0, 25))
def test_any_twelve_letters_wherever_they_stand(around: str, at: int) -> None:
    letters = "".join(c for c in UMBRELLA.solution if c.isalnum())
    piece = letters[at : at + 12]
    if len(piece) == 12:
        assert UMBRELLA.is_told_by(f"{around} {piece} {around}")


@pytest.mark.parametrize(
    ("word", "category"),
    [
        ("미스터리", Category.MYSTERY),
        ("공포", Category.HORROR),
        (" 호러 ", Category.HORROR),
        ("황당", Category.ABSURD),
        ("논리", Category.LOGIC),
        ("Logic", Category.LOGIC),
        ("우주", None),
        ("", None),
    ],
)
def test_the_words_for_categories(word: str, category: Category | None) -> None:
    assert category_of(word) == category
    assert category_named(word) == (category or Category.MYSTERY)
    assert set(CATEGORIES) == set(Category)


def test_levels_are_shown_as_five_stars() -> None:
    assert [stars(level) for level in (1, 3, 5)] == ["★☆☆☆☆", "★★★☆☆", "★★★★★"]
    assert [level_near(number) for number in (-1, 0, 1, 5, 9)] == [1, 1, 1, 5, 5]


@pytest.mark.parametrize(
    ("wish", "mild", "suits"),
    [
        (ANYTHING, False, True),
        (ANYTHING, True, False),
        (Wish(difficulty=3), False, True),
        (Wish(difficulty=4), False, False),
        (Wish(category=Category.LOGIC), False, True),
        (Wish(category=Category.ABSURD), False, False),
    ],
)
def test_what_was_played_suits_a_wish(wish: Wish, mild: bool, suits: bool) -> None:
    assert Played(1, 3, Category.LOGIC, dark=True).suits(wish, mild=mild) is suits
