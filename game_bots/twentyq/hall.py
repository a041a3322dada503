"""The commands that tell of past games: a person's record, the room's, and who solves most."""

from collections.abc import Sequence

from botkit.chat.message import Reply, Scene
from game_bots.forms import PersonalRecord, Ranking, RoomRecord
from game_bots.records import beginning
from game_bots.twentyq.messages import Say
from game_bots.twentyq.repository import Ranked, Records
from game_bots.twentyq.store import Store
from game_bots.twentyq.topics import display_category


class Hall:
    """Answers from the ledger; nothing here changes a game."""

    def __init__(self, records: Records, *, say: Say, store: Store) -> None:
        self._records = records
        self._say = say
        self._store = store

    async def person(self, command: PersonalRecord, scene: Scene) -> Sequence[Reply]:
        """What somebody played: the one who asks, or the one who is named.

        Raises:
            RecordsUnavailable: PostgreSQL is away.
        """
        user, name = scene.player.id, scene.player.name
        if command.name:
            found = await self._called(scene.room, command.name)
            if found is None:
                return [Reply(self._say.record_nobody(name=command.name))]
            user, name = found, command.name
        record = await self._records.person(scene.room, user)
        if not record.games:
            return [Reply(self._say.record_none(name=name))]
        lines = [self._say.record_person(name=name, games=record.games, wins=record.wins)]
        if record.best is not None:
            lines.append(self._say.record_best(questions=record.best))
        lines += [
            self._say.record_category(
                category=display_category(row.category),
                games=row.games,
                percent=row.solved_percent,
                surrendered=row.surrendered,
                questions=f"{row.questions:.1f}",
                hints=f"{row.hints:.1f}",
            )
            for row in record.categories
        ]
        return [Reply("\n".join(lines))]

    async def room(self, command: RoomRecord, scene: Scene) -> Sequence[Reply]:
        """What the room played, and who played most.

        Raises:
            RecordsUnavailable: PostgreSQL is away.
        """
        period = self._say.period(command.span)
        found = await self._records.room(scene.room, beginning(command.span, scene.now))
        if not found.games:
            return [Reply(self._say.record_room_none(period=period))]
        head = self._say.record_room(
            period=period, games=found.games, people=found.people, percent=found.solved_percent
        )
        people = [self._say.record_active(name=one.name, games=one.games) for one in found.active]
        return [Reply("\n".join([head, *people]))]

    async def ranking(self, command: Ranking, scene: Scene) -> Sequence[Reply]:
        """Who solved most, and the titles that people have earned.

        Raises:
            RecordsUnavailable: PostgreSQL is away.
        """
        period = self._say.period(command.span)
        found = await self._records.winners(scene.room, beginning(command.span, scene.now))
        if not found:
            return [Reply(self._say.record_room_none(period=period))]
        curious = max(found, key=lambda one: one.questions)
        lines = [self._say.ranking_head(period=period)]
        lines += [
            self._say.ranking_line(
                place=place,
                name=one.name,
                points=one.points,
                wins=one.wins,
                games=one.games,
                title=self._title(one, place, curious),
            )
            for place, one in enumerate(found, 1)
        ]
        return [Reply("\n".join(lines))]

    async def _called(self, room: str, name: str) -> str | None:
        """The person of the running game with this nickname, else of an earlier one."""
        riddle = (await self._store.peek(room)).riddle
        for player in riddle.players if riddle else ():
            if player.name.casefold() == name.casefold():
                return player.id
        return await self._records.person_called(room, name)

    def _title(self, one: Ranked, place: int, curious: Ranked) -> str:
        if place == 1 and one.wins:
            return self._say.ranking_champion()
        if one is curious and one.questions:
            return self._say.ranking_curious()
        return ""
