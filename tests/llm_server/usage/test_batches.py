"""Days are those of Asia/Seoul; sums add up."""

from dataclasses import astuple
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_server.usage.batches import Sum, seoul_today, together

sums = st.builds(Sum, *[st.integers(0, 10**12)] * 7)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-24T14:59:59+00:00", date(2026, 11, 24)),
        ("2026-11-24T15:00:00+00:00", date(2026, 11, 25)),
        ("2026-11-24T23:59:59+09:00", date(2026, 11, 24)),
        ("2026-12-31T15:00:00+00:00", date(2027, 1, 1)),
        ("2028-02-28T15:00:00+00:00", date(2028, 2, 29)),
    ],
)
def test_the_day_changes_at_midnight_in_seoul(moment: str, day: date) -> None:
    assert seoul_today(datetime.fromisoformat(moment).timestamp)() == day


@given(st.lists(sums))
def test_every_number_of_a_sum_is_added(several: list[Sum]) -> None:
    expected = tuple(map(sum, zip(*map(astuple, several), strict=True))) or (0,) * 7
    assert astuple(together(several)) == expected
