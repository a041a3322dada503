"""How far back a ranking looks, as people write it: `주간`, `최근 3개월`, `기간=2주`. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from hololive_bot.seoul import DAY, Day, day_of, month_length

MOST = 366


class Unit(StrEnum):
    """What is counted."""

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    QUARTERS = "quarters"
    YEARS = "years"


@dataclass(frozen=True, slots=True)
class Period:
    """So many of a unit, up to now."""

    unit: Unit = Unit.DAYS
    count: int = 10

    def __str__(self) -> str:
        return f"{self.unit}:{self.count}"

    def since(self, now: float) -> float:
        """When it began, in seconds since the epoch."""
        if self.unit in _SECONDS:
            return now - self.count * _SECONDS[self.unit]
        return _months_before(now, self.count * _MONTHS[self.unit])


_SECONDS = {Unit.HOURS: 3600, Unit.DAYS: DAY, Unit.WEEKS: 7 * DAY}
_MONTHS = {Unit.MONTHS: 1, Unit.QUARTERS: 3, Unit.YEARS: 12}

_WORDS = {
    "오늘": Period(Unit.HOURS, 24),
    "주간": Period(Unit.DAYS, 7),
    "월간": Period(Unit.MONTHS, 1),
    "분기": Period(Unit.QUARTERS, 1),
    "연간": Period(Unit.YEARS, 1),
    "년간": Period(Unit.YEARS, 1),
    "today": Period(Unit.HOURS, 24),
    "week": Period(Unit.DAYS, 7),
    "weekly": Period(Unit.DAYS, 7),
    "month": Period(Unit.MONTHS, 1),
    "monthly": Period(Unit.MONTHS, 1),
    "quarter": Period(Unit.QUARTERS, 1),
    "quarterly": Period(Unit.QUARTERS, 1),
    "year": Period(Unit.YEARS, 1),
    "yearly": Period(Unit.YEARS, 1),
    "annual": Period(Unit.YEARS, 1),
    "annually": Period(Unit.YEARS, 1),
}

_UNITS = {
    Unit.HOURS: "시간|h",
    Unit.DAYS: "일|days|day|d",
    Unit.WEEKS: "주|w",
    Unit.MONTHS: "개월|달|m",
    Unit.QUARTERS: "분기|q",
    Unit.YEARS: "년|연|y",
}
_KEY = re.compile(r"(?:period|기간|주기|순위|랭킹|구독자|통계)\s*=\s*(?P<value>.+)")
_COUNTED = re.compile(
    r"(?:최근|last)?\s*(?P<count>\d{1,4})\s*(?:"
    + "|".join(f"(?P<{unit.value}>{words})" for unit, words in _UNITS.items())
    + r")\s*(?:간|동안)?"
)


def period_of(text: str) -> Period | None:
    """The period that is written, ten days when nothing is; None when it cannot be read."""
    said = text.strip().lower()
    if not said:
        return Period()
    if keyed := _KEY.fullmatch(said):
        said = keyed["value"].strip()
    if said in _WORDS:
        return _WORDS[said]
    if not (found := _COUNTED.fullmatch(said)):
        return None
    count = int(found["count"])
    unit = next(unit for unit in Unit if found[unit.value])
    return Period(unit, count) if 1 <= count <= MOST else None


def _months_before(now: float, months: int) -> float:
    """The same clock time so many months ago; the last day of the month where it is shorter."""
    today = day_of(now)
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    day = Day(year, month + 1, min(today.day, month_length(year, month + 1)))
    return day.begins + (now - today.begins)
