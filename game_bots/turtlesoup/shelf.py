"""Puzzles of our own in PostgreSQL: what players proposed and operators wrote, and how they are liked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botkit.postgres.pool import Database
from game_bots.records import query
from game_bots.turtlesoup.events import Draft, Status
from game_bots.turtlesoup.ledger import LOW_RATINGS, LOW_STARS
from game_bots.turtlesoup.puzzles import Puzzle, Source, Wish, category_named

LISTED = 10
"""Rows of a list in chat."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A puzzle of our own, and what is counted for it."""

    number: int
    draft: Draft
    status: Status
    author_id: str | None
    author: str
    plays: int
    solves: int
    questions: float
    ratings: int
    stars: float
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Liked:
    """How a puzzle is rated on average."""

    ref: str
    title: str
    stars: float
    ratings: int


class Shelf:
    """Reads and keeps puzzles of our own. Raises RecordsUnavailable while PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def unplayed(self, wish: Wish, *, room: str, taken: Sequence[int], mild: bool) -> Puzzle | None:
        """A published puzzle that the room has not had: the one that was played least anywhere."""
        row = await query(
            self._database,
            lambda pool: pool.fetchrow(_UNPLAYED, room, list(taken), wish.difficulty, wish.category, mild),
        )
        if row is None:
            return None
        draft = _draft(row)
        return Puzzle(
            draft.title,
            draft.scenario,
            draft.solution,
            draft.category,
            draft.difficulty,
            Source.CUSTOM,
            row["id"],
            draft.hints,
            draft.facts,
            draft.warning,
            row["author"],
        )

    async def get(self, number: int) -> Kept | None:
        """A puzzle of our own."""
        row = await query(self._database, lambda pool: pool.fetchrow(f"{_KEPT} WHERE id = $1", number))
        return _kept(row) if row else None

    async def proposed(self) -> tuple[Kept, ...]:
        """Puzzles that wait for a review, the oldest first."""
        sql = f"{_KEPT} WHERE status = 'proposed' ORDER BY id LIMIT {LISTED}"
        return tuple(_kept(row) for row in await query(self._database, lambda pool: pool.fetch(sql)))

    async def disliked(self) -> tuple[Liked, ...]:
        """The puzzles that players like least, the worst first."""
        rows = await query(self._database, lambda pool: pool.fetch(_DISLIKED, LOW_RATINGS, LOW_STARS, LISTED))
        return tuple(
            Liked(row["ref"], row["title"], float(row["stars"]), row["rating_count"]) for row in rows
        )


_UNPLAYED = """
SELECT puzzles.*
FROM turtle_puzzles AS puzzles LEFT JOIN turtle_puzzle_counters AS counters ON ref = 'custom:' || id
WHERE status = 'published' AND chat_id IS DISTINCT FROM $1 AND id <> ALL ($2::bigint[])
  AND ($3::integer IS NULL OR difficulty = $3) AND ($4::text IS NULL OR category = $4)
  AND NOT ($5 AND warning <> '')
ORDER BY coalesce(play_count, 0), id LIMIT 1
"""

_KEPT = """
SELECT puzzles.*, coalesce(play_count, 0) AS plays, coalesce(solve_count, 0) AS solves,
       coalesce(question_total::float / nullif(play_count, 0), 0) AS questions,
       coalesce(rating_count, 0) AS ratings,
       coalesce(rating_total::float / nullif(rating_count, 0), 0) AS stars
FROM turtle_puzzles AS puzzles LEFT JOIN turtle_puzzle_counters AS counters ON ref = 'custom:' || id
"""

_DISLIKED = """
SELECT ref, title, rating_count, rating_total::float / rating_count AS stars FROM turtle_puzzle_counters
WHERE rating_count >= $1 AND rating_total::float / rating_count <= $2
ORDER BY stars, ref LIMIT $3
"""


def _draft(row: Any) -> Draft:
    return Draft(
        row["title"],
        row["scenario"],
        row["solution"],
        category_named(row["category"]),
        row["difficulty"],
        tuple(row["hints"]),
        tuple(row["key_facts"]),
        row["warning"],
    )


def _kept(row: Any) -> Kept:
    return Kept(
        row["id"],
        _draft(row),
        Status(row["status"]),
        row["author_id"],
        row["author"],
        row["plays"],
        row["solves"],
        row["questions"],
        row["ratings"],
        row["stars"],
        row["created_at"],
        row["updated_at"],
    )
