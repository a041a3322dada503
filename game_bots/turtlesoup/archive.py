"""The finished games as operators see them."""

from collections.abc import Sequence

from botkit.postgres.pool import Database
from game_bots.api import Page
from game_bots.records import Row, rows, slice_of


class Archive:
    """Reads what was counted. Every method raises RecordsUnavailable while PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stats(self) -> Row:
        """Counters of everything that was played."""
        return (await rows(self._database, _STATS))[0]

    async def categories(self) -> Sequence[Row]:
        """Games and solved ones by category."""
        return await rows(self._database, _CATEGORIES)

    async def games(self, page: Page, *, result: str, room: str) -> tuple[Sequence[Row], int]:
        """Finished games, the latest first, and how many there are in all."""
        return await slice_of(self._database, _GAMES, result, room, limit=page.limit, offset=page.offset)

    async def game(self, game: str) -> Row | None:
        """One finished game."""
        return next(iter(await rows(self._database, _GAME, game)), None)

    async def of_game(self, table: str, game: str) -> Sequence[Row]:
        """The rows of a game in `turtle_players`, `turtle_facts` or `turtle_transcript`."""
        return await rows(self._database, _OF_GAME[table], game)


_STATS = """
SELECT count(*) FILTER (WHERE result = 'solved') AS total_solved,
       count(*) FILTER (WHERE result <> 'solved') AS total_failed,
       coalesce(100.0 * count(*) FILTER (WHERE result = 'solved') / nullif(count(*), 0), 0) AS solve_rate,
       coalesce(avg(question_count), 0) AS avg_questions,
       coalesce(avg(hints_used), 0) AS avg_hints_per_game,
       count(*) FILTER (WHERE result = 'solved' AND completed_at > now() - interval '24 hours')
           AS last24_hours_solve
FROM turtle_game_archives
"""

_CATEGORIES = """
SELECT category, count(*) AS total_games, count(*) FILTER (WHERE result = 'solved') AS solve_count,
       100.0 * count(*) FILTER (WHERE result = 'solved') / count(*) AS solve_rate
FROM turtle_game_archives GROUP BY category ORDER BY category
"""

_GAMES = """
SELECT *, game_id AS session_id FROM turtle_game_archives
WHERE ($1 = '' OR result = $1) AND ($2 = '' OR chat_id = $2)
ORDER BY completed_at DESC, id DESC
"""

_GAME = "SELECT *, game_id AS session_id FROM turtle_game_archives WHERE game_id = $1"

_OF_GAME = {
    "turtle_players": "SELECT * FROM turtle_players WHERE game_id = $1 ORDER BY user_id",
    "turtle_facts": "SELECT * FROM turtle_facts WHERE game_id = $1 ORDER BY position",
    "turtle_transcript": "SELECT * FROM turtle_transcript WHERE game_id = $1 ORDER BY seq",
}
