"""What a room and its people have achieved, read from the finished games. Days are those of Seoul."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from botkit.postgres.pool import Database
from game_bots.records import query

MOST_ACTIVE = 10
"""People in a list."""


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person's games in a room; `wins` they solved themselves, `best` is the fewest questions of one."""

    games: int
    wins: int
    facts: int
    mvps: int
    best: int | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A person in a list of a room."""

    name: str
    games: int
    wins: int
    facts: int


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """A room's games of a span; the most active people first. `questions` are those of an average game."""

    games: int
    people: int
    solved_percent: int
    questions: float
    active: tuple[Ranked, ...]


class Records:
    """The finished games of all rooms."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def person_called(self, room: str, name: str) -> str | None:
        """The id of the person who last used a nickname in the room; case counts only if several fit."""
        found = await query(self._database, lambda pool: pool.fetchval(_CALLED, room, name))
        return str(found) if found is not None else None

    async def person(self, room: str, user: str) -> PersonRecord:
        """Everything somebody played in the room."""
        [row] = await query(self._database, lambda pool: pool.fetch(_PERSON, room, user))
        return PersonRecord(row["games"], row["wins"], row["facts"], row["mvps"], row["best"])

    async def room(self, room: str, since: datetime) -> RoomRecord:
        """What the room played since then."""
        [row] = await query(self._database, lambda pool: pool.fetch(_ROOM, room, since))
        games = row["games"]
        active = await self._ranked(room, since, "games DESC, wins DESC")
        percent = row["solved"] * 100 // games if games else 0
        return RoomRecord(games, row["people"], percent, float(row["questions"]), active)

    async def winners(self, room: str, since: datetime) -> tuple[Ranked, ...]:
        """The people of the room who solved most since then; facts found decide between equals."""
        return await self._ranked(room, since, "wins DESC, facts DESC, games")

    async def _ranked(self, room: str, since: datetime, order: str) -> tuple[Ranked, ...]:
        sql = f"{_RANKED} ORDER BY {order}, user_id LIMIT {MOST_ACTIVE}"
        rows: Sequence[asyncpg.Record] = await query(
            self._database, lambda pool: pool.fetch(sql, room, since)
        )
        return tuple(Ranked(row["name"], row["games"], row["wins"], row["facts"]) for row in rows)


_CALLED = """
SELECT user_id FROM turtle_players WHERE chat_id = $1 AND lower(sender) = lower($2)
ORDER BY sender = $2 DESC, completed_at DESC LIMIT 1
"""

_PERSON = """
SELECT count(*) AS games, count(*) FILTER (WHERE solved) AS wins, coalesce(sum(facts_found), 0) AS facts,
       count(*) FILTER (WHERE mvp) AS mvps,
       (SELECT min(question_count) FROM turtle_game_archives WHERE chat_id = $1 AND winner_id = $2) AS best
FROM turtle_players WHERE chat_id = $1 AND user_id = $2
"""

_ROOM = """
SELECT count(*) AS games, count(*) FILTER (WHERE result = 'solved') AS solved,
       coalesce(avg(question_count), 0) AS questions,
       (SELECT count(DISTINCT user_id) FROM turtle_players
        WHERE chat_id = $1 AND completed_at >= $2) AS people
FROM turtle_game_archives WHERE chat_id = $1 AND completed_at >= $2
"""

_RANKED = """
SELECT user_id, count(*) AS games, count(*) FILTER (WHERE solved) AS wins, sum(facts_found) AS facts,
       (array_agg(sender ORDER BY completed_at DESC))[1] AS name
FROM turtle_players WHERE chat_id = $1 AND completed_at >= $2 GROUP BY user_id
"""
