"""The reply stream as the bridge owns it: trimmed only up to what every reader has finished, and watched."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from botkit.runtime.clock import wall
from botkit.stream.inbox import IDLE_CONSUMER_MS, Inbox
from botkit.stream.names import Names
from botkit.valkey.clients import FAILED, script
from botkit.valkey.lease import Lease
from iris_bridge import metrics
from iris_bridge.marks import Marks

log = structlog.get_logger(__name__)

WATCH_SECONDS = 10.0
LAG_ALARM = 500
"""Replies that the slowest group has not read; far below the hard cap of the stream."""

CAP_ALARM = 0.8


class ReplyInbox(Inbox):
    """The reply stream."""

    def __init__(self, client: Redis, blocking: Redis, names: Names, lease: Lease) -> None:
        super().__init__(client, blocking, names, lease)
        self._trim = script(client, "trim", of="iris_bridge")

    async def tidy(self, now: float) -> None:  # noqa: ARG002 - what is finished goes, whatever its age
        """Trim up to the oldest entry that some group has not finished; forget consumers long gone.

        Raises:
            Fenced: another process owns the stream.
            GroupLost: the group has vanished.
        """
        args: list[str | int] = [self._names.group, self._names.consumer, self._lease.epoch, IDLE_CONSUMER_MS]
        await self._checked(self._trim([*self._keys()], args))


class Watch:
    """Looks at what nobody else looks at, and raises the alarm."""

    def __init__(
        self, client: Redis, names: Names, marks: Marks, *, cap: int, clock: Callable[[], float] = wall
    ) -> None:
        self._client = client
        self._names = names
        self._marks = marks
        self._cap = cap
        self._clock = clock
        self._rung: set[str] = set()

    async def run(self) -> None:
        """Look every ten seconds until cancelled."""
        while True:
            try:
                await self.look()
            except FAILED as error:
                log.warning("watch_failed", error=type(error).__name__)
            await asyncio.sleep(WATCH_SECONDS)

    async def look(self) -> None:
        """Set the gauges; an alarm rings once, until its reason has gone."""
        lag = await self._lag()
        dead = int(await self._client.xlen(self._names.dead))
        today = await self._marks.sent_on(self._clock())
        metrics.reply_lag.set(lag)
        metrics.dlq_depth.set(dead)
        metrics.sent_today.set(today)
        self._ring("reply_stream_lagging", lag > LAG_ALARM, lag=lag)
        self._ring("dead_letters_waiting", dead > 0, count=dead)
        self._ring("daily_cap_near", 0 < self._cap * CAP_ALARM <= today, sent=today, cap=self._cap)

    async def _lag(self) -> int:
        try:
            groups: Any = await self._client.xinfo_groups(self._names.stream)
        except ResponseError:  # nobody has ever replied
            return 0
        return max((int(group.get("lag") or 0) for group in groups), default=0)

    def _ring(self, alarm: str, is_due: bool, **facts: int) -> None:
        if is_due and alarm not in self._rung:
            log.error(alarm, **facts)
        (self._rung.add if is_due else self._rung.discard)(alarm)
