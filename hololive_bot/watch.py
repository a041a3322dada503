"""What is known of a stream from one reading to the next, and what a new reading changes in it. Pure.

Lead times count towards `told_start`, the start that rooms know. A start that drifts by less than five
minutes moves nothing; one that moves further begins a new count.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from hololive_bot.streams import DAY, HOUR, MINUTE, Kind, Reading, Status, Stream

MOVED_SECONDS = 5 * MINUTE
"""A start that differs by less has only drifted."""

FAR_SECONDS = DAY
"""A start that moves further is as good as cancelled for those who were told the old one."""

CONFIRM_SECONDS = 3 * MINUTE
"""Two readings so far apart must agree before a stream counts as gone."""

GAP_SECONDS = 10 * MINUTE
"""Who has not looked for longer cannot tell a cancelled stream from one that has come and gone."""

ENOUGH = 3
"""An empty answer while at least so many streams should be in it is a fault of the source."""

COVERED_SECONDS = 47 * HOUR
"""A reading shows what begins within two days; at the edge nobody can say."""

FORGOTTEN_SECONDS = 6 * HOUR
"""How long a stream that is over is remembered, in case it comes back."""

LOST_SECONDS = 3 * DAY
"""After so long a stream that no reading covers counts as gone."""


class Mark(NamedTuple):
    """A stage that is settled for a room: told, or left out for good."""

    room: str
    stage: str
    minute: int | None
    """The start it was for; None for what can happen once only."""


class Heard(NamedTuple):
    """A room that was told of a start before it came."""

    room: str
    minute: int


class Turn(StrEnum):
    """What has happened to a stream since the last reading."""

    MOVED = "moved"
    CANCELLED = "cancelled"
    BEGUN = "begun"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Change:
    """A turn; with the start before, and the one after if there is any. Seconds since the epoch."""

    turn: Turn
    old: float | None = None
    new: float | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """A stream and what was said about it. Times are seconds since the epoch."""

    stream: Stream
    seen: float
    """When a reading last showed it."""
    told_start: float | None
    lost_since: float | None = None
    """The first of the readings in a row that do not show it at its time any more."""
    done: frozenset[Mark] = frozenset()
    heard: frozenset[Heard] = frozenset()

    @property
    def is_over(self) -> bool:
        """Whether nothing is expected of it any more."""
        return self.stream.status in (Status.ENDED, Status.MISSING)

    def was_heard_of(self, room: str | None = None) -> bool:
        """Whether the room, or any, waits for it: what was told of an earlier start counts, too."""
        return any(room in (None, heard.room) for heard in self.heard)


Watch = Mapping[str, Watched]
"""Everything that is watched, by video id."""


def minute_of(seconds: float) -> int:
    """The minute in which a moment lies, since the epoch."""
    return int(seconds // MINUTE)


def look(watch: Watch, reading: Reading) -> tuple[dict[str, Watched], dict[str, Change]]:
    """What is watched after a reading, and what has changed by it."""
    after: dict[str, Watched] = {}
    changes: dict[str, Change] = {}
    shown = {stream.id: stream for stream in reading.streams if _is_there(stream)}
    if not reading.streams and sum(_is_expected(known, reading.as_of) for known in watch.values()) >= ENOUGH:
        reading = replace(reading, whole=False)
    for video in dict.fromkeys((*watch, *shown)):
        known = watch.get(video)
        if video in shown:
            found, change = _seen(known, shown[video], reading.as_of)
        elif known is None or (known.is_over and reading.as_of - known.seen > FORGOTTEN_SECONDS):
            continue
        else:
            found, change = _unseen(known, reading)
        after[video] = found
        if change:
            changes[video] = change
    return after, changes


def altered(before: Watch, after: Watch) -> list[Watched]:
    """Those of which something changed that is worth writing down."""
    return [found for video, found in after.items() if _is_news(before.get(video), found)]


def settled(found: Watched, marks: Iterable[Mark], heard: Iterable[Heard]) -> Watched:
    """The same with more stages settled."""
    return replace(found, done=found.done.union(marks), heard=found.heard.union(heard))


def _is_news(known: Watched | None, found: Watched) -> bool:
    """Whether they differ in more than what changes at every reading, and what the outbox remembers."""
    if known is None:
        return True
    if (known.told_start, known.lost_since) != (found.told_start, found.lost_since):
        return True
    return (
        known.stream != found.stream and replace(known.stream, viewers=found.stream.viewers) != found.stream
    )


def _seen(known: Watched | None, stream: Stream, as_of: float) -> tuple[Watched, Change | None]:
    if known is None:
        return Watched(stream, as_of, stream.planned), None
    found = replace(known, stream=stream, seen=as_of, lost_since=None)
    if stream.status is Status.UPCOMING:
        return _still_to_come(known, found)
    if stream.status is known.stream.status:
        return found, None
    return found, Change(Turn.BEGUN if stream.status is Status.LIVE else Turn.OVER)


def _still_to_come(known: Watched, found: Watched) -> tuple[Watched, Change | None]:
    old, new = known.told_start, found.stream.planned
    if old is None or new is None:
        return replace(found, told_start=new if old is None else old), None
    shift = abs(new - old)
    if shift < MOVED_SECONDS:
        return found, None
    moved = replace(found, told_start=new)
    if shift <= FAR_SECONDS or not known.was_heard_of():
        return moved, Change(Turn.MOVED, old, new)
    since = found.seen if known.lost_since is None else known.lost_since
    if found.seen - since < CONFIRM_SECONDS:
        return replace(found, lost_since=since), None
    return moved, Change(Turn.CANCELLED, old, new)


def _unseen(known: Watched, reading: Reading) -> tuple[Watched, Change | None]:
    """A stream that the reading does not show. Whether it can be said to be gone is another question."""
    stream, now = known.stream, reading.as_of
    if known.is_over or not reading.whole or stream.id in reading.unread:
        return known, None
    if not _covered(stream, now):
        if now - known.seen <= LOST_SECONDS:
            return known, None
        return replace(known, stream=replace(stream, status=Status.MISSING)), None
    since = now if known.lost_since is None else known.lost_since
    if now - since < CONFIRM_SECONDS:
        return replace(known, lost_since=since), None
    if stream.status is Status.LIVE:
        over = replace(stream, status=Status.ENDED, ended=since)
        return replace(known, stream=over, lost_since=None), Change(Turn.OVER)
    gone = replace(known, stream=replace(stream, status=Status.MISSING), lost_since=None)
    return gone, Change(Turn.OVER) if _may_be_over(known, since, now) else Change(
        Turn.CANCELLED, known.told_start
    )


def _may_be_over(known: Watched, since: float, now: float) -> bool:
    """Whether it may have come and gone since it was last seen: a premiere takes minutes only."""
    planned = known.stream.planned
    if known.stream.kind is Kind.PREMIERE:
        return planned is not None and planned <= since
    return planned is not None and planned <= now and since - known.seen > GAP_SECONDS


def _is_expected(known: Watched, now: float) -> bool:
    """Whether a whole reading shows it, unless something has happened to it."""
    return not known.is_over and _covered(known.stream, now)


def _is_there(stream: Stream) -> bool:
    return stream.status is not Status.MISSING and stream.kind is not Kind.PLACEHOLDER


def _covered(stream: Stream, now: float) -> bool:
    """Whether a whole reading would show it."""
    if stream.status is Status.LIVE:
        return True
    return stream.planned is not None and stream.planned <= now + COVERED_SECONDS
