"""Whose day it is."""

import pytest

from hololive_bot.calendar import (
    Occasion,
    month_shifted,
    next_birthday,
    of_month,
    on_day,
    years_since_debut,
)
from hololive_bot.members import Member
from hololive_bot.seed import load
from hololive_bot.seoul import Day

MEMBERS = load().members
PEKORA, BAE, MIKO, GURA = (
    MEMBERS[slug] for slug in ("usada-pekora", "hakos-baelz", "sakuramiko", "gawr-gura")
)


def test_a_month_in_order() -> None:
    found = of_month(2027, 3, [MIKO, PEKORA, MEMBERS["hoshimachi-suisei"], GURA])
    assert [(one.day, one.occasion, one.member.name, one.years) for one in found] == [
        (Day(2027, 3, 5), Occasion.BIRTHDAY, "미코", 0),
        (Day(2027, 3, 22), Occasion.BIRTHDAY, "스이세이", 0),
        (Day(2027, 3, 22), Occasion.ANNIVERSARY, "스이세이", 9),
    ]
    assert of_month(2027, 6, [GURA]) == ()


@pytest.mark.parametrize(("year", "day"), [(2026, 28), (2027, 28), (2028, 29)])
def test_29_february_is_never_forgotten(year: int, day: int) -> None:
    [born] = of_month(year, 2, [BAE])
    assert born.day == Day(year, 2, day)


def test_a_debut_is_no_anniversary_of_itself() -> None:
    assert of_month(2019, 7, [PEKORA]) == ()
    [first] = on_day(Day(2020, 7, 17), [PEKORA])
    assert (first.occasion, first.years) == (Occasion.ANNIVERSARY, 1)
    assert first.key == "anniversary|usada-pekora|2020-07-17"
    assert on_day(Day(2020, 7, 18), [PEKORA]) == ()


def test_channels_of_several_have_no_days() -> None:
    group = Member(id="group", type="group_channel", english_name="Official", branch="JP", birthday="07-17")
    unknown = Member(id="new", english_name="New", branch="JP")
    assert of_month(2026, 7, [group, unknown]) == ()


@pytest.mark.parametrize(
    ("today", "birthday"),
    [
        (Day(2026, 1, 12), Day(2026, 1, 12)),
        (Day(2026, 1, 13), Day(2027, 1, 12)),
        (Day(2026, 11, 25), Day(2027, 1, 12)),
    ],
)
def test_the_next_birthday(today: Day, birthday: Day) -> None:
    assert next_birthday(PEKORA, today) == birthday
    assert next_birthday(BAE, Day(2027, 2, 28)) == Day(2027, 2, 28)
    assert next_birthday(MEMBERS["yukoku-roberu"], today) is None


@pytest.mark.parametrize(
    ("today", "years"),
    [(Day(2019, 7, 16), None), (Day(2019, 7, 17), 0), (Day(2026, 7, 16), 6), (Day(2026, 7, 17), 7)],
)
def test_years_are_full_ones(today: Day, years: int | None) -> None:
    assert years_since_debut(PEKORA, today) == years
    assert years_since_debut(MEMBERS["arurandeisu"], today) is None


@pytest.mark.parametrize(
    ("months", "shifted"),
    [(0, (2026, 11)), (1, (2026, 12)), (2, (2027, 1)), (-11, (2025, 12)), (-1, (2026, 10))],
)
def test_months_pass_the_new_year(months: int, shifted: tuple[int, int]) -> None:
    assert month_shifted(Day(2026, 11, 25), months) == shifted


def test_celebrations_of_different_days_have_different_keys() -> None:
    every = [one for month in range(1, 13) for one in of_month(2026, month, MEMBERS.values())]
    assert len({one.key for one in every}) == len(every) > 150
    assert all(one.member.is_active for one in every)
