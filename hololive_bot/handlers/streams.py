"""What is live, what is coming, and what one member has planned."""

from collections.abc import Sequence

from botkit.chat.message import Reply, Scene
from hololive_bot import commands
from hololive_bot.broadcasts import Broadcasts
from hololive_bot.cards import Cards, page
from hololive_bot.finding import Finder
from hololive_bot.index import Group
from hololive_bot.messages import Say
from hololive_bot.streams import Reading, Stream

NEXT_HOURS = 168
"""How far ahead a member's next stream is looked for."""


class StreamsShown:
    """The handlers of lists of streams."""

    def __init__(
        self, *, say: Say, finder: Finder, cards: Cards, broadcasts: Broadcasts, prefix: str
    ) -> None:
        self._say = say
        self._finder = finder
        self._cards = cards
        self._broadcasts = broadcasts
        self._prefix = prefix

    # ---- live ---------------------------------------------------------------------------------------

    async def live(self, command: commands.ShowLive, scene: Scene) -> Sequence[Reply]:
        """Who is on air."""
        if not command.member:
            reading = await self._broadcasts.live()
            return [self._all_live(reading, reading.streams, scene, self._say.live_none())]
        if group := self._finder.group(command.member):
            reading = await self._broadcasts.live()
            nobody = self._say.live_none_group(name=group.unit.label)
            return [self._all_live(reading, _of(group, reading), scene, nobody)]
        return [await self._live_member(command.member, scene)]

    def _all_live(self, reading: Reading, streams: Sequence[Stream], scene: Scene, nobody: str) -> Reply:
        notes = self._cards.remarks(reading, scene.now)
        headline = self._say.live_head(count=len(streams)) if streams else nobody
        return page(headline, map(self._cards.live, streams), notes=notes)

    async def _live_member(self, said: str, scene: Scene) -> Reply:
        say = self._say
        found, channel = self._finder.streaming(said, command="라이브")
        reading = await self._broadcasts.live()
        mine = [stream for stream in reading.streams if stream.concerns(channel)]
        if not mine:  # the lists of everybody may leave the channel out
            reading = await self._broadcasts.schedule(channel, NEXT_HOURS)
            mine = [stream for stream in reading.streams if stream.is_live]
        notes = [*self._finder.assumed(said, found), *self._cards.remarks(reading, scene.now)]
        if mine:
            return page(say.live_head_member(name=found.name), map(self._cards.live, mine), notes=notes)
        coming = [stream for stream in reading.streams if not stream.is_live]
        blocks = (
            [f"{say.live_next()}\n{self._cards.scheduled(coming[0], channel, scene.now)}"] if coming else []
        )
        return page(say.live_none_member(name=found.name), blocks, notes=notes)

    # ---- upcoming -----------------------------------------------------------------------------------

    async def upcoming(self, command: commands.ShowUpcoming, scene: Scene) -> Sequence[Reply]:
        """What begins soon, soonest first; what has no time comes last."""
        say, hours = self._say, command.hours
        notes: list[str] = []
        if not command.member:
            reading = await self._broadcasts.upcoming(hours)
            streams: Sequence[Stream] = reading.streams
            headline = say.upcoming_head(hours=hours, count=len(streams))
            nothing = say.upcoming_none(hours=hours)
        elif group := self._finder.group(command.member):
            reading = await self._broadcasts.upcoming(hours)
            streams = _of(group, reading)
            headline = say.upcoming_head_member(name=group.unit.label, hours=hours, count=len(streams))
            nothing = say.upcoming_none_member(name=group.unit.label, hours=hours)
        else:
            found, channel = self._finder.streaming(command.member, command="예정")
            notes = self._finder.assumed(command.member, found)
            reading = await self._broadcasts.schedule(channel, hours)
            streams = [stream for stream in reading.streams if not stream.is_live]
            headline = say.upcoming_head_member(name=found.name, hours=hours, count=len(streams))
            nothing = say.upcoming_none_member(name=found.name, hours=hours)
        notes += self._cards.remarks(reading, scene.now)
        if not streams:
            return [page(nothing, (), notes=notes)]
        return [page(headline, self._blocks(streams, command, scene.now), notes=notes)]

    def _blocks(self, streams: Sequence[Stream], command: commands.ShowUpcoming, now: float) -> list[str]:
        shown = streams[: command.limit]
        blocks: list[str] = []
        told = False
        for stream in shown:
            if stream.begins is None and not told:
                blocks.append(self._say.upcoming_unknown())
                told = True
            blocks.append(self._cards.coming(stream, now))
        if more := len(streams) - len(shown):
            hours = f"{command.hours}시간" if command.hours != commands.HOURS else ""
            asked = " ".join(part for part in ("예정", command.member, hours, "전체") if part)
            blocks.append(self._say.upcoming_more(count=more, prefix=self._prefix, asked=asked))
        return blocks

    # ---- schedule -----------------------------------------------------------------------------------

    async def schedule(self, command: commands.ShowSchedule, scene: Scene) -> Sequence[Reply]:
        """A member's streams of the next days."""
        say, days = self._say, command.days
        found, channel = self._finder.streaming(command.member, command="일정")
        reading = await self._broadcasts.schedule(channel, days * 24)
        notes = [*self._finder.assumed(command.member, found), *self._cards.remarks(reading, scene.now)]
        if not reading.streams:
            return [page(say.schedule_none(name=found.name, days=days), (), notes=notes)]
        headline = say.schedule_head(name=found.name, days=days, count=len(reading.streams))
        blocks = [self._cards.scheduled(stream, channel, scene.now) for stream in reading.streams]
        return [page(headline, blocks, notes=notes)]


def _of(group: Group, reading: Reading) -> list[Stream]:
    """The streams of a unit's members."""
    channels = {member.channel_id for member in group.members if member.channel_id}
    return [s for s in reading.streams if s.channel_id in channels or channels.intersection(s.mentioned)]
