"""Who is told what, and when. Pure.

`plan` takes what is known, a reading (or none, when Holodex is away), the rooms and the time, and gives what
to tell and what is known afterwards. Nothing is sent from here and nothing is remembered here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from hololive_bot.preferences import Preferences
from hololive_bot.streams import HOUR, LATE_SECONDS, MINUTE, Reading, Status, Stream, is_free_chat
from hololive_bot.streams import is_marked_free_chat as is_marked
from hololive_bot.watch import Change, Heard, Mark, Turn, Watch, Watched, altered, look, minute_of, settled

LIVE, MOVED, CANCELLED = "LIVE", "MOVED", "CANCELLED"

LIVE_SECONDS = 15 * MINUTE
"""How long after its start a stream is still announced."""

NEAR_SECONDS = HOUR
"""A start so near that moves is told to rooms that had not heard of it, too."""

CANCELLED_SECONDS = HOUR
"""How long it is worth telling that something will not happen."""

TRUSTED_SECONDS = HOUR
"""How long a planned start is believed while Holodex is away."""

HOT_SECONDS = 20 * MINUTE
"""So long before a start the loop looks at every interval."""

COLD_INTERVAL = 3 * MINUTE
"""Else it looks this often."""


@dataclass(frozen=True, slots=True)
class Room:
    """A room, the channels it follows, and what it wants to hear."""

    id: str
    channels: frozenset[str]
    preferences: Preferences


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a message is made of; it is written when it is sent, so that the minutes in it are right."""

    stage: str
    stream: Stream
    old: float | None = None
    """The start that no longer holds."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One stage of one stream for one room. Times are seconds since the epoch."""

    room: str
    announcement: Announcement
    minute: int
    """The start that counts, in minutes since the epoch, whatever it has drifted to since."""
    expires: float
    due: float
    """When it could have been told at the earliest."""
    skipped: bool = False
    """Only noted, so that it is never told: something newer says more."""

    @property
    def mark(self) -> Mark:
        """What it settles."""
        stage = self.announcement.stage
        return Mark(self.room, stage, None if stage in (LIVE, CANCELLED) else self.minute)

    @property
    def together(self) -> int:
        """The minute that the message will name: alerts of a stage that name the same become one message."""
        planned = self.announcement.stream.planned
        if self.announcement.stage in (LIVE, CANCELLED) or planned is None:
            return self.minute
        return minute_of(planned)

    @property
    def key(self) -> str:
        """Unique for ever: `room|video|stage|minute`, without the minute for what can happen once only."""
        minute = "-" if self.mark.minute is None else self.mark.minute
        return f"{self.room}|{self.announcement.stream.id}|{self.announcement.stage}|{minute}"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What still waits to be sent about a stream (to one room, or to all) says nothing true any more."""

    video: str
    room: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a round comes to. Withdrawals come before the alerts."""

    watch: Watch
    altered: Sequence[Watched]
    alerts: Sequence[Alert]
    withdrawals: Sequence[Withdrawal]


def plan(watch: Watch, reading: Reading | None, rooms: Iterable[Room], now: float) -> Plan:
    """Decide what is to be told now, after `reading`, or from what is known when there is none."""
    after, changes = look(watch, reading) if reading else (dict(watch), {})
    following = _by_channel(rooms)
    alerts: list[Alert] = []
    withdrawals = [Withdrawal(video) for video in changes]
    for video, found in after.items():
        if not is_told(found.stream, now):
            continue
        fresh = [
            alert
            for room in _audience(found.stream, following)
            for alert in _for_room(found, changes.get(video), room, now)
            if alert.mark not in found.done
        ]
        if fresh:
            alerts += fresh
            withdrawals += [Withdrawal(video, alert.room) for alert in fresh if not alert.skipped]
            after[video] = settled(found, (alert.mark for alert in fresh), _heard(fresh))
    return Plan(after, altered(watch, after), alerts, withdrawals)


def is_told(stream: Stream, now: float) -> bool:
    """Whether rooms are told of such a stream at all."""
    return not is_free_chat(stream, now) and not is_marked(stream.topic, stream.title)


def pause(watch: Watch, followed: Collection[str], now: float, *, interval: float) -> float:
    """Seconds until the next look: `interval` near a start that somebody waits for, else three minutes."""
    wait = max(COLD_INTERVAL, interval)
    for found in watch.values():
        stream = found.stream
        if stream.status is not Status.UPCOMING or stream.planned is None or not is_told(stream, now):
            continue
        if stream.planned + LATE_SECONDS <= now or not any(stream.concerns(name) for name in followed):
            continue
        wait = min(wait, max(interval, stream.planned - HOT_SECONDS - now))
    return wait


def channels_of(watch: Watch, reading: Reading | None) -> frozenset[str]:
    """Every channel that a stream of these is about."""
    streams = [found.stream for found in watch.values()] + list(reading.streams if reading else ())
    return frozenset(name for stream in streams for name in (stream.channel_id, *stream.mentioned))


def _by_channel(rooms: Iterable[Room]) -> Mapping[str, list[Room]]:
    following: dict[str, list[Room]] = defaultdict(list)
    for room in rooms:
        for channel in room.channels:
            following[channel].append(room)
    return following


def _audience(stream: Stream, following: Mapping[str, list[Room]]) -> Iterable[Room]:
    """Who follows the host or a guest; each room once."""
    channels = (stream.channel_id, *stream.mentioned)
    return {room.id: room for channel in channels for room in following.get(channel, ())}.values()


def _for_room(found: Watched, change: Change | None, room: Room, now: float) -> list[Alert]:
    choice = room.preferences
    if choice.is_quiet(now) or (choice.hide_members_only and found.stream.members_only):
        return []
    told = _changed(found, change, room, now) if change and choice.on_change else []
    told += _ahead(found, room, now, newer=bool(told))
    return told + (_begun(found, room, now) if choice.on_start else [])


def _changed(found: Watched, change: Change, room: Room, now: float) -> list[Alert]:
    if change.old is None:
        return []
    heard = Heard(room.id, minute_of(change.old)) in found.heard
    if change.turn is Turn.CANCELLED and found.was_heard_of(room.id):
        about = Announcement(CANCELLED, found.stream, change.old)
        return [Alert(room.id, about, minute_of(change.old), now + CANCELLED_SECONDS, found.seen)]
    near = abs(change.old - now) <= NEAR_SECONDS
    if change.new is None or change.new <= now or not (heard or near):
        return []
    about = Announcement(MOVED, found.stream, change.old)
    return [Alert(room.id, about, minute_of(change.new), change.new, found.seen)]


def _ahead(found: Watched, room: Room, now: float, *, newer: bool) -> list[Alert]:
    """The lead times that have come. The shortest is told, unless `newer` news give the minutes anyway."""
    start = found.stream.planned
    if start is None or found.told_start is None or not _is_awaited(found, now):
        return []
    due = [stage for stage in room.preferences.stages if start - stage * MINUTE <= now < start]
    shortest = min(due, default=0)
    return [
        Alert(
            room.id,
            Announcement(f"T-{stage}", found.stream),
            minute_of(found.told_start),
            start,
            start - stage * MINUTE,
            skipped=newer or stage != shortest,
        )
        for stage in due
    ]


def _is_awaited(found: Watched, now: float) -> bool:
    """Whether its planned start can still be believed."""
    return (
        found.stream.status is Status.UPCOMING
        and found.lost_since is None
        and now - found.seen <= TRUSTED_SECONDS
    )


def _begun(found: Watched, room: Room, now: float) -> list[Alert]:
    started = found.stream.started
    if started is None or found.stream.status is not Status.LIVE:
        return []
    expires = started + LIVE_SECONDS
    about = Announcement(LIVE, found.stream)
    return [Alert(room.id, about, minute_of(started), expires, started, skipped=now > expires)]


def _heard(alerts: Iterable[Alert]) -> Iterable[Heard]:
    for alert in alerts:
        if alert.announcement.stage.startswith("T-") and not alert.skipped:
            yield Heard(alert.room, alert.minute)
