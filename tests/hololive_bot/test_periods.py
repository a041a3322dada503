"""How far back a ranking looks, as people write it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hololive_bot.periods import Period, Unit, period_of

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 5, 31, 12, 30, tzinfo=SEOUL).timestamp()


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("", "days:10"),
        ("오늘", "hours:24"),
        ("주간", "days:7"),
        ("Monthly", "months:1"),
        ("분기", "quarters:1"),
        ("년간", "years:1"),
        ("연간", "years:1"),
        ("최근 3개월", "months:3"),
        ("최근 3 개월 동안", "months:3"),
        ("2주간", "weeks:2"),
        ("last 12h", "hours:12"),
        ("5일", "days:5"),
        ("1days", "days:1"),
        ("2분기", "quarters:2"),
        ("1년간", "years:1"),
        ("3달", "months:3"),
        ("366d", "days:366"),
        ("기간=주간", "days:7"),
        ("랭킹 = 2주", "weeks:2"),
        ("period=quarterly", "quarters:1"),
        ("366일", "days:366"),
    ],
)
def test_periods_are_read(written: str, means: str) -> None:
    assert str(period_of(written)) == means


@pytest.mark.parametrize(
    "written", ["0일", "367일", "어제", "3", "페코라", "기간=", "key=주간", "3개월 전", "99999일"]
)
def test_anything_else_is_refused(written: str) -> None:
    assert period_of(written) is None


@given(st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    found = period_of(text)
    assert found is None or 1 <= found.count <= 366


@pytest.mark.parametrize(
    ("period", "since"),
    [
        (Period(Unit.HOURS, 24), datetime(2026, 5, 30, 12, 30, tzinfo=SEOUL)),
        (Period(Unit.WEEKS, 1), datetime(2026, 5, 24, 12, 30, tzinfo=SEOUL)),
        (Period(Unit.MONTHS, 1), datetime(2026, 4, 30, 12, 30, tzinfo=SEOUL)),
        (Period(Unit.MONTHS, 3), datetime(2026, 2, 28, 12, 30, tzinfo=SEOUL)),
        (Period(Unit.QUARTERS, 2), datetime(2025, 11, 30, 12, 30, tzinfo=SEOUL)),
        (Period(Unit.YEARS, 1), datetime(2025, 5, 31, 12, 30, tzinfo=SEOUL)),
    ],
)
def test_a_period_began(period: Period, since: datetime) -> None:
    assert period.since(NOW) == since.timestamp()
