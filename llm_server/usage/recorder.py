"""Counts what the model used while requests run, and brings it to PostgreSQL beside them.

What is not saved yet is one sum for each day, model, task and price table, however long PostgreSQL is away.
It leaves in batches. A batch keeps its id until PostgreSQL is known to have it, so that it is added once,
even when the answer of a commit was lost.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import date
from typing import Protocol
from uuid import UUID

import structlog

from botkit.postgres.pool import Unwritable
from botkit.runtime.clock import Clock
from botkit.runtime.health import Degraded
from botkit.runtime.tasks import cancel
from llm_server.model import Usage
from llm_server.usage import metrics
from llm_server.usage.batches import Batch, Key, Sum
from llm_server.usage.failures import Failures
from llm_server.usage.prices import Prices
from llm_server.usage.spill import drop

log = structlog.get_logger(__name__)

MOST = 10**9
"""No request is believed to have used more of anything: a thousand times the largest context window."""

NAME_LENGTH = 100


class Store(Protocol):
    """Where batches stay for ever."""

    async def write(self, batch: Batch) -> bool:
        """Add the batch, whole; False: that had been done before.

        Raises:
            Unwritable: it can never be added.
            Exception: not now, or nobody knows; the batch may be sent again.
        """
        ...


class Spill(Protocol):
    """Where batches wait from one process to the next. No method raises."""

    async def keep(self, batches: Sequence[Batch]) -> None:
        """Add batches that are not there yet."""
        ...

    async def take(self) -> list[Batch]:
        """What is there; it stays there until it is forgotten."""
        ...

    async def forget(self, ids: Collection[UUID]) -> None:
        """Remove batches."""
        ...


class Recorder:
    """`record` only counts; `run` saves; `close` saves the rest, or spills it."""

    def __init__(
        self,
        store: Store,
        spill: Spill,
        prices: Prices,
        *,
        today: Callable[[], date],
        flush_interval: float = 1.0,
        flush_timeout: float = 5.0,
        max_pending: int = 50,
        max_backoff: float = 60.0,
        error_log_interval: float = 60.0,
        clock: Clock = time.monotonic,
    ) -> None:
        """All times in seconds. With `max_pending=1` nothing is gathered: each request is saved at once."""
        self._store = store
        self._spill = spill
        self._prices = prices
        self._today = today
        self._interval = flush_interval
        self._timeout = flush_timeout
        self._max_pending = max_pending
        self._clock = clock
        self._failures = Failures(
            pause=flush_interval, longest_pause=max_backoff, log_interval=error_log_interval
        )
        self._trouble = ""
        self._pending: dict[Key, Sum] = {}
        self._pending_requests = 0
        self._frozen: deque[Batch] = deque()
        self._spilled: set[UUID] = set()
        self._unpriced: set[str] = set()
        self._some, self._enough = asyncio.Event(), asyncio.Event()
        self._flushing = asyncio.Lock()
        self._closed = False

    @property
    def unsaved(self) -> int:
        """Requests that PostgreSQL is not known to have."""
        return self._pending_requests + sum(batch.total.request_count for batch in self._frozen)

    def record(self, task: str, model: str, usage: Usage) -> None:
        """Count one response. Neither waits nor raises; one that used no tokens is not counted."""
        try:
            if usage.input > 0 or usage.output > 0:
                self._add(task, _shown(model.removeprefix("models/")), usage)
        except Exception:  # a bug in the counting must not cost the caller an answer that is paid for
            metrics.usage_dropped.inc()
            log.exception("usage_dropped", reason="it cannot be counted")

    async def run(self) -> None:
        """Save until cancelled, first of all what an earlier process left."""
        log.info("usage_db_batch_enabled", interval_seconds=self._interval, max_pending=self._max_pending)
        left = [batch for batch in await self._spill.take() if batch.id not in self._spilled]
        self._spilled.update(batch.id for batch in left)
        self._frozen.extendleft(reversed(left))
        while True:
            if not (self._frozen or self._pending):
                await self._some.wait()
            await self._rest()
            await self._flush()

    async def close(self, seconds: float) -> None:
        """Save what is left, in one attempt of at most `seconds`; spill what could not be saved.

        Call it when `run` has ended. What is recorded afterwards is lost, and the log says so.
        """
        self._closed = True
        saving = asyncio.create_task(self._save_all())
        try:
            await asyncio.wait({saving}, timeout=seconds)
        finally:
            try:
                await cancel({saving})  # asyncpg would take its time when it is cancelled only once
            finally:
                self._freeze()
                if left := [batch for batch in self._frozen if batch.id not in self._spilled]:
                    await self._spill.keep(left)

    async def check(self) -> None:
        """For the readiness check.

        Raises:
            Degraded: usage cannot be saved just now; says why.
        """
        if self._failures.count:
            raise Degraded(f"{self.unsaved} requests are not saved: {self._trouble}")

    def _add(self, task: str, model: str, usage: Usage) -> None:
        day = self._today()
        used_in, used_out = _sane(usage.input), _sane(usage.output)
        cached = min(_sane(usage.cached), used_in)
        searches = _sane(usage.searches)
        cost = self._prices.cost(
            model,
            day.isoformat(),
            input_tokens=used_in,
            cached_tokens=cached,
            output_tokens=used_out,
            search_queries=searches,
        )
        spent = Sum(
            input_tokens=used_in,
            cached_tokens=cached,
            output_tokens=used_out,
            reasoning_tokens=min(_sane(usage.reasoning), used_out),
            request_count=1,
            search_queries=searches,
            cost_micro_usd=cost.micro_usd,
        )
        metrics.llm_cost.labels(model).inc(cost.micro_usd)
        if not cost.priced:
            self._note_unpriced(model)
        key = Key(day, model, _shown(task), self._prices.version)
        if self._closed:
            drop([Batch.frozen({key: spent})], "it came after the end")
            return
        self._pending[key] = self._pending.get(key, Sum()).plus(spent)
        self._pending_requests += 1
        metrics.usage_pending.inc()
        self._some.set()
        if self._pending_requests >= self._max_pending:
            self._enough.set()

    def _note_unpriced(self, model: str) -> None:
        metrics.usage_unpriced.labels(model).inc()
        if model not in self._unpriced:
            self._unpriced.add(model)
            log.warning("usage_model_unpriced", model=model, prices=self._prices.version)

    async def _rest(self) -> None:
        """Until it is time to save: after a failure its pause, else the interval or until enough waits."""
        if self._failures.count:
            await asyncio.sleep(self._failures.pause)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._interval):
                await self._enough.wait()

    def _freeze(self) -> None:
        if self._pending:
            self._frozen.append(Batch.frozen(self._pending))
            self._pending, self._pending_requests = {}, 0
        self._some.clear()
        self._enough.clear()

    async def _save_all(self) -> None:
        while (self._frozen or self._pending) and await self._flush():
            pass

    async def _flush(self) -> bool:
        """Save what is frozen already, else what is pending; False when that did not work."""
        async with self._flushing:
            if not self._frozen:
                self._freeze()
            while self._frozen:
                if not await self._save(self._frozen[0]):
                    return False
                self._frozen.popleft()
                metrics.usage_pending.set(self.unsaved)
        return True

    async def _save(self, batch: Batch) -> bool:
        """Whether the batch is off our hands."""
        try:
            async with asyncio.timeout(self._timeout):
                fresh = await self._store.write(batch)
        except Unwritable as error:
            metrics.usage_flush.labels("refused").inc()
            log.error("usage_db_save_failed", batch=str(batch.id), error=str(error))
            if batch.id not in self._spilled:
                await self._spill.keep([batch])  # the next release may know what to do with it
        except Exception as error:  # noqa: BLE001 - whatever it is, the batch is kept and tried again
            self._failed(error)
            return False
        else:
            metrics.usage_flush.labels("ok").inc()
            if not fresh:
                log.info("usage_batch_recognised", batch=str(batch.id))
            if batch.id in self._spilled:
                await self._spill.forget({batch.id})
        if failures := self._failures.end():
            log.info("usage_db_batch_flush_recovered", failures=failures)
        return True

    def _failed(self, error: Exception) -> None:
        metrics.usage_flush.labels("failed").inc()
        self._trouble = f"{type(error).__name__}: {error}"[:200]
        if self._failures.add(self._clock()):
            log.error(
                "usage_db_batch_flush_failed",
                failures=self._failures.count,
                unsaved=self.unsaved,
                retry_seconds=self._failures.pause,
                error=self._trouble,
            )


def _sane(count: int) -> int:
    return min(max(count, 0), MOST)


def _shown(name: str) -> str:
    """A name from outside as PostgreSQL takes it: no NUL, nothing that is not Unicode, of bounded length."""
    return "".join(char if char.isprintable() else "?" for char in name)[:NAME_LENGTH] or "unknown"
