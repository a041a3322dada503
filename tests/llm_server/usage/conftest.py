"""PostgreSQL with an empty schema `llm`, directly and by a road that can be closed."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from botkit.postgres.pool import Database
from llm_server.usage.repository import SCHEMA, Repository
from playground.embedded import Postgres
from tests.llm_server.usage.road import Road
from tests.support.database import database_settings

TODAY = date(2026, 11, 24)


@pytest.fixture
async def database(postgres_server: Postgres) -> AsyncIterator[Database]:
    """With an empty schema."""
    made = Database(database_settings(postgres_server), schema=SCHEMA, application="test")
    await (await made.pool()).execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    yield made
    await made.close()


@pytest.fixture
async def other_database(postgres_server: Postgres, database: Database) -> AsyncIterator[Database]:
    """The connections of a second process."""
    made = Database(database_settings(postgres_server), schema=SCHEMA, application="other")
    yield made
    await made.close()


@pytest.fixture
async def road(postgres_server: Postgres) -> AsyncIterator[Road]:
    """An open road."""
    made = Road(postgres_server.socket_directory / ".s.PGSQL.5432")
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def far_database(postgres_server: Postgres, database: Database, road: Road) -> AsyncIterator[Database]:
    """The same, by the road."""
    settings = database_settings(postgres_server).model_copy(
        update={"db_socket_path": "", "db_host": "127.0.0.1", "db_port": road.port}
    )
    made = Database(settings, schema=SCHEMA, application="far")
    yield made
    road.speak()
    await made.close()


@pytest.fixture
async def repository(database: Database) -> AsyncIterator[Repository]:
    """On 2026-11-24."""
    made = Repository(database, lambda: TODAY)
    yield made
    await made.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where usage may be spilled."""
    return tmp_path / "data" / "usage.jsonl"
