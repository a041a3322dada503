"""Who there is, and who somebody is. From facts only, and from memory: it works whatever is away."""

import asyncio
from collections.abc import Iterable, Sequence

from botkit.chat.errors import UserError
from botkit.chat.message import Reply, Scene
from hololive_bot import commands
from hololive_bot.broadcasts import Broadcasts
from hololive_bot.calendar import next_birthday, years_since_debut
from hololive_bot.cards import Cards, page
from hololive_bot.directory import Directory
from hololive_bot.finding import Finder
from hololive_bot.members import Kind, Member
from hololive_bot.messages import Say
from hololive_bot.seoul import Day, day_of
from hololive_bot.streams import DAY
from hololive_bot.wording import grouped, moment

MOST_LINKS = 4
GLANCE_SECONDS = 3.0
"""How long a profile waits for what is not in memory."""

NEXT_HOURS = 168


class Profiles:
    """The handlers of the directory and of profiles."""

    def __init__(
        self,
        *,
        say: Say,
        finder: Finder,
        cards: Cards,
        directory: Directory,
        broadcasts: Broadcasts,
        holostars: bool,
    ) -> None:
        """`holostars` lists them in the directory."""
        self._say = say
        self._finder = finder
        self._cards = cards
        self._directory = directory
        self._broadcasts = broadcasts
        self._holostars = holostars

    async def directory(self, _command: commands.ShowDirectory, _scene: Scene) -> Sequence[Reply]:
        """The active members by unit. Who is of two units stands in both and is counted once."""
        say, index = self._say, self._directory.index
        members = [
            member
            for member in index.members
            if member.is_active
            and member.type is not Kind.GROUP
            and (self._holostars or not member.is_holostars)
        ]
        blocks = []
        for slug, unit in index.units.items():
            if of_unit := [member for member in members if slug in member.units]:
                blocks.append(self._block(unit.label, of_unit))
        if others := [member for member in members if not any(unit in index.units for unit in member.units)]:
            blocks.append(self._block(say.directory_others(), others))
        return [page(say.directory_head(count=len(members)), blocks)]

    def _block(self, label: str, members: Iterable[Member]) -> str:
        say = self._say
        entries = [say.directory_entry(name=member.name, english=member.english_name) for member in members]
        return "\n".join([say.directory_group(unit=label), *entries])

    async def profile(self, command: commands.ShowProfile, scene: Scene) -> Sequence[Reply]:
        """A member's facts."""
        found = self._finder.person(command.member, command="정보")
        member = found.members[0]
        say, today = self._say, day_of(scene.now)
        names = " / ".join(name for name in (member.korean_name, member.japanese_name) if name)
        headline = say.profile_head(english=member.english_name, names=names or member.name)
        notes = [*self._finder.assumed(command.member, found), *self._left(member)]
        facts = "\n".join(self._facts(member, today))
        blocks = [facts, *([member.summary_ko] if member.summary_ko else []), *await self._now(member, scene)]
        return [page(headline, [*blocks, "\n".join(self._links(member))], notes=notes)]

    def _left(self, member: Member) -> list[str]:
        if member.is_active:
            return []
        if member.activity_end:
            return [self._say.profile_graduated_until(until=member.activity_end)]
        return [self._say.profile_graduated()]

    def _facts(self, member: Member, today: Day) -> list[str]:
        say, facts = self._say, member.facts
        units = [unit.label for slug, unit in self._directory.index.units.items() if slug in member.units]
        lines = [say.profile_unit(unit=" · ".join([member.branch, *units]))]
        lines += self._days(member, today)
        if facts.height_cm:
            lines.append(say.profile_height(height=facts.height_cm))
        for said, names in (
            (say.profile_illustrator, facts.illustrators),
            (say.profile_fans, facts.fan_names),
            (say.profile_mark, facts.oshi_mark),
            (say.profile_hashtags, facts.hashtags),
        ):
            if names:
                lines.append(said(names=", ".join(names)))
        return lines

    def _days(self, member: Member, today: Day) -> list[str]:
        say, lines = self._say, []
        birthday = next_birthday(member, today)
        if birthday and member.born:
            month, day = member.born
            days = birthday.number - today.number
            if not member.is_active:
                lines.append(say.profile_birthday_past(month=month, day=day))
            elif days == 0:
                lines.append(say.profile_birthday_today(month=month, day=day))
            else:
                left = say.profile_birthday_left(days=days)
                lines.append(say.profile_birthday(month=month, day=day, left=left))
        if member.debut_date:
            years = years_since_debut(member, today) if member.is_active else None
            date = member.debut_date.replace("-", "/")
            lines.append(
                say.profile_debut(date=date, years=years) if years else say.profile_debut_first(date=date)
            )
        return lines

    async def _now(self, member: Member, scene: Scene) -> list[str]:
        """Subscribers and next stream, if they are at hand."""
        if member.channel_id is None:
            return []
        lines: list[str] = []
        try:
            async with asyncio.timeout(GLANCE_SECONDS):
                record = await self._broadcasts.channel(member.channel_id)
                if record.value.subscribers is not None and scene.now - record.as_of < DAY:
                    count, time = grouped(record.value.subscribers), moment(record.as_of, scene.now)
                    lines.append(
                        self._say.subscribers_stale(name=member.name, count=count, time=time)
                        if record.stale
                        else self._say.profile_subscribers(count=count)
                    )
                if member.is_active:
                    reading = await self._broadcasts.schedule(member.channel_id, NEXT_HOURS)
                    if reading.streams:
                        lines += self._cards.remarks(reading, scene.now)
                        lines.append(self._cards.following(reading.streams[0], scene.now))
        except (UserError, TimeoutError):
            pass
        return ["\n".join(lines)] if lines else []

    def _links(self, member: Member) -> list[str]:
        say = self._say
        lines = [say.profile_youtube(channel=member.channel_id)] if member.channel_id else []
        lines += [say.link(kind, member.links[kind]) for kind in say.links if kind in member.links]
        lines = lines[:MOST_LINKS]
        if page_url := member.links.get("profile"):
            lines.append(say.profile_page(url=page_url))
        return lines
