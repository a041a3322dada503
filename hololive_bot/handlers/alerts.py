"""Whom a room follows: begin, end, list, forget all."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from botkit.chat.errors import UserError
from botkit.chat.message import Reply, Scene
from botkit.turn import Outcome
from hololive_bot import commands
from hololive_bot.broadcasts import Broadcasts
from hololive_bot.cards import Cards, page
from hololive_bot.commands import Alerts
from hololive_bot.directory import Directory
from hololive_bot.finding import Finder
from hololive_bot.messages import Say
from hololive_bot.preferences import Preferences
from hololive_bot.refusals import (
    MemberGraduated,
    NoChannel,
    NotServed,
    OnlyBroadcasts,
    SeveralFound,
    TooManyFollowed,
)
from hololive_bot.repository.rooms import RoomRepository
from hololive_bot.store import MOST_FOLLOWED, Room
from hololive_bot.streams import Reading, Stream

NEXT_HOURS = 168
NEXT_SECONDS = 5.0
"""How long an answer waits for the next stream that it mentions beside what was asked."""


@dataclass
class _Sorted:
    """What came of each of several names."""

    added: list[str] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    not_found: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    graduated: list[str] = field(default_factory=list)
    no_channel: list[str] = field(default_factory=list)
    not_served: list[str] = field(default_factory=list)
    over_limit: list[str] = field(default_factory=list)

    def refuse(self, name: str, error: UserError) -> None:
        """A name that could not be taken."""
        match error:
            case SeveralFound():
                self.unclear.append(name)
            case MemberGraduated():
                self.graduated.append(name)
            case NoChannel():
                self.no_channel.append(name)
            case NotServed():
                self.not_served.append(name)
            case TooManyFollowed():
                self.over_limit.append(name)
            case _:
                self.not_found.append(name)


class Subscriptions:
    """The handlers of a room's alerts."""

    def __init__(
        self,
        *,
        say: Say,
        finder: Finder,
        cards: Cards,
        directory: Directory,
        broadcasts: Broadcasts,
        rooms: RoomRepository,
        prefix: str,
    ) -> None:
        self._say = say
        self._finder = finder
        self._cards = cards
        self._directory = directory
        self._broadcasts = broadcasts
        self._rooms = rooms
        self._prefix = prefix

    async def follow(self, command: commands.Follow, scene: Scene, room: Room) -> Outcome[Room]:
        """The room hears about these members from now on."""
        _check(command.alerts)
        names = self._spelled_out(command.members)
        if len(names) == 1:
            return await self._follow_one(names[0], scene, room)
        result, changed = _Sorted(), room
        for name in names:
            try:
                found, channel = self._finder.streaming(name, command=commands.ADD_ALERT)
                if channel in changed.channels:
                    result.already.append(found.name)
                    continue
                _check_room(changed)
                changed = changed.following(channel)
                result.added.append(found.name)
            except UserError as error:
                result.refuse(name, error)
        lines = self._lines(result)
        if result.added:
            lines.append(self._lead(await self._preferences(scene.room)))
        return _outcome(page(lines[0], ["\n".join(lines[1:])]), room, changed)

    async def unfollow(self, command: commands.Unfollow, _scene: Scene, room: Room) -> Outcome[Room]:
        """The room hears no more about these members; graduated ones can be ended, too."""
        _check(command.alerts)
        result, changed = _Sorted(), room
        names = self._spelled_out(command.members)
        for name in names:
            try:
                found, channel = self._finder.channel(name, command=commands.REMOVE_ALERT)
                (result.removed if channel in changed.channels else result.missing).append(found.name)
                changed = changed.without(channel)
            except UserError as error:
                if len(names) == 1:
                    raise
                result.refuse(name, error)
        lines = self._lines(result)
        return _outcome(page(lines[0], ["\n".join(lines[1:])]), room, changed)

    async def followed(self, _command: commands.ShowFollowed, scene: Scene, room: Room) -> Outcome[Room]:
        """Everybody whom the room follows, with their next stream."""
        say = self._say
        if not room.channels:
            return Outcome([Reply(say.alert_empty(prefix=self._prefix))])
        read = await self._soon()
        streams, notes = _read_together(read, self._cards, scene.now) if read else ([], [])
        entries = []
        for number, channel in enumerate(room.channels, 1):
            coming = say.next_unreadable()
            if read:
                mine = [stream for stream in streams if stream.concerns(channel)]
                coming = self._cards.following(mine[0] if mine else None, scene.now)
            name = self._directory.index.channel_name(channel, channel)
            entries.append(say.alert_entry(number=number, name=name, next=coming))
        return Outcome([page(say.alert_head(count=len(entries)), ["\n".join(entries)], notes=notes)])

    async def unfollow_all(self, _command: commands.UnfollowAll, _scene: Scene, room: Room) -> Outcome[Room]:
        """The room follows nobody."""
        if not room.channels:
            return Outcome([Reply(self._say.alert_nothing_to_clear())])
        return Outcome([Reply(self._say.alert_cleared(count=len(room.channels)))], Room())

    # ---- one member ---------------------------------------------------------------------------------

    async def _follow_one(self, name: str, scene: Scene, room: Room) -> Outcome[Room]:
        say = self._say
        found, channel = self._finder.streaming(name, command=commands.ADD_ALERT)
        notes = self._finder.assumed(name, found)
        if channel in room.channels:
            return Outcome([page(say.alert_already(name=found.name), (), notes=notes)])
        _check_room(room)
        lead = self._lead(await self._preferences(scene.room))
        lines = [say.alert_added(name=found.name), lead, *notes, *await self._next(channel, scene.now)]
        return Outcome([Reply("\n".join(lines))], room.following(channel))

    async def _next(self, channel: str, now: float) -> list[str]:
        """What the member streams next; nothing when that cannot be read soon."""
        try:
            async with asyncio.timeout(NEXT_SECONDS):
                reading = await self._broadcasts.schedule(channel, NEXT_HOURS)
        except (UserError, TimeoutError):
            return []
        first = reading.streams[0] if reading.streams else None
        lines = [*self._cards.remarks(reading, now), self._cards.following(first, now)]
        return [*lines, self._say.stream_link(url=first.url)] if first else lines

    async def _soon(self) -> tuple[Reading, Reading] | None:
        """Who is live, and what everybody streams next; None when that cannot be read."""
        try:
            async with asyncio.timeout(2 * NEXT_SECONDS):
                live = await self._broadcasts.live()
                coming = await self._broadcasts.upcoming(NEXT_HOURS)
        except (UserError, TimeoutError):
            return None
        return live, coming

    async def _preferences(self, room: str) -> Preferences:
        _, holds = await self._rooms.settings_of(room)
        return holds

    # ---- words --------------------------------------------------------------------------------------

    def _lead(self, preferences: Preferences) -> str:
        """When the room will hear of a stream, as it is set now."""
        say = self._say
        moments = [say.alert_lead_before(minutes=stage) for stage in preferences.stages]
        if preferences.on_start:
            moments.append(say.alert_lead_start())
        if not moments:
            return say.alert_lead_none()
        return say.alert_lead(moments=say.alert_lead_join().join(moments))

    def _lines(self, result: _Sorted) -> list[str]:
        say = self._say
        said = (
            (result.added, say.alert_added),
            (result.already, say.alert_already),
            (result.removed, say.alert_removed),
            (result.missing, say.alert_missing),
        )
        lines = [text(name=", ".join(names)) for names, text in said if names]
        refused = (
            (result.not_found, say.alert_not_found),
            (result.unclear, say.alert_unclear),
            (result.graduated, say.alert_graduated),
            (result.no_channel, say.alert_no_channel),
            (result.not_served, say.alert_not_served),
        )
        lines += [text(names=", ".join(names)) for names, text in refused if names]
        if result.over_limit:
            lines.append(say.alert_over_limit(limit=MOST_FOLLOWED, names=", ".join(result.over_limit)))
        return lines

    def _spelled_out(self, names: Sequence[str]) -> list[str]:
        """The names, a unit's replaced by those of its members; each once."""
        every: list[str] = []
        for name in names:
            group = self._finder.group(name)
            every += [member.id for member in group.members if member.channel_id] if group else [name]
        return list(dict.fromkeys(every))


def _read_together(
    read: tuple[Reading, Reading], cards: Cards, now: float
) -> tuple[Sequence[Stream], list[str]]:
    """The streams of both, in their order, and what is to be said of how old they are."""
    remarked = [reading for reading in read if cards.remarks(reading, now)]
    oldest = min(remarked, key=lambda reading: reading.as_of, default=None)
    streams = [stream for reading in read for stream in reading.streams]
    return streams, cards.remarks(oldest, now) if oldest else []


def _check(alerts: Alerts) -> None:
    if alerts is not Alerts.LIVE:
        raise OnlyBroadcasts


def _check_room(room: Room) -> None:
    if room.is_full:
        raise TooManyFollowed(limit=MOST_FOLLOWED)


def _outcome(reply: Reply, before: Room, after: Room) -> Outcome[Room]:
    return Outcome([reply], None if after == before else after)
