"""The finished games as operators see and correct them. Every change is written into `admin_actions`."""

import json
from collections.abc import Sequence
from typing import Any

from botkit.postgres.pool import Database
from game_bots.api import Page
from game_bots.records import Row, query, rows, slice_of


class Archive:
    """Reads and corrects what was counted.

    Every method raises RecordsUnavailable while PostgreSQL is away.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stats(self) -> Row:
        """Counters of everything that was played."""
        return await self._row(_STATS)

    async def categories(self) -> Sequence[Row]:
        """Counters by category."""
        return await self._rows(_CATEGORIES)

    async def games(self, page: Page, *, category: str, result: str) -> tuple[Sequence[Row], int]:
        """Finished games, the latest first, and how many there are in all."""
        return await self._paged(_GAMES, page, category, result)

    async def game(self, session: str) -> Row | None:
        """One finished game."""
        return next(iter(await self._rows(_GAME, session)), None)

    async def of_game(self, table: str, session: str) -> Sequence[Row]:
        """The rows of a game in `game_logs`, `game_transcript`, `audit_logs` or `refund_logs`."""
        return await self._rows(_OF_GAME[table], session)

    async def leaderboard(self, room: str, limit: int) -> Sequence[Row]:
        """Who has the most points, in a room or (empty) anywhere."""
        return await self._rows(_LEADERBOARD, room, limit)

    async def nicknames(self, room: str, limit: int) -> Sequence[Row]:
        """What the people of a room were called last."""
        return await self._rows(_NICKNAMES, room, limit)

    async def people(self, page: Page, *, room: str = "", user: str = "") -> tuple[Sequence[Row], int]:
        """What people have played, by person and room; of one room or one person when it is given."""
        found, total = await self._paged(_PEOPLE, page, room, user)
        return [{**row, "best_score": json.loads(row["best_score"] or "null")} for row in found], total

    async def audits(self, page: Page, session: str) -> tuple[Sequence[Row], int]:
        """Operators' opinions of answers, the latest first."""
        return await self._paged(_AUDITS, page, session)

    async def refunds(self, page: Page, session: str, user: str) -> tuple[Sequence[Row], int]:
        """Refunds, the latest first."""
        return await self._paged(_REFUNDS, page, session, user)

    async def audit(self, session: str, index: int, verdict: str, *, reason: str, by: str) -> int | None:
        """Write down an opinion; its id, or None when the game has no such question."""

        async def run(pool: Any) -> Any:
            async with pool.acquire() as connection, connection.transaction():
                written = await connection.fetchval(_AUDIT, session, index, verdict, reason, by)
                if written:
                    await connection.execute(_ACTION, "audit", session, _details(index=index), by)
                return written

        found: int | None = await query(self._database, run)
        return found

    async def refund(self, session: str, user: str, *, restore: bool, reason: str, by: str) -> int | None:
        """Take a game out of a person's record (or, without `restore`, only note the request).

        Returns:
            The id of the note; None when the person did not play that game or it was refunded before.
        """

        async def run(pool: Any) -> Any:
            async with pool.acquire() as connection, connection.transaction():
                if not await connection.fetchval(_REFUND_LOG, session, user, restore):
                    return None
                await connection.execute(_ACTION, "refund", session, _details(user=user, restore=restore), by)
                return await connection.fetchval(_REFUND, session, user, restore, reason, by)

        found: int | None = await query(self._database, run)
        return found

    async def forget(self, user: str, room: str, *, by: str) -> int:
        """Delete a person's records, in a room or (empty) anywhere; how many games they stood in.

        What they said stays in the transcripts, without their id.
        """

        async def run(pool: Any) -> Any:
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute(_UNNAME, user, room)
                await connection.execute(_UNWIN, user, room)
                gone = await connection.fetch(_FORGET, user, room)
                await connection.execute(_ACTION, "forget", user, _details(room=room, games=len(gone)), by)
                return len(gone)

        return int(await query(self._database, run))

    async def note(self, action: str, subject: str, *, by: str, **details: object) -> None:
        """Write down what an operator did elsewhere."""
        await query(
            self._database, lambda pool: pool.execute(_ACTION, action, subject, _details(**details), by)
        )

    async def _rows(self, sql: str, *args: object) -> Sequence[Row]:
        return await rows(self._database, sql, *args)

    async def _row(self, sql: str, *args: object) -> Row:
        return (await self._rows(sql, *args))[0]

    async def _paged(self, sql: str, page: Page, *args: object) -> tuple[Sequence[Row], int]:
        return await slice_of(self._database, sql, *args, limit=page.limit, offset=page.offset)


def _details(**values: object) -> str:
    return json.dumps(values, ensure_ascii=False)


_STATS = """
SELECT count(*) AS total_games_played,
       count(*) FILTER (WHERE result = 'CORRECT') AS total_games_completed,
       count(*) FILTER (WHERE result = 'SURRENDER') AS total_surrenders,
       coalesce(round(100.0 * count(*) FILTER (WHERE result = 'CORRECT') / nullif(count(*), 0), 1), 0)
           AS success_rate,
       (SELECT count(DISTINCT user_id) FROM game_logs) AS total_participants,
       count(*) FILTER (WHERE completed_at > now() - interval '24 hours') AS last24_hours_games
FROM game_sessions
"""

_CATEGORIES = """
SELECT category, count(*) AS total_games, count(*) FILTER (WHERE result = 'CORRECT') AS success_count,
       round(100.0 * count(*) FILTER (WHERE result = 'SURRENDER') / count(*), 1) AS surrender_rate
FROM game_sessions GROUP BY category ORDER BY total_games DESC, category
"""

_GAMES = """
SELECT * FROM game_sessions WHERE ($1 = '' OR category = $1) AND ($2 = '' OR result = $2) ORDER BY id DESC
"""

_GAME = "SELECT * FROM game_sessions WHERE session_id = $1"

_OF_GAME = {
    "game_logs": "SELECT * FROM game_logs WHERE session_id = $1 ORDER BY id",
    "game_transcript": "SELECT * FROM game_transcript WHERE session_id = $1 ORDER BY seq",
    "audit_logs": "SELECT * FROM audit_logs WHERE session_id = $1 ORDER BY id",
    "refund_logs": "SELECT * FROM refund_logs WHERE session_id = $1 ORDER BY id",
}

_LEADERBOARD = """
SELECT log.user_id, (array_agg(log.sender ORDER BY log.completed_at DESC))[1] AS name,
       sum(log.points) AS total_points, count(log.target) AS total_wins, count(*) AS total_games_completed,
       round(100.0 * count(log.target) / count(*), 1) AS success_rate,
       min(game.question_count) FILTER (WHERE log.target IS NOT NULL) AS best_question_count
FROM game_logs AS log JOIN game_sessions AS game USING (session_id)
WHERE ($1 = '' OR log.chat_id = $1) AND NOT log.refunded
GROUP BY log.user_id ORDER BY total_points DESC, total_wins DESC, log.user_id LIMIT $2
"""

_NICKNAMES = """
SELECT user_id, (array_agg(sender ORDER BY completed_at DESC))[1] AS last_sender,
       max(completed_at) AS last_seen_at
FROM game_logs WHERE ($1 = '' OR chat_id = $1) GROUP BY user_id ORDER BY last_seen_at DESC, user_id LIMIT $2
"""

_PEOPLE = """
SELECT log.user_id, log.chat_id, (array_agg(log.sender ORDER BY log.completed_at DESC))[1] AS name,
       count(*) AS total_games_started,
       count(*) FILTER (WHERE log.result = 'CORRECT') AS total_games_completed,
       count(*) FILTER (WHERE log.result = 'SURRENDER') AS total_surrenders,
       sum(log.question_count) AS total_questions_asked, sum(log.hint_count) AS total_hints_used,
       sum(log.wrong_guess_count) AS total_wrong_guesses, sum(log.points) AS total_points,
       (SELECT jsonb_build_object('questionCount', game.question_count, 'target', game.target,
                                  'wrongGuessCount', game.wrong_guess_count, 'category', game.category,
                                  'achievedAt', extract(epoch FROM game.completed_at))
        FROM game_logs AS won JOIN game_sessions AS game USING (session_id)
        WHERE won.chat_id = log.chat_id AND won.user_id = log.user_id AND won.target IS NOT NULL
            AND NOT won.refunded
        ORDER BY game.question_count, game.id LIMIT 1) AS best_score
FROM game_logs AS log
WHERE ($1 = '' OR log.chat_id = $1) AND ($2 = '' OR log.user_id = $2) AND NOT log.refunded
GROUP BY log.user_id, log.chat_id ORDER BY count(*) DESC, log.user_id, log.chat_id
"""

_AUDITS = "SELECT * FROM audit_logs WHERE ($1 = '' OR session_id = $1) ORDER BY id DESC"

_REFUNDS = """
SELECT * FROM refund_logs WHERE ($1 = '' OR session_id = $1) AND ($2 = '' OR user_id = $2) ORDER BY id DESC
"""

_AUDIT = """
INSERT INTO audit_logs (session_id, question_index, verdict, reason, admin_user_id)
SELECT session_id, number, $3, $4, $5 FROM game_transcript
WHERE session_id = $1 AND kind = 'question' AND number = $2
RETURNING id
"""

_REFUND_LOG = """
UPDATE game_logs SET refunded = $3 WHERE session_id = $1 AND user_id = $2 AND NOT refunded RETURNING id
"""

_REFUND = """
INSERT INTO refund_logs (session_id, user_id, restored, reason, admin_user_id)
VALUES ($1, $2, $3, $4, $5) RETURNING id
"""

_UNNAME = """
UPDATE game_transcript SET user_id = '' WHERE user_id = $1
    AND session_id IN (SELECT session_id FROM game_sessions WHERE $2 = '' OR chat_id = $2)
"""

_UNWIN = """
UPDATE game_sessions SET winner_id = '' WHERE winner_id = $1 AND ($2 = '' OR chat_id = $2)
"""

_FORGET = "DELETE FROM game_logs WHERE user_id = $1 AND ($2 = '' OR chat_id = $2) RETURNING id"

_ACTION = "INSERT INTO admin_actions (action, subject, details, admin_user_id) VALUES ($1, $2, $3, $4)"
