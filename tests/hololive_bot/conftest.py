"""A schema of its own for every test that asks PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from botkit.postgres.pool import Database
from hololive_bot.repository.link import SCHEMA, prepare
from playground.embedded import Postgres
from tests.support.database import database_settings


@pytest.fixture
async def database(postgres_server: Postgres) -> AsyncIterator[Database]:
    """The bot's tables, empty."""
    made = Database(database_settings(postgres_server), schema=SCHEMA, application="test")
    await (await made.pool()).execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    await prepare(made)
    yield made
    await made.close()
