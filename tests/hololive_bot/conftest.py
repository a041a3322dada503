"""A schema of its own for every test that asks PostgreSQL."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from botkit.postgres.pool import Database
from hololive_bot.repository.link import SCHEMA, prepare
from playground.embedded import Postgres, Valkey
from tests.hololive_bot.chat import Chat, chatting
from tests.support.database import database_settings


@pytest.fixture
async def database(postgres_server: Postgres) -> AsyncIterator[Database]:
    """The bot's tables, empty."""
    made = Database(database_settings(postgres_server), schema=SCHEMA, application="test")
    await (await made.pool()).execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    await prepare(made)
    yield made
    await made.close()


@pytest.fixture
async def chat(
    database: Database, cache: Redis, postgres_server: Postgres, valkey_server: Valkey
) -> AsyncIterator[Chat]:
    """The commands, on empty stores and an empty programme."""
    async with chatting(postgres_server, valkey_server) as made:
        yield made
