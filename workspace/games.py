"""The last finished games, out of PostgreSQL. What was to be guessed is told on request only."""

from typing import Any

from workspace.links import Links, Trouble

FINISHED = {
    "twentyq": """
        SELECT extract(epoch FROM completed_at)::float AS ended_at, 'twentyq' AS game, chat_id AS room,
               result, category AS kind, participant_count AS players, question_count AS questions,
               hint_count AS hints, wrong_guess_count AS misses,
               extract(epoch FROM completed_at - started_at)::float AS took_seconds, target AS spoiler
        FROM game_sessions ORDER BY completed_at DESC LIMIT $1
    """,
    "turtlesoup": """
        SELECT extract(epoch FROM completed_at)::float AS ended_at, 'turtlesoup' AS game, chat_id AS room,
               result, category AS kind, player_count AS players, question_count AS questions,
               hints_used AS hints, attempt_count AS misses,
               extract(epoch FROM completed_at - started_at)::float AS took_seconds, title AS spoiler
        FROM turtle_game_archives ORDER BY completed_at DESC LIMIT $1
    """,
}
"""Schema → its finished games; every query has the same columns."""


async def finished(links: Links, *, most: int, spoil: bool) -> list[dict[str, Any]]:
    """The last `most` games of all kinds, the newest first.

    Raises:
        Trouble: no game has ever been written.
    """
    rows: list[dict[str, Any]] = []
    written = False
    for schema, query in FINISHED.items():
        pool = await (await links.database(schema)).pool()
        if await pool.fetchval("SELECT to_regclass($1)", f"{schema}.schema_migrations") is None:
            continue
        written = True
        rows += [dict(row) for row in await pool.fetch(query, most)]
    if not written:
        raise Trouble(
            "the tables are not there yet: start the bots once, or run: python -m workspace migrate"
        )
    if not spoil:
        for row in rows:
            del row["spoiler"]
    return sorted(rows, key=lambda row: -row["ended_at"])[:most]
