"""The arithmetic of days agrees with the library that knows all of it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hololive_bot.seoul import Day, day_number, day_of, is_leap, minute_of, month_length

SEOUL = ZoneInfo("Asia/Seoul")
DATES = st.dates(date(1600, 1, 1), date(2500, 12, 31))


@given(DATES)
def test_a_day_is_a_number_and_back(there: date) -> None:
    day = Day(there.year, there.month, there.day)
    assert day.number == (there - date(1970, 1, 1)).days
    assert day_number(day.number) == day
    assert day.weekday == there.weekday()
    assert str(day) == there.isoformat()


@given(DATES, st.integers(-800, 800))
def test_days_can_be_counted_on(there: date, days: int) -> None:
    later = there + timedelta(days=days)
    assert Day(there.year, there.month, there.day).plus(days) == Day(later.year, later.month, later.day)


@given(st.floats(600_000_000, 7_000_000_000))
def test_a_moment_is_a_day_and_a_minute_in_seoul(seconds: float) -> None:
    there = datetime.fromtimestamp(seconds, SEOUL)
    assert day_of(seconds) == Day(there.year, there.month, there.day)
    assert minute_of(seconds) == there.hour * 60 + there.minute
    midnight = there.replace(hour=0, minute=0, second=0, microsecond=0)
    assert day_of(seconds).begins == midnight.timestamp()


@pytest.mark.parametrize(("year", "leap"), [(2024, True), (2026, False), (1900, False), (2000, True)])
def test_leap_years(year: int, leap: bool) -> None:
    assert is_leap(year) is leap
    assert month_length(year, 2) == (29 if leap else 28)
    assert (month_length(year, 11), month_length(year, 12)) == (30, 31)
