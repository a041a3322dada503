"""What a room and its people have achieved, read from the finished games. Days are those of Seoul."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from botkit.postgres.pool import Database
from game_bots.records import read

MOST_ACTIVE = 10
"""People in a list."""


@dataclass(frozen=True, slots=True)
class CategoryRecord:
    """A person's games of one category."""

    category: str
    games: int
    solved: int
    surrendered: int
    questions: float
    hints: float

    @property
    def solved_percent(self) -> int:
        """Games that the room solved, rounded down."""
        return self.solved * 100 // self.games if self.games else 0


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person's games in a room; `wins` they solved themselves, `best` is the fewest questions of one."""

    games: int
    wins: int
    best: int | None
    categories: tuple[CategoryRecord, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A person in a list of a room."""

    name: str
    games: int
    wins: int
    questions: int


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """A room's games of a span; the most active people first."""

    games: int
    people: int
    solved_percent: int
    active: tuple[Ranked, ...]


class Records:
    """The finished games of all rooms."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def person_called(self, room: str, name: str) -> str | None:
        """The id of the person who last used a nickname in the room; case counts only if several fit."""
        found = await read(self._database, lambda pool: pool.fetchval(_CALLED, room, name))
        return str(found) if found is not None else None

    async def person(self, room: str, user: str) -> PersonRecord:
        """Everything somebody played in the room."""
        rows = await read(self._database, lambda pool: pool.fetch(_PERSON, room, user))
        categories = tuple(
            CategoryRecord(
                row["category"],
                row["games"],
                row["solved"],
                row["surrendered"],
                float(row["questions"]),
                float(row["hints"]),
            )
            for row in rows
        )
        bests = [row["best"] for row in rows if row["best"] is not None]
        return PersonRecord(
            games=sum(row.games for row in categories),
            wins=sum(row["wins"] for row in rows),
            best=min(bests, default=None),
            categories=categories,
        )

    async def room(self, room: str, since: datetime) -> RoomRecord:
        """What the room played since then."""
        [(games, solved, people)] = await read(self._database, lambda pool: pool.fetch(_ROOM, room, since))
        active = await self._ranked(room, since, "games DESC, wins DESC")
        return RoomRecord(games, people, solved * 100 // games if games else 0, active)

    async def winners(self, room: str, since: datetime) -> tuple[Ranked, ...]:
        """The people of the room who solved most since then."""
        return await self._ranked(room, since, "wins DESC, games")

    async def _ranked(self, room: str, since: datetime, order: str) -> tuple[Ranked, ...]:
        query = f"{_RANKED} ORDER BY {order}, user_id LIMIT {MOST_ACTIVE}"
        rows: Sequence[asyncpg.Record] = await read(
            self._database, lambda pool: pool.fetch(query, room, since)
        )
        return tuple(Ranked(row["name"], row["games"], row["wins"], row["questions"]) for row in rows)


_CALLED = """
SELECT user_id FROM game_logs WHERE chat_id = $1 AND lower(sender) = lower($2)
ORDER BY sender = $2 DESC, completed_at DESC LIMIT 1
"""

_PERSON = """
SELECT category, count(*) AS games, count(*) FILTER (WHERE result = 'CORRECT') AS solved,
       count(*) FILTER (WHERE result = 'SURRENDER') AS surrendered, count(target) AS wins,
       avg(question_count) AS questions, avg(hint_count) AS hints,
       (SELECT min(game.question_count) FROM game_sessions AS game
        WHERE game.chat_id = $1 AND game.winner_id = $2 AND game.category = log.category) AS best
FROM game_logs AS log WHERE chat_id = $1 AND user_id = $2
GROUP BY category ORDER BY games DESC, category
"""

_ROOM = """
SELECT (SELECT count(*) FROM game_sessions WHERE chat_id = $1 AND completed_at >= $2),
       (SELECT count(*) FROM game_sessions WHERE chat_id = $1 AND completed_at >= $2 AND result = 'CORRECT'),
       (SELECT count(DISTINCT user_id) FROM game_logs WHERE chat_id = $1 AND completed_at >= $2)
"""

_RANKED = """
SELECT user_id, count(*) AS games, count(target) AS wins, sum(question_count) AS questions,
       (array_agg(sender ORDER BY completed_at DESC))[1] AS name
FROM game_logs WHERE chat_id = $1 AND completed_at >= $2 GROUP BY user_id
"""
