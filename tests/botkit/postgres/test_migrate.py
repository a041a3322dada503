"""Migrations: once, in order, by one process at a time, and never edited afterwards."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from botkit.postgres.migrate import MigrationRefused, migrate, outstanding
from botkit.postgres.pool import Database
from playground.embedded import Postgres
from tests.support.database import database_settings
from tests.support.servers import free_port


@pytest.fixture
async def database(postgres_server: Postgres) -> AsyncIterator[Database]:
    made = Database(database_settings(postgres_server), schema="migrated", application="test")
    pool = await made.pool()
    await pool.execute("DROP SCHEMA IF EXISTS migrated CASCADE")
    yield made
    await made.close()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "0001_one.sql").write_text("CREATE TABLE one (a int);", "utf-8")
    (tmp_path / "0002_two.sql").write_text("ALTER TABLE one ADD b int; CREATE TABLE two ();", "utf-8")
    return tmp_path


async def test_files_are_applied_once_and_in_order(database: Database, files: Path) -> None:
    pool = await database.pool()
    assert await migrate(pool, schema="migrated", directory=files) == ["0001_one.sql", "0002_two.sql"]
    assert await migrate(pool, schema="migrated", directory=files) == []
    (files / "0003_three.sql").write_text("CREATE TABLE three ();", "utf-8")
    assert await migrate(pool, schema="migrated", directory=files) == ["0003_three.sql"]
    tables = await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'migrated' ORDER BY 1")
    assert [row[0] for row in tables] == ["one", "schema_migrations", "three", "two"]


async def test_what_would_be_applied_can_be_asked_without_doing_it(database: Database, files: Path) -> None:
    pool = await database.pool()
    assert await outstanding(pool, schema="migrated", directory=files) == ["0001_one.sql", "0002_two.sql"]
    assert await pool.fetchval("SELECT count(*) FROM pg_namespace WHERE nspname = 'migrated'") == 0
    await migrate(pool, schema="migrated", directory=files)
    (files / "0003_three.sql").write_text("CREATE TABLE three ();", "utf-8")
    assert await outstanding(pool, schema="migrated", directory=files) == ["0003_three.sql"]
    (files / "0002_two.sql").write_text("CREATE TABLE other ();", "utf-8")
    with pytest.raises(MigrationRefused):
        await outstanding(pool, schema="migrated", directory=files)


async def test_processes_that_start_together_do_not_disturb_each_other(
    database: Database, files: Path
) -> None:
    pool = await database.pool()
    applied = await asyncio.gather(*(migrate(pool, schema="migrated", directory=files) for _ in range(4)))
    assert sorted(map(len, applied)) == [0, 0, 0, 2]


async def test_an_applied_file_may_not_change_or_vanish(database: Database, files: Path) -> None:
    pool = await database.pool()
    await migrate(pool, schema="migrated", directory=files)
    (files / "0001_one.sql").write_text("CREATE TABLE one (a text);", "utf-8")
    with pytest.raises(MigrationRefused, match=r"0001_one\.sql was edited"):
        await migrate(pool, schema="migrated", directory=files)
    (files / "0001_one.sql").unlink()
    with pytest.raises(MigrationRefused, match=r"0001_one\.sql was applied"):
        await migrate(pool, schema="migrated", directory=files)


async def test_a_file_that_comes_too_late_is_refused(database: Database, files: Path) -> None:
    pool = await database.pool()
    await migrate(pool, schema="migrated", directory=files)
    (files / "0001_zero.sql").write_text("SELECT 1;", "utf-8")
    with pytest.raises(MigrationRefused, match=r"0001_zero\.sql sorts before"):
        await migrate(pool, schema="migrated", directory=files)


async def test_a_failing_file_leaves_nothing_behind(database: Database, files: Path) -> None:
    pool = await database.pool()
    (files / "0003_bad.sql").write_text("CREATE TABLE three (); SELECT nonsense;", "utf-8")
    with pytest.raises(Exception, match="nonsense"):
        await migrate(pool, schema="migrated", directory=files)
    assert await pool.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'migrated'") == 0


async def test_a_silent_socket_is_replaced_by_tcp_or_reported(
    postgres_server: Postgres, tmp_path: Path
) -> None:
    elsewhere = {"db_socket_path": str(tmp_path), "db_port": free_port()}
    settings = database_settings(postgres_server).model_copy(update=elsewhere)
    made = Database(settings, schema="x", application="test")
    with pytest.raises(OSError, match=r"refused|Connect"):
        await made.ping()
    await made.close()
