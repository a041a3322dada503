"""Puzzles of our own in PostgreSQL: what players proposed and operators wrote, and how they are liked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from botkit.postgres.pool import Database
from game_bots.api import Page
from game_bots.records import Row, rows, slice_of
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
        found = await rows(self._database, _UNPLAYED, room, list(taken), wish.difficulty, wish.category, mild)
        return next(map(_puzzle, found), None)

    async def get(self, number: int) -> Kept | None:
        """A puzzle of our own."""
        found = await rows(self._database, f"{_KEPT} WHERE puzzles.id = $1", number)
        return next(map(_kept, found), None)

    async def proposed(self) -> tuple[tuple[Kept, ...], int]:
        """The first puzzles that wait for a review, the oldest first; and how many wait in all."""
        sql = f"{_KEPT} WHERE status = 'proposed' ORDER BY puzzles.id"
        found, total = await slice_of(self._database, sql, limit=LISTED, offset=0)
        return tuple(map(_kept, found)), total

    async def disliked(self) -> tuple[Liked, ...]:
        """The puzzles that players like least, the worst first."""
        found = await rows(self._database, _DISLIKED, LOW_RATINGS, LOW_STARS, LISTED)
        return tuple(
            Liked(row["ref"], row["title"], float(row["stars"]), row["rating_count"]) for row in found
        )

    async def page(self, page: Page, *, status: str) -> tuple[tuple[Kept, ...], int]:
        """Our own puzzles, the latest first, of one status or (empty) of any; and how many there are."""
        found, total = await slice_of(self._database, _PAGE, status, limit=page.limit, offset=page.offset)
        return tuple(map(_kept, found)), total

    async def counts(self) -> Row:
        """How many puzzles there are of each status, and how often they were played."""
        return (await rows(self._database, _COUNTS))[0]

    async def add(self, draft: Draft, *, status: Status, author_id: str, author: str) -> Kept:
        """A new puzzle, as it stands then."""
        columns = (*_columns(draft), status, author_id or None, author)
        [row] = await rows(self._database, _INSERT, *columns)
        return await self._there(row["id"])

    async def change(self, number: int, draft: Draft, status: Status) -> Kept | None:
        """A puzzle as it stands after the change; None when there is none."""
        found = await rows(self._database, _UPDATE, number, *_columns(draft), status)
        return await self._there(number) if found else None

    async def remove(self, number: int) -> bool:
        """Whether there was such a puzzle. Games that were played with it keep their own copy."""
        return bool(
            await rows(self._database, "DELETE FROM turtle_puzzles WHERE id = $1 RETURNING id", number)
        )

    async def _there(self, number: int) -> Kept:
        return _kept((await rows(self._database, f"{_KEPT} WHERE puzzles.id = $1", number))[0])


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

_PAGE = f"{_KEPT} WHERE $1 = '' OR status = $1 ORDER BY puzzles.id DESC"

_COUNTS = """
SELECT count(*) AS total_puzzles,
       count(*) FILTER (WHERE status = 'published') AS published_count,
       count(*) FILTER (WHERE status = 'draft') AS draft_count,
       count(*) FILTER (WHERE status = 'proposed') AS proposed_count,
       coalesce(sum(play_count), 0) AS total_plays, coalesce(sum(solve_count), 0) AS total_solves,
       coalesce(100.0 * sum(solve_count) / nullif(sum(play_count), 0), 0) AS overall_solve_rate
FROM turtle_puzzles AS puzzles LEFT JOIN turtle_puzzle_counters AS counters ON ref = 'custom:' || id
"""

_INSERT = """
INSERT INTO turtle_puzzles
    (title, scenario, solution, category, difficulty, hints, key_facts, warning, status, author_id, author)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
RETURNING id
"""

_UPDATE = """
UPDATE turtle_puzzles
SET title = $2, scenario = $3, solution = $4, category = $5, difficulty = $6, hints = $7, key_facts = $8,
    warning = $9, status = $10, updated_at = now()
WHERE id = $1
RETURNING id
"""

_DISLIKED = """
SELECT ref, title, rating_count, rating_total::float / rating_count AS stars FROM turtle_puzzle_counters
WHERE rating_count >= $1 AND rating_total::float / rating_count <= $2
ORDER BY stars, ref LIMIT $3
"""


def _columns(draft: Draft) -> tuple[object, ...]:
    texts = (draft.title, draft.scenario, draft.solution, draft.category, draft.difficulty)
    return (*texts, list(draft.hints), list(draft.facts), draft.warning)


def _puzzle(row: Row) -> Puzzle:
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


def _draft(row: Row) -> Draft:
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


def _kept(row: Row) -> Kept:
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
