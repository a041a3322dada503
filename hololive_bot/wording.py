"""Times, numbers and titles as they are written in a room. Pure.

What is Korean in them comes in as texts (`Spans`), so that all of it stands in a message file.
"""

from dataclasses import dataclass
from math import ceil
from typing import Protocol

from botkit.chat.layout import shortened
from hololive_bot.seoul import day_of, minute_of

TITLE, SHORT_TITLE = 100, 40
"""Characters of a title in a list, and where a stream is only mentioned."""

FOLDED_FROM = 250
"""Lists longer than this are folded behind "전체보기"."""

HOUR_MINUTES, DAY_MINUTES = 60, 24 * 60

_GROUPS = ("", "만", "억", "조")
_GROUP = 10_000


class Spans(Protocol):
    """How long it is until something, or since."""

    def days(self, **values: object) -> str:
        """`days`."""
        ...

    def hours(self, **values: object) -> str:
        """`hours`."""
        ...

    def hours_minutes(self, **values: object) -> str:
        """`hours` and `minutes`."""
        ...

    def minutes(self, **values: object) -> str:
        """`minutes`."""
        ...


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time, rounded up to full minutes."""

    minutes: int

    @classmethod
    def between(cls, now: float, then: float) -> "Span":
        """From one moment to a later one; nothing when it has passed."""
        return cls(max(0, ceil((then - now) / 60)))

    def said(self, spans: Spans) -> str:
        """In days above a day, the nearest one, in hours and minutes above an hour."""
        if self.minutes > DAY_MINUTES:
            return spans.days(days=(self.minutes + DAY_MINUTES // 2) // DAY_MINUTES)
        hours, minutes = divmod(self.minutes, HOUR_MINUTES)
        if not hours:
            return spans.minutes(minutes=minutes)
        if not minutes:
            return spans.hours(hours=hours)
        return spans.hours_minutes(hours=hours, minutes=minutes)


def moment(seconds: float, now: float) -> str:
    """`MM/DD HH:MM` in Seoul, with the year when it is another one."""
    day, minute = day_of(seconds), minute_of(seconds)
    date = f"{day.month:02}/{day.day:02}"
    if day.year != day_of(now).year:
        date = f"{day.year}/{date}"
    return f"{date} {minute // HOUR_MINUTES:02}:{minute % HOUR_MINUTES:02}"


def is_soon(now: float, then: float) -> bool:
    """Whether less than a minute is left."""
    return then - now < HOUR_MINUTES


def grouped(number: int) -> str:
    """In ten-thousands: 12345 → 1만 2345."""
    if number < _GROUP:
        return str(number)
    words: list[str] = []
    for name in _GROUPS:
        number, part = divmod(number, _GROUP) if name != _GROUPS[-1] else (0, number)
        if part:
            words.append(f"{part}{name}")
    return " ".join(reversed(words))


def title(text: str, limit: int = TITLE) -> str:
    """A title on one line, cut where no character is torn apart."""
    return shortened(" ".join(text.split()), limit)
