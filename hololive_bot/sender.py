"""Takes what is due out of the outbox and puts it into the reply stream, each thing once.

The outbox may not know whether a message was sent (this process died, a connection broke): then it is sent
again, and valkey-mq, which remembers the keys, takes it only if it is new.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from botkit.chat.message import Reply
from botkit.runtime.clock import Clock, pauses
from botkit.runtime.health import Degraded
from botkit.stream.announcements import Publisher
from botkit.valkey.clients import UNREACHABLE
from hololive_bot import metrics
from hololive_bot.outbox import FAILED, PENDING, SENT, SKIPPED, Outbox, Waiting
from hololive_bot.repository.link import DatabaseAway

log = structlog.get_logger(__name__)

ATTEMPTS = 6
LOOK_SECONDS = 2.0
"""How often the outbox is looked into when nobody says that there is something new."""

MARKS = "holo:alert:sent:"
"""Where valkey-mq remembers what was told."""

REMEMBERED_SECONDS = 86_400.0
"""How long valkey-mq knows a key after there was any reason to send it again."""

LATE_SECONDS = 120.0
"""What waits longer makes the sender not ready."""

Compose = Callable[[Sequence[Mapping[str, Any]], float], Reply]
"""Writes one message out of the payloads of its rows, at a time in seconds since the epoch."""


class Sender:
    """Sends what the outbox holds. Any number of processes may do so at once."""

    def __init__(
        self,
        outbox: Outbox,
        publisher: Publisher,
        *,
        compose: Compose,
        admits: Callable[[str], bool],
        clock: Clock,
    ) -> None:
        """`admits` says whether a room may hear anything at all."""
        self._outbox = outbox
        self._publisher = publisher
        self._compose = compose
        self._admits = admits
        self._clock = clock
        self._news = asyncio.Event()
        self._late = 0.0

    def wake(self) -> None:
        """There is something new in the outbox."""
        self._news.set()

    async def run(self) -> None:
        """Send until cancelled; while PostgreSQL or valkey-mq is away the rows wait."""
        waits = pauses(1.0, 16.0)
        while True:
            self._news.clear()
            try:
                if not await self.send_due():
                    await self._rest(LOOK_SECONDS)
                waits = pauses(1.0, 16.0)
            except (DatabaseAway, *UNREACHABLE) as error:
                log.warning("alerts_delayed", error=type(error).__name__)
                await asyncio.sleep(next(waits))
            except Exception:  # a bug: what is due stays due, and is tried again with pauses
                log.exception("alerts_not_sent")
                await asyncio.sleep(next(waits))

    async def send_due(self) -> bool:
        """Send some of what is due; whether there may be more.

        Raises:
            DatabaseAway: PostgreSQL is away. What was sent meanwhile will be sent again, to no effect.
            One of UNREACHABLE: valkey-mq is away; what it had taken before is written down.
        """
        away: BaseException | None = None
        async with self._outbox.take(self._clock()) as batch:
            for rows in batch.messages:
                now = self._clock()
                if rows[0].expires <= now:
                    continue  # the next round sees that it is too late
                if not self._admits(rows[0].room):
                    batch.settle(rows, SKIPPED, error="the room has no access")
                    continue
                try:
                    await self._send(rows, now)
                except UNREACHABLE as error:
                    away = error
                    break
                except Exception as error:
                    log.exception("alert_failed", row=rows[0].id, stage=rows[0].stage)
                    again = now + 2.0 ** (rows[0].attempts + 1)
                    last = rows[0].attempts + 1 >= ATTEMPTS
                    status = FAILED if last else PENDING
                    batch.settle(rows, status, again=None if last else again, error=type(error).__name__)
                else:
                    batch.settle(rows, SENT)
        self._late = await self._outbox.oldest(self._clock())
        metrics.outbox_age.set(self._late)
        if away:
            raise away
        return any(end.status == SENT for end in batch.ends)

    async def check(self) -> None:
        """For the readiness check.

        Raises:
            Degraded: alerts wait for too long.
        """
        if self._late > LATE_SECONDS:
            raise Degraded(f"alerts wait for {self._late:.0f} s")

    async def _send(self, rows: Sequence[Waiting], now: float) -> None:
        reply = self._compose([row.payload for row in rows], now)
        remember = max(row.expires for row in rows) - now + REMEMBERED_SECONDS
        if await self._publisher.publish(rows[0].room, [row.key for row in rows], reply, remember=remember):
            for row in rows:
                metrics.alert_delay.observe(max(0.0, now - row.due))

    async def _rest(self, seconds: float) -> None:
        """Until there is news, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return
