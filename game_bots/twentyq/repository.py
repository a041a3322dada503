"""What a room and its people have achieved, read from the finished games. Days are those of Seoul."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import asyncpg

from botkit.postgres.pool import Database
from game_bots.records import query

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
    points: int
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
        found = await query(self._database, lambda pool: pool.fetchval(_CALLED, room, name))
        return str(found) if found is not None else None

    async def person(self, room: str, user: str) -> PersonRecord:
        """Everything somebody played in the room."""
        rows = await query(self._database, lambda pool: pool.fetch(_PERSON, room, user))
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
        [(games, solved, people)] = await query(self._database, lambda pool: pool.fetch(_ROOM, room, since))
        active = await self._ranked(room, since, "games DESC, wins DESC")
        return RoomRecord(games, people, solved * 100 // games if games else 0, active)

    async def winners(self, room: str, since: datetime) -> tuple[Ranked, ...]:
        """The people of the room with the most points since then."""
        return await self._ranked(room, since, "points DESC, wins DESC, games")

    async def streaks(self, room: str, user: str, *, before: str) -> tuple[int, int]:
        """Days in a row, ending before the day `before`, on which the room solved the day's riddle, and on
        which the person took part in solving it in any room.
        """
        until = date.fromisoformat(before)
        of_room = await query(self._database, lambda pool: pool.fetch(_DAYS_OF_ROOM, room, until))
        of_user = await query(self._database, lambda pool: pool.fetch(_DAYS_OF_USER, user, until))
        return _in_a_row(until, of_room), _in_a_row(until, of_user)

    async def _ranked(self, room: str, since: datetime, order: str) -> tuple[Ranked, ...]:
        ranked = f"{_RANKED} ORDER BY {order}, user_id LIMIT {MOST_ACTIVE}"
        rows: Sequence[asyncpg.Record] = await query(
            self._database, lambda pool: pool.fetch(ranked, room, since)
        )
        return tuple(
            Ranked(row["name"], row["games"], row["wins"], row["points"], row["questions"]) for row in rows
        )


_CALLED = """
SELECT user_id FROM game_logs WHERE chat_id = $1 AND lower(sender) = lower($2)
ORDER BY sender = $2 DESC, completed_at DESC LIMIT 1
"""

_PERSON = """
SELECT log.category, count(*) AS games, count(*) FILTER (WHERE log.result = 'CORRECT') AS solved,
       count(*) FILTER (WHERE log.result = 'SURRENDER') AS surrendered, count(log.target) AS wins,
       avg(log.question_count) AS questions, avg(log.hint_count) AS hints,
       min(game.question_count) FILTER (WHERE log.target IS NOT NULL) AS best
FROM game_logs AS log JOIN game_sessions AS game USING (session_id)
WHERE log.chat_id = $1 AND log.user_id = $2 AND NOT log.refunded
GROUP BY log.category ORDER BY games DESC, log.category
"""

_ROOM = """
SELECT (SELECT count(*) FROM game_sessions WHERE chat_id = $1 AND completed_at >= $2),
       (SELECT count(*) FROM game_sessions WHERE chat_id = $1 AND completed_at >= $2 AND result = 'CORRECT'),
       (SELECT count(DISTINCT user_id) FROM game_logs WHERE chat_id = $1 AND completed_at >= $2)
"""

_RANKED = """
SELECT user_id, count(*) AS games, count(target) AS wins, sum(points) AS points,
       sum(question_count) AS questions,
       (array_agg(sender ORDER BY completed_at DESC))[1] AS name
FROM game_logs WHERE chat_id = $1 AND completed_at >= $2 AND NOT refunded GROUP BY user_id
"""

_DAYS_OF_ROOM = """
SELECT DISTINCT daily_on FROM game_sessions
WHERE chat_id = $1 AND daily_on < $2 AND result = 'CORRECT' ORDER BY daily_on DESC LIMIT 1000
"""

_DAYS_OF_USER = """
SELECT DISTINCT game.daily_on FROM game_sessions AS game JOIN game_logs AS log USING (session_id)
WHERE log.user_id = $1 AND game.daily_on < $2 AND game.result = 'CORRECT'
ORDER BY game.daily_on DESC LIMIT 1000
"""


def _in_a_row(until: date, days: Sequence[asyncpg.Record]) -> int:
    """How many of the days, latest first, follow each other up to the day before `until`."""
    for number, (day,) in enumerate(days):
        if day != until - timedelta(days=number + 1):
            return number
    return len(days)
