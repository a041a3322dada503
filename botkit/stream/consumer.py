"""The life of an inbound stream in one process: stand by, own it, recover, read, hand out, drain.

Recovery comes before new lines: everything pending that is not in hand here is claimed, in id order, on
taking the lease, every five seconds after, and after each broken connection (its answer may have been lost).
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

import structlog

from botkit.runtime import metrics
from botkit.runtime.clock import Clock, pauses, wall
from botkit.runtime.health import Health
from botkit.runtime.tasks import cancel
from botkit.stream.commit import Outcome
from botkit.stream.dead_letters import SUSPECT_DELIVERIES
from botkit.stream.inbox import Delivery, Gap, GroupLost, Inbox
from botkit.stream.owner import LeaseLost, Owner
from botkit.valkey.clients import FAILED
from botkit.valkey.records import Fenced

log = structlog.get_logger(__name__)

RECOVER_SECONDS = 5.0
TIDY_SECONDS = 300.0
MOST_IN_HAND = 1000
"""Above so many unfinished lines the process stops reading new ones."""

Work = Callable[[], Coroutine[Any, Any, None]]


class Hand:
    """The lines read and not yet finished: nothing is handed to this process twice.

    When the group vanishes its list of pending entries goes with it. The lines in hand at that moment are
    *orphans*: they can no longer be looked up as pending and are published from memory.
    """

    def __init__(self) -> None:
        self._orphan: dict[str, bool] = {}
        self.generation = 0

    def __contains__(self, entry: object) -> bool:
        return entry in self._orphan

    def __len__(self) -> int:
        return len(self._orphan)

    def take(self, entry: str, *, orphan: bool = False) -> None:
        """A line begins."""
        metrics.lines_in_hand.inc(entry not in self._orphan)
        self._orphan[entry] = orphan

    def drop(self, entry: str) -> None:
        """A line has ended."""
        metrics.lines_in_hand.dec(entry in self._orphan)
        self._orphan.pop(entry, None)

    def clear(self) -> None:
        """All lines are left to the next owner."""
        metrics.lines_in_hand.dec(len(self._orphan))
        self._orphan.clear()

    def is_orphan(self, entry: str) -> bool:
        """Whether the group was lost while this line was in hand."""
        return self._orphan.get(entry, False)

    def orphan_all(self) -> None:
        """The group is gone."""
        self._orphan = dict.fromkeys(self._orphan, True)
        self.generation += 1


class Desk(Protocol):
    """Who handles the lines."""

    def deliver(self, delivery: Delivery) -> asyncio.Event:
        """Begin with a line, at once; the event is set when it is finished."""
        ...

    async def drain(self, seconds: float) -> None:
        """Start no further line and let the running ones end."""
        ...

    async def abandon(self) -> None:
        """Stop everything; what is unfinished stays pending."""
        ...


class Consumer:
    """Reads one inbound stream for a desk, as long as it owns it."""

    def __init__(
        self,
        inbox: Inbox,
        owner: Owner,
        hand: Hand,
        *,
        health: Health,
        batch: int = 50,
        clock: Clock = wall,
    ) -> None:
        self._inbox = inbox
        self._owner = owner
        self._hand = hand
        self._health = health
        self._batch = batch
        self._clock = clock
        self._restoring = asyncio.Lock()

    async def run(
        self, desk: Desk, stop: asyncio.Event, *, drain_seconds: float, beside: Work | None = None
    ) -> None:
        """Own the stream whenever possible until `stop` is set, then drain and give the lease up.

        `beside` runs as long as the stream is owned, the drain included; it may raise LeaseLost.
        """
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                if await _first(self._owner.acquire(self._beat), stopping):
                    await self._own(desk, stopping, drain_seconds, beside or _nothing)
        finally:
            await cancel({stopping})

    async def restore_group(self, generation: int) -> None:
        """Make a vanished group again; lines in hand become orphans. Once per loss, whoever notices it."""
        async with self._restoring:
            if generation == self._hand.generation:
                self._hand.orphan_all()
                await self._inbox.ensure_group()

    async def see_through(self, entry: str, commit: Callable[[bool], Awaitable[Outcome]]) -> Outcome:
        """Commit the end of a line until it is known to stand, however long valkey-mq is away.

        `commit` is given whether the line must still be pending.

        Raises:
            Fenced: another process owns the stream.
        """
        for pause in pauses():
            generation = self._hand.generation
            guarded = not self._hand.is_orphan(entry)
            try:
                outcome = await commit(guarded)
                if outcome is Outcome.FENCED:
                    raise Fenced
                if outcome is Outcome.GROUP_LOST:
                    await self.restore_group(generation)
                elif outcome is not Outcome.DONE or not guarded or generation == self._hand.generation:
                    break  # else the group was made anew meanwhile and does not know the line
            except FAILED as error:
                log.warning("commit_failed", entry=entry, error=type(error).__name__)
                await asyncio.sleep(pause)
        self._hand.drop(entry)
        return outcome

    async def _own(
        self, desk: Desk, stopping: asyncio.Task[bool], drain_seconds: float, beside: Work
    ) -> None:
        keeping = asyncio.create_task(self._owner.keep())
        reading = asyncio.create_task(self._read_on(desk))
        besides = asyncio.create_task(beside())
        try:
            await asyncio.wait({keeping, reading, besides, stopping}, return_when=asyncio.FIRST_COMPLETED)
            await cancel({reading})
            for task in (reading, keeping, besides):
                if task.done() and not task.cancelled():
                    task.result()
            draining = asyncio.create_task(desk.drain(drain_seconds))
            await asyncio.wait({keeping, draining}, return_when=asyncio.FIRST_COMPLETED)
            await cancel({draining})
        except LeaseLost:
            log.warning("ownership_lost")
        finally:
            await cancel({keeping, reading, besides})
            await desk.abandon()
            await self._owner.release()
            log.info("ownership_ended")

    async def _read_on(self, desk: Desk) -> None:
        waits = pauses()
        recover_at = tidy_at = 0.0
        lost: int | None = None
        loop = asyncio.get_running_loop()
        while True:
            self._beat()
            generation = self._hand.generation
            try:
                if lost is not None:
                    await self.restore_group(lost)
                    lost = None
                if loop.time() >= recover_at:
                    await self._recover(desk)
                    recover_at = loop.time() + RECOVER_SECONDS
                if loop.time() >= tidy_at:
                    await self._inbox.tidy(self._clock())
                    tidy_at = loop.time() + TIDY_SECONDS
                await self._read_some(desk, until=recover_at)
                waits = pauses()
            except Fenced:
                raise LeaseLost from None
            except Gap:
                recover_at = 0.0
            except GroupLost:
                lost = generation
            except FAILED as error:
                log.warning("stream_read_failed", error=type(error).__name__)
                recover_at = 0.0
                await asyncio.sleep(next(waits))

    async def _read_some(self, desk: Desk, *, until: float) -> None:
        """Hand out new lines until nothing is left, then wait for more."""
        loop = asyncio.get_running_loop()
        if len(self._hand) >= MOST_IN_HAND:
            await asyncio.sleep(0.05)
            return
        generation = self._hand.generation
        deliveries = await self._inbox.read(self._batch)
        metrics.lines_read.labels("new").inc(len(deliveries))
        for delivery in deliveries:
            if delivery.entry not in self._hand:
                self._hand_out(desk, delivery, generation)
        if not deliveries:
            await self._inbox.wait(int((until - loop.time()) * 1000))

    async def _recover(self, desk: Desk) -> None:
        """Take over what is pending and not in hand, in id order.

        Up to the last line that saw owners die, each is claimed and run alone: only the line that kills its
        owner is counted up by that death.
        """
        pending = await self._inbox.pending(self._hand)
        suspects = (n for n, (_, before) in enumerate(pending, 1) if before + 1 >= SUSPECT_DELIVERIES)
        alone = max(suspects, default=0)
        for line in pending[:alone]:
            for done in await self._take_over(desk, [line]):
                await self._finished(done)
        await self._take_over(desk, pending[alone:])

    async def _take_over(self, desk: Desk, pending: list[tuple[str, int]]) -> list[asyncio.Event]:
        if not pending:
            return []
        generation = self._hand.generation
        claimed = await self._inbox.claim(pending)
        log.info("lines_recovered", count=len(claimed))
        metrics.lines_read.labels("recovered").inc(len(claimed))
        return [self._hand_out(desk, delivery, generation) for delivery in claimed]

    def _hand_out(self, desk: Desk, delivery: Delivery, generation: int) -> asyncio.Event:
        """`generation` is what the hand's was before the line was asked for."""
        self._hand.take(delivery.entry, orphan=generation != self._hand.generation)
        return desk.deliver(delivery)

    async def _finished(self, done: asyncio.Event) -> None:
        waiting = asyncio.create_task(done.wait())
        try:
            while not waiting.done():
                self._beat()
                await asyncio.wait({waiting}, timeout=RECOVER_SECONDS)
        finally:
            await cancel({waiting})

    def _beat(self) -> None:
        self._health.beat(f"consumer {self._inbox.stream}")


async def _nothing() -> None:
    await asyncio.Event().wait()


async def _first(work: Coroutine[Any, Any, None], stopping: asyncio.Task[bool]) -> bool:
    """Whether `work` finished before the stop came; it is cancelled otherwise."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
            return True
        return False
    finally:
        await cancel({task})
