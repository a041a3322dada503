"""What is counted for ever, in PostgreSQL: finished games, ratings, proposals and reviews, each once."""

from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import structlog
from pydantic import ValidationError

from botkit.postgres.migrate import migrate
from botkit.postgres.pool import BAD_DATA, Database, Unwritable
from game_bots.turtlesoup.events import EVENTS, Event, Finished, Proposed, Rated, Reviewed
from game_bots.turtlesoup.game import Soup

log = structlog.get_logger(__name__)

SCHEMA = "turtlesoup"
MIGRATIONS = Path(__file__).parent / "migrations"

LOW_STARS, LOW_RATINGS = 2.5, 3
"""A puzzle that at least so many people like so little is reported to the operators."""

Connection = asyncpg.pool.PoolConnectionProxy


class Ledger:
    """Writes each event once, in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self) -> None:
        """Create or upgrade the tables."""
        await migrate(await self._database.pool(), schema=SCHEMA, directory=MIGRATIONS)

    async def write(self, data: bytes) -> None:
        """Store what was saved in one step; what is stored already is left alone.

        Raises:
            Unwritable: one of the events can never be stored; those before it are.
        """
        try:
            events = EVENTS.validate_json(data)
        except ValidationError as error:
            raise Unwritable(f"{error.error_count()} fields cannot be read") from None
        pool = await self._database.pool()
        for event in events:
            try:
                async with pool.acquire() as connection, connection.transaction():
                    await _write(connection, event)
            except BAD_DATA as error:
                raise Unwritable(type(error).__name__) from None  # its text shows the row


async def _write(connection: Connection, event: Event) -> None:
    match event:
        case Finished():
            await _finished(connection, event)
        case Rated():
            await _rated(connection, event)
        case Proposed():
            await connection.execute(_INSERT_PROPOSAL, *_proposal_row(event))
        case Reviewed():
            row = event.id, event.number, event.status, event.by, _time(event.at)
            if await connection.fetchval(_INSERT_REVIEW, *row):
                await connection.execute(_SET_STATUS, event.number, event.status)


# ---- finished games -------------------------------------------------------------------------------------

_INSERT_GAME = """
INSERT INTO turtle_game_archives
    (game_id, chat_id, puzzle_source, puzzle_id, title, scenario, solution, category, difficulty, result,
     winner_id, mvp_id, player_count, question_count, attempt_count, hints_used, facts_total, facts_found,
     correction_count, tokens, started_at, completed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
ON CONFLICT (game_id) DO NOTHING
RETURNING id
"""

_INSERT_PLAYER = """
INSERT INTO turtle_players (game_id, chat_id, user_id, sender, question_count, attempt_count, facts_found,
                            solved, mvp, completed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""

_INSERT_FACT = """
INSERT INTO turtle_facts (game_id, position, text, found_by, question_number, found_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""

_INSERT_MOVE = """
INSERT INTO turtle_transcript
    (game_id, seq, kind, number, text, answer, former_answer, important, user_id, said_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""

_COUNT_GAME = """
INSERT INTO turtle_puzzle_counters AS counters (ref, title, play_count, solve_count, question_total)
VALUES ($1, $2, 1, $3, $4)
ON CONFLICT (ref) DO UPDATE SET
    title = excluded.title,
    play_count = counters.play_count + 1,
    solve_count = counters.solve_count + excluded.solve_count,
    question_total = counters.question_total + excluded.question_total
"""


async def _finished(connection: Connection, game: Finished) -> None:
    soup, puzzle = game.soup, game.soup.puzzle
    if await connection.fetchval(_INSERT_GAME, *_game_row(game)) is None:
        return
    await connection.executemany(_INSERT_PLAYER, _player_rows(game))
    await connection.executemany(_INSERT_FACT, _fact_rows(game))
    await connection.executemany(_INSERT_MOVE, _transcript(soup, game.game))
    if puzzle.ref:
        solved = int(bool(game.winner))
        await connection.execute(_COUNT_GAME, puzzle.ref, puzzle.title, solved, len(soup.questions))


def _game_row(game: Finished) -> tuple[object, ...]:
    soup, puzzle = game.soup, game.soup.puzzle
    return (
        game.game,
        game.chat,
        puzzle.source,
        puzzle.number or None,
        puzzle.title,
        puzzle.scenario,
        puzzle.solution,
        puzzle.category,
        puzzle.difficulty,
        game.result,
        game.winner or None,
        soup.mvp.id if soup.mvp else None,
        len(soup.players),
        len(soup.questions),
        len(soup.attempts),
        soup.hints_taken,
        len(puzzle.facts),
        len(soup.finds),
        soup.corrections,
        soup.tokens,
        _time(soup.started_at),
        _time(game.completed_at),
    )


def _player_rows(game: Finished) -> list[tuple[object, ...]]:
    soup, best = game.soup, game.soup.mvp
    return [
        (
            game.game,
            game.chat,
            player.id,
            player.name,
            sum(question.by == player.id for question in soup.questions),
            sum(attempt.by == player.id for attempt in soup.attempts),
            soup.finds_of(player.id),
            player.id == game.winner,
            best is not None and player.id == best.id,
            _time(game.completed_at),
        )
        for player in soup.players
    ]


def _fact_rows(game: Finished) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for position, text in enumerate(game.soup.puzzle.facts):
        find = game.soup.found(position)
        how = (find.by, find.question or None, _time(find.at)) if find else (None, None, None)
        rows.append((game.game, position, text, *how))
    return rows


def _transcript(soup: Soup, game: str) -> list[tuple[object, ...]]:
    """Questions, hints and attempts in the order they were made."""
    moves: list[tuple[float, tuple[object, ...]]] = [
        *(
            (
                q.at,
                ("question", q.number, q.text, q.verdict, q.former, q.important, q.by, _time(q.at)),
            )
            for q in soup.questions
        ),
        *((h.at, ("hint", h.number, h.text, None, None, False, h.by, _time(h.at))) for h in soup.hints),
        *(
            (a.at, ("attempt", a.number, a.text, a.nearness, None, False, a.by, _time(a.at)))
            for a in soup.attempts
        ),
    ]
    ordered = sorted(moves, key=lambda move: move[0])
    return [(game, seq, *row) for seq, (_, row) in enumerate(ordered, 1)]


# ---- ratings --------------------------------------------------------------------------------------------

_INSERT_RATING = """
INSERT INTO turtle_ratings (game_id, user_id, stars, rated_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (game_id, user_id) DO NOTHING
RETURNING stars
"""

_COUNT_RATING = """
UPDATE turtle_puzzle_counters SET rating_count = rating_count + 1, rating_total = rating_total + $2
WHERE ref = $1
RETURNING rating_count, rating_total
"""


async def _rated(connection: Connection, event: Rated) -> None:
    row = event.game, event.user, event.stars, _time(event.at)
    if await connection.fetchval(_INSERT_RATING, *row) is None or not event.ref:
        return
    counted = await connection.fetchrow(_COUNT_RATING, event.ref, event.stars)
    if counted and counted["rating_count"] >= LOW_RATINGS:
        average = counted["rating_total"] / counted["rating_count"]
        if average <= LOW_STARS:
            log.warning("puzzle_rated_low", ref=event.ref, average=average, ratings=counted["rating_count"])


# ---- puzzles of our own ---------------------------------------------------------------------------------

_INSERT_PROPOSAL = """
INSERT INTO turtle_puzzles
    (title, scenario, solution, category, difficulty, hints, key_facts, warning, status,
     author_id, author, chat_id, proposal_id, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'proposed', $9, $10, $11, $12, $13, $13)
ON CONFLICT (proposal_id) DO NOTHING
"""

_INSERT_REVIEW = """
INSERT INTO turtle_reviews (review_id, puzzle_id, status, reviewer_id, reviewed_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (review_id) DO NOTHING
RETURNING puzzle_id
"""

_SET_STATUS = "UPDATE turtle_puzzles SET status = $2, updated_at = now() WHERE id = $1"


def _proposal_row(event: Proposed) -> tuple[object, ...]:
    draft = event.draft
    return (
        draft.title,
        draft.scenario,
        draft.solution,
        draft.category,
        draft.difficulty,
        list(draft.hints),
        list(draft.facts),
        draft.warning,
        event.author.id,
        event.author.name,
        event.room,
        event.id,
        _time(event.at),
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
