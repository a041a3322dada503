"""Token usage in PostgreSQL, schema `llm`: batches in, sums of days out."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import structlog

from botkit.postgres.migrate import migrate
from botkit.postgres.pool import AWAY, BAD_DATA, Database, Unwritable
from botkit.runtime.clock import Clock
from botkit.runtime.tasks import cancel
from llm_server.usage.batches import Batch, Day, Key, Sum

__all__ = ["SCHEMA", "Day", "Repository", "Sum", "UsageUnreadable"]

log = structlog.get_logger(__name__)

SCHEMA = "llm"
MIGRATIONS = Path(__file__).parent / "migrations"

REST_SECONDS = 5.0
"""How long nobody tries to prepare the tables after an attempt that failed."""

READ_SECONDS = 5.0
ACQUIRE_SECONDS = 5.0
"""How long a connection may take to be had, and to be given back."""

PRUNE_SECONDS = 3600.0

COUNTS = tuple(field.name for field in fields(Sum))


class UsageUnreadable(Exception):
    """PostgreSQL does not answer, or the tables cannot be prepared; says why."""


class Repository:
    """The tables are made or upgraded before the first call, by one attempt at a time."""

    def __init__(
        self, database: Database, today: Callable[[], date], *, clock: Clock = time.monotonic
    ) -> None:
        """`today` names the day that reads start from; `clock` only measures."""
        self._database = database
        self._today = today
        self._clock = clock
        self._prepared = False
        self._preparing: asyncio.Task[None] | None = None
        self._trouble = ""
        self._rest_until = float("-inf")
        self._prune_at = float("-inf")

    async def close(self) -> None:
        """End an attempt to prepare the tables that still runs; the pool is its owner's."""
        if self._preparing:
            await cancel({self._preparing})

    async def write(self, batch: Batch) -> bool:
        """Add the batch to its rows, whole; False: that had been done before.

        One statement is one transaction. When its outcome is unknown, it is simply sent again.

        Raises:
            Unwritable: PostgreSQL will never take it.
            UsageUnreadable, or what asyncpg raises: not now.
        """
        pool = await self._pool()
        columns = zip(*(_row(key, found) for key, found in batch.rows), strict=True)
        try:
            async with pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
                fresh: bool = await connection.fetchval(_ADD, batch.id, *map(list, columns))
        except BAD_DATA as error:
            raise Unwritable(f"{type(error).__name__}: {error}") from None
        await self._prune(pool)
        return fresh

    async def daily(self) -> Day:
        """Today; zeros when there was nothing.

        Raises:
            UsageUnreadable: PostgreSQL does not answer. So does every read.
        """
        found = await self.recent(1)
        return found[0] if found else Day(usage_date=self._today())

    async def recent(self, days: int) -> list[Day]:
        """Those of the last `days` days, today included, that have usage; the newest first."""
        return [Day(**row) for row in await self._read(_BY_DAY, days)]

    async def total(self, days: int) -> Sum:
        """The last `days` days, today included."""
        (row,) = await self._read(_TOTAL, days)
        return Sum(**row)

    async def by_model(self, days: int) -> list[tuple[str, Sum]]:
        """The last `days` days, today included, by model; the dearest first."""
        return [(row.pop("model"), Sum(**row)) for row in await self._read(_BY_MODEL, days)]

    async def by_task(self, days: int) -> list[tuple[str, Sum]]:
        """The last `days` days, today included, by task; the dearest first."""
        return [(row.pop("task"), Sum(**row)) for row in await self._read(_BY_TASK, days)]

    async def _read(self, query: str, days: int) -> list[dict[str, Any]]:
        """The rows of a query from the first of the days to the last."""
        last = self._today()
        try:
            async with asyncio.timeout(READ_SECONDS):
                pool = await self._pool()
                async with pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
                    rows = await connection.fetch(query, last - timedelta(days=days - 1), last)
        except (*AWAY, asyncpg.PostgresError) as error:
            log.warning("usage_db_read_failed", error=type(error).__name__)
            raise UsageUnreadable(type(error).__name__) from error
        return [dict(row) for row in rows]

    async def _pool(self) -> asyncpg.Pool:
        """The open pool, with its tables in place. Whoever stops waiting does not stop the attempt.

        Raises:
            UsageUnreadable: the attempt failed, or one that failed was a moment ago.
        """
        if not self._prepared:
            if self._preparing is None or self._preparing.done():
                if self._clock() < self._rest_until:
                    raise UsageUnreadable(self._trouble)
                self._preparing = asyncio.create_task(self._prepare())
            await asyncio.shield(self._preparing)
            if not self._prepared:
                raise UsageUnreadable(self._trouble)
        return await self._database.pool()

    async def _prepare(self) -> None:
        try:
            await migrate(await self._database.pool(), schema=SCHEMA, directory=MIGRATIONS)
        except Exception as error:  # noqa: BLE001 - whoever waits is told
            self._trouble = f"{type(error).__name__}: {error}"[:200]
            self._rest_until = self._clock() + REST_SECONDS
            return
        self._prepared = True
        log.info("usage_db_connected", schema=SCHEMA)

    async def _prune(self, pool: asyncpg.Pool) -> None:
        """Forget batches of last week, once an hour. When it fails, the batch is sent again, and known."""
        if self._clock() >= self._prune_at:
            self._prune_at = self._clock() + PRUNE_SECONDS
            await pool.execute("DELETE FROM usage_batches WHERE written_at < now() - interval '7 days'")


def _row(key: Key, found: Sum) -> tuple[object, ...]:
    counts = (getattr(found, name) for name in COUNTS)
    return key.usage_date, key.model, key.task, key.price_version, *counts


_ADDED = ", ".join(f"{name} = kept.{name} + excluded.{name}" for name in COUNTS)
_SUMS = ", ".join(f"coalesce(sum({name}), 0)::bigint AS {name}" for name in COUNTS)
_DAYS = "FROM token_usage WHERE usage_date BETWEEN $1 AND $2"
_DEAREST = "ORDER BY sum(cost_micro_usd) DESC, sum(input_tokens + output_tokens) DESC"

# Sorted, so that two processes that add to the same rows never wait for each other in a circle.
_ADD = f"""
WITH fresh AS (
    INSERT INTO usage_batches (id) VALUES ($1) ON CONFLICT (id) DO NOTHING RETURNING id
), added AS (
    INSERT INTO token_usage AS kept (usage_date, model, task, price_version, {", ".join(COUNTS)})
    SELECT delta.* FROM fresh, unnest($2::date[], $3::text[], $4::text[], $5::text[], $6::bigint[],
        $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[]) AS delta
    ORDER BY 1, 2, 3, 4
    ON CONFLICT (usage_date, model, task, price_version)
    DO UPDATE SET {_ADDED}, version = kept.version + 1
)
SELECT EXISTS (SELECT FROM fresh)
"""  # noqa: S608 - the names of our own columns
_BY_DAY = f"SELECT usage_date, {_SUMS} {_DAYS} GROUP BY usage_date ORDER BY usage_date DESC"
_TOTAL = f"SELECT {_SUMS} {_DAYS}"
_BY_MODEL = f"SELECT model, {_SUMS} {_DAYS} GROUP BY model {_DEAREST}, model"
_BY_TASK = f"SELECT task, {_SUMS} {_DAYS} GROUP BY task {_DEAREST}, task"
