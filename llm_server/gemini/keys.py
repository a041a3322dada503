"""Which API key to use next. Pure: the time comes in as an argument, in seconds of the event loop's clock.

Quotas belong to a Google project *and* a model, so a key rests for the model whose quota it met, and keys of
one project gain nothing over a single one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_ANY_MODEL = ""
_QUOTA_ZONE = ZoneInfo("America/Los_Angeles")
"""Daily quotas begin anew at midnight there."""


@dataclass(frozen=True, slots=True)
class Resting:
    """Until when a key is not to be used, and whether waiting for it makes sense."""

    until: float
    refused: bool


class Keys:
    """`count` keys, by number, in rotation."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._next = 0
        self._resting: dict[tuple[int, str], Resting] = {}

    def pick(self, model: str, now: float, *, besides: Collection[int] = ()) -> int | None:
        """The next key that may be used for `model`."""
        for step in range(self._count):
            key = (self._next + step) % self._count
            if key not in besides and self._rest_of(key, model, now) is None:
                self._next = key + 1
                return key
        return None

    def soonest(self, model: str, now: float, *, besides: Collection[int] = ()) -> Resting | None:
        """The rest that ends first, when `pick` found nothing."""
        rests: Sequence[Resting] = [
            rest
            for key in range(self._count)
            if key not in besides and (rest := self._rest_of(key, model, now)) is not None
        ]
        return min(rests, key=lambda rest: rest.until, default=None)

    def rest(self, key: int, model: str, until: float) -> None:
        """Its quota for `model` is used up until then."""
        self._resting[key, model] = Resting(until, refused=False)

    def refuse(self, key: int, until: float) -> None:
        """The provider does not accept the key; try it again then."""
        self._resting[key, _ANY_MODEL] = Resting(until, refused=True)

    def _rest_of(self, key: int, model: str, now: float) -> Resting | None:
        rests = (self._resting.get((key, name)) for name in (model, _ANY_MODEL))
        return max(
            (rest for rest in rests if rest is not None and rest.until > now),
            key=lambda rest: rest.until,
            default=None,
        )


def seconds_to_quota_day(now: datetime) -> float:
    """How long a daily quota stays used up, seen at `now` (with a time zone)."""
    there = now.astimezone(_QUOTA_ZONE)
    midnight = (there + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight.astimezone(now.tzinfo) - now).total_seconds()
