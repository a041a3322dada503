"""When the next message may go: the gap of the whole lane, the gap and the burst of each room, the breaker.

Nobody knows how much KakaoTalk puts up with; slow and steady is the common advice.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum

MOST_ROOMS = 5_000
"""Rooms whose last messages are remembered; the longest silent is forgotten first."""

BURST_SECONDS = 10.0
FIRST_PROBE_SECONDS = 10.0
LONGEST_PROBE_SECONDS = 300.0
MOST_ATTEMPTS = 5


@dataclass
class RoomPace:
    """Gap between two messages of a room, and how many it may get in ten seconds (0: any number)."""

    gap: float
    burst: int
    _sent: dict[str, deque[float]] = field(default_factory=dict)

    def wait(self, room: str, now: float) -> float:
        """Seconds until the room may get another message."""
        sent = self._sent.get(room)
        if not sent:
            return 0.0
        due = sent[-1] + self.gap
        if self.burst and len(sent) >= self.burst:
            due = max(due, sent[0] + BURST_SECONDS)
        return max(0.0, due - now)

    def sent(self, room: str, now: float) -> None:
        """A message has gone."""
        times = self._sent.pop(room, deque(maxlen=max(1, self.burst)))
        times.append(now)
        self._sent[room] = times
        if len(self._sent) > MOST_ROOMS:
            self._sent.pop(next(iter(self._sent)))


class Breaker:
    """Whether KakaoTalk shows what is sent. While open, one message at a time tries, ever more rarely."""

    def __init__(self) -> None:
        self.open = False
        self._probe_at = self._soonest = 0.0
        self._pause = FIRST_PROBE_SECONDS
        self._probing = False

    def wait(self, now: float) -> float | None:
        """Seconds until a message may go; None while a probe is on its way."""
        if not self.open:
            return 0.0
        return None if self._probing else max(0.0, self._probe_at - now)

    def sent(self) -> None:
        """A message has gone."""
        self._probing = self.open

    def close(self) -> None:
        """One of our messages was seen in its room, or everything begins anew."""
        self.open = self._probing = False
        self._pause = FIRST_PROBE_SECONDS

    def silent(self, now: float) -> None:
        """A message was not seen, nor was any other since it went."""
        if self.open and not self._probing:
            return  # it was sent before the breaker opened
        if self.open:
            self._pause = min(2 * self._pause, LONGEST_PROBE_SECONDS)
        self._soonest = now + FIRST_PROBE_SECONDS if self.open else now
        self._probe_at = now + self._pause
        self.open, self._probing = True, False

    def life(self, now: float) -> None:
        """Somebody else's line has come in, so KakaoTalk is there: trying again is worth it."""
        if self.open:
            self._probe_at = min(self._probe_at, max(now, self._soonest))


class Next(Enum):
    """What to do with a message that was sent and not seen."""

    AGAIN = "again"
    HOLD = "hold"
    GIVE_UP = "give up"
    FORGET = "forget"


def after_silence(*, must_arrive: bool, attempts: int, others_seen: bool, missed: int) -> Next:
    """What follows when a message was sent for the `attempts`th time and has not appeared.

    When others appeared meanwhile it alone is lost: it is sent once more (`missed` counts these times). When
    nothing appears KakaoTalk is dead, and the message waits for its return.
    """
    if not must_arrive:
        return Next.FORGET
    if attempts >= MOST_ATTEMPTS:
        return Next.GIVE_UP
    if others_seen:
        return Next.AGAIN if missed < 2 else Next.GIVE_UP
    return Next.HOLD
