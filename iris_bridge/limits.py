"""How much one person and one room may say to the bots, before anything reaches a queue.

Token buckets on the time that KakaoTalk gives each line: what was typed slowly and is read late, after the
bridge was away, is not mistaken for a flood.
"""

from dataclasses import dataclass, field
from enum import StrEnum

MOST_KNOWN = 10_000
"""People and rooms that are remembered; the longest unseen is forgotten first."""

WINDOW_SECONDS = 60.0
"""Who is over the limit is told so once in such a time."""


class Over(StrEnum):
    """Whose limit a line is over; also a word for the metric."""

    USER = "user_limit"
    ROOM = "room_limit"


@dataclass
class Buckets:
    """A bucket of `burst` tokens for each key, filled with `rate` a second; a rate of 0 lets all through."""

    rate: float
    burst: float
    _levels: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, key: str, now: float) -> bool:
        """Whether there was a token left."""
        if not self.rate:
            return True
        level, since = self._levels.pop(key, (self.burst, now))
        level = min(self.burst, level + max(0.0, now - since) * self.rate)
        enough = level >= 1
        self._levels[key] = (level - enough, max(since, now))
        _forget(self._levels)
        return enough


@dataclass
class Limits:
    """The limits of people and of rooms, and who was told of them."""

    people: Buckets
    rooms: Buckets
    _told: dict[str, float] = field(default_factory=dict)

    def over(self, *, user: str, room: str, now: float) -> Over | None:
        """Whose limit a line is over, if any."""
        if not self.people.take(user, now):
            return Over.USER
        return None if self.rooms.take(room, now) else Over.ROOM

    def tell(self, over: Over, *, user: str, room: str, now: float) -> bool:
        """Whether to say so: the first time in a window, then silence."""
        key = f"{room}/{user}" if over is Over.USER else room
        if now - self._told.get(key, -WINDOW_SECONDS) < WINDOW_SECONDS:
            return False
        self._told.pop(key, None)
        self._told[key] = now
        _forget(self._told)
        return True


def _forget(known: dict[str, tuple[float, float]] | dict[str, float]) -> None:
    if len(known) > MOST_KNOWN:
        known.pop(next(iter(known)))
