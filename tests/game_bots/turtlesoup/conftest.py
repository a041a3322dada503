"""A PostgreSQL with the tables of 바다거북수프."""

from collections.abc import AsyncIterator

import pytest

from botkit.postgres.pool import Database
from game_bots.turtlesoup.ledger import SCHEMA, Ledger
from playground.embedded import Postgres
from tests.support.database import database_settings


@pytest.fixture
async def database(postgres_server: Postgres) -> AsyncIterator[Database]:
    """Without a table."""
    made = Database(database_settings(postgres_server), schema=SCHEMA, application="test")
    await (await made.pool()).execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    yield made
    await made.close()


@pytest.fixture
async def ledger(database: Database) -> Ledger:
    """With empty tables."""
    made = Ledger(database)
    await made.prepare()
    return made
