"""A connection for as long as a question takes, and one error for every way in which PostgreSQL is away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from botkit.postgres.migrate import migrate
from botkit.postgres.pool import AWAY, Database

SCHEMA = "hololive"
MIGRATIONS = Path(__file__).parent.parent / "migrations"

UNPREPARED = (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError)
"""Somebody asks before the migrations have run: they will."""

Connection = asyncpg.pool.PoolConnectionProxy


class DatabaseAway(ConnectionError):
    """PostgreSQL did not do it, or nobody knows whether it did. As a connection error the kit knows it."""


async def prepare(database: Database) -> None:
    """Create or upgrade the tables."""
    await migrate(await database.pool(), schema=SCHEMA, directory=MIGRATIONS)


@asynccontextmanager
async def connection(database: Database) -> AsyncIterator[Connection]:
    """For single statements.

    Raises:
        DatabaseAway: it cannot be reached.
    """
    try:
        async with (await database.pool()).acquire() as made:
            yield made
    except (*AWAY, *UNPREPARED) as error:
        raise DatabaseAway(type(error).__name__) from error


@asynccontextmanager
async def transaction(database: Database) -> AsyncIterator[Connection]:
    """All of it or nothing.

    Raises:
        DatabaseAway: it cannot be reached; whether it was committed is unknown then.
    """
    async with connection(database) as made, made.transaction():
        yield made
