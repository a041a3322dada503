"""Holding the lease over time: wait for it, renew it, tell when it is lost, give it up at the end."""

import asyncio
import contextlib
from collections.abc import Callable

import structlog

from botkit.runtime import metrics
from botkit.valkey.clients import FAILED
from botkit.valkey.lease import Lease

log = structlog.get_logger(__name__)

RENEW_SECONDS = 3.0
STANDBY_SECONDS = 1.0
"""How often a standby looks whether the lease is free."""


class LeaseLost(Exception):
    """Another process owns the stream now."""


class Owner:
    """The lease of one stream, held for as long as possible.

    An unreachable valkey-mq is no loss: every write is checked against the lease there anyway.
    """

    def __init__(self, lease: Lease, *, stream: str) -> None:
        self._lease = lease
        self._stream = stream
        self._refused = asyncio.Event()
        self._above = 0

    async def acquire(self, beat: Callable[[], None]) -> None:
        """Wait until the lease is ours; `beat` is called at every look.

        After a refusal others may have it first.
        """
        if self._refused.is_set():
            await asyncio.sleep(STANDBY_SECONDS)
        while not await self._try_acquire():
            beat()
            await asyncio.sleep(STANDBY_SECONDS)
        self._refused.clear()
        metrics.owner.labels(self._stream).set(1)
        log.info("ownership_taken", stream=self._stream, epoch=self._lease.epoch)

    async def keep(self) -> None:
        """Renew until cancelled.

        Raises:
            LeaseLost: another process has taken the lease, or a write was refused for its sake.
        """
        while not self._refused.is_set() and await self._renew():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RENEW_SECONDS):
                    await self._refused.wait()
        metrics.ownerships_lost.inc()
        raise LeaseLost

    def refused(self, epoch: int = 0) -> None:
        """A write was refused for another owner's sake: this ownership is over, the next is above `epoch`."""
        self._above = max(self._above, epoch)
        self._refused.set()

    async def release(self) -> None:
        """Give the lease up; when valkey-mq is away it simply runs out."""
        metrics.owner.labels(self._stream).set(0)
        try:
            await self._lease.release()
        except FAILED as error:
            log.warning("lease_release_failed", stream=self._stream, error=type(error).__name__)

    async def _renew(self) -> bool:
        try:
            return await self._lease.renew()
        except FAILED as error:
            log.warning("lease_renewal_failed", stream=self._stream, error=type(error).__name__)
            return True

    async def _try_acquire(self) -> bool:
        try:
            return await self._lease.acquire(above=self._above)
        except FAILED as error:
            log.warning("lease_request_failed", stream=self._stream, error=type(error).__name__)
            return False
