"""What an operator and a room have chosen: which moments of a stream are told, and which are not. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from hololive_bot.seoul import day_of, minute_of

LEAST_STAGE, MOST_STAGE = 1, 180
MOST_STAGES = 10
DAY_MINUTES = 24 * 60


class BadPreference(ValueError):
    """A value that cannot be taken; says which and why."""


def stages_of(minutes: Iterable[int]) -> tuple[int, ...]:
    """Lead times in minutes, longest first, each once.

    Raises:
        BadPreference: one is not between 1 and 180, or there are more than ten.
    """
    stages = tuple(sorted(set(minutes), reverse=True))
    if wrong := [stage for stage in stages if not LEAST_STAGE <= stage <= MOST_STAGE]:
        raise BadPreference(f"{wrong[0]} is not between {LEAST_STAGE} and {MOST_STAGE} minutes")
    if len(stages) > MOST_STAGES:
        raise BadPreference(f"at most {MOST_STAGES} lead times")
    return stages


@dataclass(frozen=True, slots=True)
class Quiet:
    """The part of each day in which a room hears nothing; minutes since midnight in Seoul."""

    begins: int
    ends: int

    def covers(self, now: float) -> bool:
        """Whether it is quiet at `now` (seconds since the epoch)."""
        minute = minute_of(now)
        if self.begins <= self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends

    def over(self, now: float) -> float:
        """When it is over next, in seconds since the epoch."""
        ends = day_of(now).begins + self.ends * 60
        return ends if ends > now else ends + DAY_MINUTES * 60

    def __str__(self) -> str:
        return f"{_clock(self.begins)}-{_clock(self.ends)}"

    @classmethod
    def parse(cls, text: str) -> "Quiet":
        """`23:00-07:30`.

        Raises:
            BadPreference: it is something else.
        """
        begins, dash, ends = text.partition("-")
        if not dash:
            raise BadPreference(f"{text!r} is not like 23:00-07:30")
        return cls(_minutes(begins), _minutes(ends))


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a room is told. The operator's are the defaults; a room may have chosen differently."""

    stages: tuple[int, ...] = (5,)
    on_start: bool = True
    on_change: bool = True
    celebrations: bool = True
    milestones: bool = True
    hide_members_only: bool = False
    quiet: Quiet | None = None

    def is_quiet(self, now: float) -> bool:
        """Whether the room hears nothing at `now`."""
        return self.quiet is not None and self.quiet.covers(now)

    def changed(self, values: Mapping[str, Any]) -> "Preferences":
        """With some values as JSON has them; null takes nothing over.

        Raises:
            BadPreference: a name or a value cannot be taken.
        """
        if unknown := set(values) - NAMES:
            raise BadPreference(f"{min(unknown)} is no setting; there are {', '.join(sorted(NAMES))}")
        return replace(
            self, **{name: _read(name, value) for name, value in values.items() if value is not None}
        )

    def as_json(self) -> dict[str, Any]:
        """As `changed` reads it."""
        values = {name: getattr(self, name) for name in asdict(self)}
        return values | {"stages": list(self.stages), "quiet": str(self.quiet) if self.quiet else None}


NAMES = frozenset(field.name for field in fields(Preferences))


def _read(name: str, value: Any) -> Any:
    if name == "stages":
        if not isinstance(value, list | tuple) or not all(type(stage) is int for stage in value):
            raise BadPreference("stages is a list of minutes")
        return stages_of(value)
    if name == "quiet":
        if not isinstance(value, str):
            raise BadPreference("quiet is a text like 23:00-07:30, or empty")
        return Quiet.parse(value) if value else None
    if not isinstance(value, bool):
        raise BadPreference(f"{name} is true or false")
    return value


def _minutes(text: str) -> int:
    hour, colon, minute = text.strip().partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and len(minute) == 2):
        raise BadPreference(f"{text!r} is no time like 07:30")
    minutes = int(hour) * 60 + int(minute)
    if int(minute) > 59 or minutes >= DAY_MINUTES:
        raise BadPreference(f"{text!r} is no time of a day")
    return minutes


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
