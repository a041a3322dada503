"""Times, numbers and titles as they stand in a room."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hololive_bot.messages import load
from hololive_bot.wording import Span, grouped, is_soon, moment, title

SEOUL = ZoneInfo("Asia/Seoul")
SAY = load()
NOW = datetime(2026, 11, 25, 23, 30, tzinfo=SEOUL).timestamp()
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0


def test_moments_are_those_of_seoul_with_the_year_of_another_one() -> None:
    assert moment(NOW, NOW) == "11/25 23:30"
    assert moment(NOW + 40 * DAY, NOW) == "2027/01/04 23:30"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "1분"),
        (5 * MINUTE, "5분"),
        (5 * MINUTE + 1, "6분"),
        (HOUR, "1시간"),
        (HOUR - 1, "1시간"),
        (90 * MINUTE, "1시간 30분"),
        (DAY, "24시간"),
        (DAY + 1, "1일"),
        (36 * HOUR - MINUTE, "1일"),
        (36 * HOUR, "2일"),
        (3 * DAY, "3일"),
        (-5, "0분"),
    ],
)
def test_how_long_it_is(seconds: float, said: str) -> None:
    assert Span.between(NOW, NOW + seconds).said(SAY) == said


@given(st.integers(0, 10**9), st.integers(0, 10**7))
def test_a_span_is_never_shorter_than_it_is(now: int, seconds: int) -> None:
    minutes = Span.between(now, now + seconds).minutes
    assert minutes * 60 >= seconds > (minutes - 1) * 60


def test_soon_is_less_than_a_minute() -> None:
    assert is_soon(NOW, NOW + 59)
    assert is_soon(NOW, NOW - 500)
    assert not is_soon(NOW, NOW + 60)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0"),
        (9999, "9999"),
        (10_000, "1만"),
        (12_345, "1만 2345"),
        (100_000_000, "1억"),
        (123_456_789, "1억 2345만 6789"),
        (2_480_000, "248만"),
        (1_000_000_000_001, "1조 1"),
        (10_000_000_000_000_000, "10000조"),
    ],
)
def test_numbers_are_grouped_as_they_are_spoken(number: int, said: str) -> None:
    assert grouped(number) == said


@given(st.text(max_size=300), st.integers(10, 100))
def test_a_title_is_one_line_that_fits(text: str, limit: int) -> None:
    shown = title(text, limit)
    assert len(shown) <= limit
    assert len(shown.splitlines()) <= 1


def test_a_cut_title_says_so() -> None:
    assert title("【歌枠】\n 歌うよ  ", 40) == "【歌枠】 歌うよ"
    assert title("가" * 50, 40) == "가" * 37 + "..."
