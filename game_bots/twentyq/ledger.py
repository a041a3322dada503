"""What is counted for ever, in PostgreSQL: finished games, who played, and the transcript."""

from datetime import UTC, date, datetime
from pathlib import Path

import asyncpg
from pydantic import TypeAdapter, ValidationError

from botkit.postgres.migrate import migrate
from botkit.postgres.pool import BAD_DATA, Database, Unwritable
from game_bots.twentyq.game import Riddle
from game_bots.twentyq.room import Finished

SCHEMA = "twentyq"
MIGRATIONS = Path(__file__).parent / "migrations"

_FINISHED = TypeAdapter(Finished)


class Ledger:
    """Writes each finished game once, in one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self) -> None:
        """Create or upgrade the tables."""
        await migrate(await self._database.pool(), schema=SCHEMA, directory=MIGRATIONS)

    async def write(self, data: bytes) -> None:
        """Store a finished game; one that is stored already is left alone.

        Raises:
            Unwritable: the game can never be stored.
        """
        try:
            game = _FINISHED.validate_json(data)
        except ValidationError as error:
            raise Unwritable(f"{error.error_count()} fields cannot be read") from None
        pool = await self._database.pool()
        try:
            async with pool.acquire() as connection, connection.transaction():
                if await _insert_session(connection, game):
                    await connection.executemany(_INSERT_PLAYER, _player_rows(game))
                    await connection.executemany(_INSERT_MOVE, _transcript(game.riddle, session_id(game)))
        except BAD_DATA as error:
            raise Unwritable(type(error).__name__) from None  # its text shows the row


def session_id(game: Finished) -> str:
    """The id of a game in all tables: room and starting entry."""
    return f"{game.room}:{game.riddle.id}"


_INSERT_SESSION = """
INSERT INTO game_sessions (session_id, chat_id, category, target, result, winner_id, participant_count,
                           question_count, hint_count, wrong_guess_count, started_at, completed_at,
                           level, daily_on, tokens)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (session_id) DO NOTHING
RETURNING id
"""

_INSERT_PLAYER = """
INSERT INTO game_logs (session_id, chat_id, user_id, sender, category, question_count, hint_count,
                       wrong_guess_count, result, target, completed_at, points)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""

_INSERT_MOVE = """
INSERT INTO game_transcript (session_id, seq, kind, number, text, answer, user_id, said_at, former_answer)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def _insert_session(connection: asyncpg.pool.PoolConnectionProxy, game: Finished) -> bool:
    riddle = game.riddle
    return (
        await connection.fetchval(
            _INSERT_SESSION,
            session_id(game),
            game.room,
            riddle.topic.category,
            riddle.topic.name,
            game.result.value,
            game.winner or None,
            len(riddle.players),
            len(riddle.questions),
            riddle.hints_taken,
            len(riddle.misses),
            _time(riddle.started_at),
            _time(game.completed_at),
            int(riddle.topic.level),
            date.fromisoformat(riddle.daily) if riddle.daily else None,
            riddle.tokens,
        )
        is not None
    )


def _player_rows(game: Finished) -> list[tuple[object, ...]]:
    riddle = game.riddle
    return [
        (
            session_id(game),
            game.room,
            player.id,
            player.name,
            riddle.topic.category,
            sum(question.by == player.id for question in riddle.questions),
            riddle.hints_taken,
            sum(miss.by == player.id for miss in riddle.misses),
            game.result.value,
            riddle.topic.name if player.id == game.winner else None,
            _time(game.completed_at),
            riddle.points if player.id == game.winner else 0,
        )
        for player in riddle.players
    ]


def _transcript(riddle: Riddle, session: str) -> list[tuple[object, ...]]:
    """Questions, hints and wrong guesses in the order they were made."""
    moves: list[tuple[float, tuple[object, ...], str | None]] = [
        *((q.at, ("question", q.number, q.text, q.verdict.value, q.by), q.former) for q in riddle.questions),
        *((h.at, ("hint", h.number, h.text, None, h.by), None) for h in riddle.hints),
        *(
            (m.at, ("guess", n, m.text, "CLOSE" if m.close else "REJECT", m.by), None)
            for n, m in enumerate(riddle.misses, 1)
        ),
    ]
    return [
        (session, seq, *said, _time(at), former)
        for seq, (at, said, former) in enumerate(sorted(moves, key=lambda move: move[0]), 1)
    ]


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
