"""The commands that tell of past games: a person's record, the room's, and who solves most."""

from collections.abc import Sequence

from botkit.chat.message import Reply, Scene
from game_bots.forms import PersonalRecord, Ranking, RoomRecord
from game_bots.records import beginning
from game_bots.turtlesoup.messages import Say
from game_bots.turtlesoup.repository import Ranked, Records
from game_bots.turtlesoup.store import Store


class Hall:
    """Answers from the ledger; nothing here changes a game. Raises RecordsUnavailable without PostgreSQL."""

    def __init__(self, records: Records, *, say: Say, store: Store) -> None:
        self._records = records
        self._say = say
        self._store = store

    async def person(self, command: PersonalRecord, scene: Scene) -> Sequence[Reply]:
        """What somebody played: the one who asks, or the one who is named."""
        user, name = scene.player.id, scene.player.name
        if command.name:
            found = await self._called(scene.room, command.name)
            if found is None:
                return [Reply(self._say.record_nobody(name=command.name))]
            user, name = found, command.name
        record = await self._records.person(scene.room, user)
        if not record.games:
            return [Reply(self._say.record_none(name=name))]
        lines = [
            self._say.record_person(
                name=name, games=record.games, wins=record.wins, facts=record.facts, mvps=record.mvps
            )
        ]
        if record.best is not None:
            lines.append(self._say.record_best(questions=record.best))
        return [Reply("\n".join(lines))]

    async def room(self, command: RoomRecord, scene: Scene) -> Sequence[Reply]:
        """What the room played, and who played most."""
        period = self._say.period(command.span)
        found = await self._records.room(scene.room, beginning(command.span, scene.now))
        if not found.games:
            return [Reply(self._say.record_room_none(period=period))]
        head = self._say.record_room(
            period=period,
            games=found.games,
            people=found.people,
            percent=found.solved_percent,
            questions=f"{found.questions:.1f}",
        )
        people = [self._say.record_active(name=one.name, games=one.games) for one in found.active]
        return [Reply("\n".join([head, *people]))]

    async def ranking(self, command: Ranking, scene: Scene) -> Sequence[Reply]:
        """Who solved most, and the titles that people have earned."""
        period = self._say.period(command.span)
        found = await self._records.winners(scene.room, beginning(command.span, scene.now))
        if not found:
            return [Reply(self._say.record_room_none(period=period))]
        finder = max(found, key=lambda one: one.facts)
        lines = [
            self._say.ranking_line(
                place=place,
                name=one.name,
                wins=one.wins,
                games=one.games,
                facts=one.facts,
                title=self._title(one, place, finder),
            )
            for place, one in enumerate(found, 1)
        ]
        return [Reply("\n".join([self._say.ranking_head(period=period), *lines]))]

    async def _called(self, room: str, name: str) -> str | None:
        """The person of the running game with this nickname, else of an earlier one."""
        soup = (await self._store.peek(room)).soup
        for player in soup.players if soup else ():
            if player.name.casefold() == name.casefold():
                return player.id
        return await self._records.person_called(room, name)

    def _title(self, one: Ranked, place: int, finder: Ranked) -> str:
        if place == 1 and one.wins:
            return self._say.ranking_champion()
        if one is finder and one.facts:
            return self._say.ranking_finder()
        return ""
