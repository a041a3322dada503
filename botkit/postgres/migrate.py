"""Numbered `.sql` files beside their owner, applied once, in order, by one process at a time.

An applied file that was edited or removed is refused: what runs in production must stand in the repository.
"""

import hashlib
from pathlib import Path

import asyncpg
import structlog

log = structlog.get_logger(__name__)

FILE_SECONDS = 600
"""How long one file may take, and how long another process that is migrating is waited for."""


class MigrationRefused(Exception):
    """The files and the record of what was applied disagree; says which file."""


async def migrate(pool: asyncpg.Pool, *, schema: str, directory: Path) -> list[str]:
    """Bring `schema` up to date; returns the names of the files applied now.

    Raises:
        MigrationRefused: an applied file was edited or is missing.
    """
    files = _read(directory)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL statement_timeout = '{FILE_SECONDS}s'")
        lock = "SELECT pg_advisory_xact_lock(hashtext($1))"
        await connection.fetchval(lock, f"migrate:{schema}", timeout=FILE_SECONDS)
        # CREATE SCHEMA IF NOT EXISTS trusts a cache that the advisory lock does not refresh; a SELECT does.
        if not await connection.fetchval("SELECT true FROM pg_namespace WHERE nspname = $1", schema):
            await connection.execute(f'CREATE SCHEMA "{schema}"')
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations ("
            " name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        fresh = await _unapplied(connection, files)
        for name in fresh:
            await connection.execute(files[name], timeout=FILE_SECONDS)
            await connection.execute(
                "INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)", name, _checksum(files[name])
            )
    if fresh:
        log.info("migrations_applied", schema=schema, files=fresh)
    return fresh


async def outstanding(pool: asyncpg.Pool, *, schema: str, directory: Path) -> list[str]:
    """The files that `migrate` would apply; changes nothing.

    Raises:
        MigrationRefused: an applied file was edited or is missing.
    """
    files = _read(directory)
    async with pool.acquire() as connection:
        if await connection.fetchval("SELECT to_regclass($1)", f'"{schema}".schema_migrations') is None:
            return list(files)
        return await _unapplied(connection, files)


async def _unapplied(connection: asyncpg.pool.PoolConnectionProxy, files: dict[str, str]) -> list[str]:
    rows = await connection.fetch("SELECT name, checksum FROM schema_migrations")
    applied = {row["name"]: row["checksum"] for row in rows}
    _refuse_edited(files, applied)
    return [name for name in files if name not in applied]


def _read(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(directory.glob("*.sql"))}


def _refuse_edited(files: dict[str, str], applied: dict[str, str]) -> None:
    for name, checksum in applied.items():
        if name not in files:
            raise MigrationRefused(f"{name} was applied, but its file is missing")
        if _checksum(files[name]) != checksum:
            raise MigrationRefused(f"{name} was edited after it had been applied")
    if applied and (early := [name for name in files if name not in applied and name < max(applied)]):
        raise MigrationRefused(f"{early[0]} sorts before files that are applied already")


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
