"""What rooms are told without having asked: birthdays, anniversaries, round numbers of subscribers.

Everything is written into the outbox under a key of its own, so that deciding twice tells once.
"""

from collections.abc import Iterable

import structlog

from botkit.postgres.pool import Database
from hololive_bot import milestones
from hololive_bot.calendar import Celebration, Occasion, on_day
from hololive_bot.directory import Directory
from hololive_bot.messages import Say
from hololive_bot.outbox import Outbox, Row
from hololive_bot.preferences import Preferences
from hololive_bot.repository.link import Connection, transaction
from hololive_bot.repository.rooms import Following, RoomRepository
from hololive_bot.repository.statistics import Figures, Statistics
from hololive_bot.seoul import DAY, day_of
from hololive_bot.wording import grouped

log = structlog.get_logger(__name__)

CELEBRATION, MILESTONE = "CELEBRATION", "MILESTONE"
MILESTONE_SECONDS = float(DAY)
"""How long a round number is news."""


class Tellings:
    """Decides who is told, and writes it down."""

    def __init__(
        self,
        database: Database,
        *,
        outbox: Outbox,
        rooms: RoomRepository,
        statistics: Statistics,
        directory: Directory,
        say: Say,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._rooms = rooms
        self._statistics = statistics
        self._directory = directory
        self._say = say

    async def celebrate(self, now: float) -> int:
        """Tell today's birthdays and anniversaries to the rooms that follow those members; returns how many.

        Raises:
            DatabaseAway: PostgreSQL cannot be reached; doing it again tells nothing twice.
        """
        celebrations = on_day(day_of(now), self._directory.index.members)
        channels = {one.member.channel_id for one in celebrations if one.member.channel_id}
        following = await self._rooms.rooms_following(channels)
        rows = [
            row
            for one in celebrations
            for each in following
            if each.channel == one.member.channel_id and each.preferences.celebrations
            if (row := self._congratulation(one, each, now))
        ]
        return await self._outbox.add(rows, now=now)

    async def tell_change(self, before: int | None, reading: Figures) -> None:
        """Tell what a new reading of a channel means to the rooms that follow it.

        Raises:
            DatabaseAway: PostgreSQL cannot be reached; doing it again tells nothing twice.
        """
        change = milestones.change(before, reading.subscribers)
        if not (change.reached or change.near):
            return
        following = await self._rooms.rooms_following([reading.channel])
        listening = [each for each in following if each.preferences.milestones]
        async with transaction(self._database) as link:
            rows = await self._news(link, change, reading, listening)
            await self._outbox.add(rows, now=reading.time, link=link)

    async def _news(
        self, link: Connection, change: milestones.Change, reading: Figures, listening: Iterable[Following]
    ) -> list[Row]:
        say, name = self._say, self._directory.index.channel_name(reading.channel, reading.channel)
        rooms = list(listening)
        rows: list[Row] = []
        for value in change.reached:
            if await self._statistics.note_reached(link, reading.channel, value, reading.time):
                count = grouped(reading.subscribers)
                text = say.milestone_reached(name=name, value=grouped(value), count=count)
                rows += self._rows(text, f"reached|{reading.channel}|{value}", rooms, reading.time)
        if change.near and await self._statistics.note_near(
            link, reading.channel, change.near, reading.subscribers, reading.time
        ):
            left = grouped(change.near - reading.subscribers)
            text = say.milestone_near(name=name, value=grouped(change.near), left=left)
            rows += self._rows(text, f"near|{reading.channel}|{change.near}", rooms, reading.time)
        return rows

    @staticmethod
    def _rows(text: str, key: str, rooms: Iterable[Following], now: float) -> list[Row]:
        rows = []
        for each in rooms:
            due = _due(each.preferences, now)
            payload = {"text": text, "folded": False}
            rows.append(
                Row(
                    key=f"{each.room}|milestone|{key}",
                    room=each.room,
                    stage=MILESTONE,
                    payload=payload,
                    expires=due + MILESTONE_SECONDS,
                    due=due,
                    channels=(each.channel,),
                )
            )
        return rows

    def _congratulation(self, one: Celebration, each: Following, now: float) -> Row | None:
        """None when the room hears nothing before the day is over."""
        due, midnight = _due(each.preferences, now), one.day.plus(1).begins
        if due >= midnight:
            return None
        text = self._say.birthday_today(name=one.member.name)
        if one.occasion is Occasion.ANNIVERSARY:
            text = self._say.anniversary_today(name=one.member.name, years=one.years)
        return Row(
            key=f"{each.room}|celebration|{one.key}",
            room=each.room,
            stage=CELEBRATION,
            payload={"text": text, "folded": False},
            expires=midnight,
            due=due,
            channels=(each.channel,),
        )


def _due(preferences: Preferences, now: float) -> float:
    """Now, or when the room's quiet hours are over."""
    quiet = preferences.quiet
    return quiet.over(now) if quiet and quiet.covers(now) else now
