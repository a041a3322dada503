"""From the reply stream into the rooms: in order, paced, posted once, and done only when seen there.

A message waits for its turn, is marked, posted, and looked for among our own rows. What follows when it is
not seen, `pacing.after_silence` decides; what can never be shown becomes a dead letter. Until then a message
stays un-acknowledged, and its mark tells the next owner that it may already stand in its room.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog

from botkit.runtime import tracing
from botkit.runtime.clock import Clock, entry_seconds, wall
from botkit.runtime.tasks import cancel
from botkit.stream.consumer import Consumer, Hand
from botkit.stream.inbox import Delivery
from botkit.stream.owner import Owner
from botkit.valkey.records import Fenced
from iris_bridge import metrics
from iris_bridge.ending import Ending
from iris_bridge.lane import LOOK_SECONDS, Lane
from iris_bridge.marks import Marks
from iris_bridge.pacing import Breaker
from iris_bridge.post import Post
from iris_bridge.replies import BadReply, Message, message

log = structlog.get_logger(__name__)


@dataclass(eq=False)
class Item:
    """An entry on its way."""

    delivery: Delivery
    message: Message
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Outbound:
    """The desk that the reply stream's entries are handed to: one queue and one task a room."""

    def __init__(
        self,
        post: Post,
        marks: Marks,
        lane: Lane,
        breaker: Breaker,
        *,
        consumer: Consumer,
        owner: Owner,
        hand: Hand,
        warning: str,
        clock: Clock = wall,
    ) -> None:
        """`warning` is put before errors."""
        self._post = post
        self._marks = marks
        self._lane = lane
        self._breaker = breaker
        self._consumer = consumer
        self._owner = owner
        self._hand = hand
        self._warning = warning
        self._clock = clock
        self._rooms: dict[str, deque[Item]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    def deliver(self, delivery: Delivery) -> asyncio.Event:
        """Queue an entry behind those of its room; the event is set when it is settled."""
        try:
            found = message(delivery.entry, delivery.fields, warning=self._warning)
        except BadReply as error:
            item = Item(delivery, Message(delivery.entry, "", "", "final", fields=delivery.fields))
            quiet = str(error) == "empty"  # an empty final ends an answer and shows nothing
            self._start(self._settle(item, Ending("empty") if quiet else Ending("failed", str(error))))
            return item.done
        item = Item(delivery, found)
        metrics.lane_depth.inc()
        queue = self._rooms.setdefault(found.chat, deque())
        queue.append(item)
        if len(queue) == 1:
            self._start(self._work_off(found.chat, queue))
        return item.done

    async def drain(self, seconds: float) -> None:
        """Post nothing more, and see what is on its way through."""
        self._lane.closed = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    if not self._post.in_flight:
                        return
                    await asyncio.sleep(LOOK_SECONDS)

    async def abandon(self) -> None:
        """Stop everything; what is not settled stays pending for the next owner."""
        await cancel(list(self._tasks))
        metrics.lane_depth.dec(sum(map(len, self._rooms.values())))
        self._rooms.clear()
        self._hand.clear()
        self._post.in_flight.clear()
        self._breaker.close()
        self._lane.closed = False
        metrics.breaker_open.set(0)

    async def _work_off(self, room: str, queue: deque[Item]) -> None:
        while queue:
            item = queue[0]
            with (
                tracing.span("Iris.Reply"),
                structlog.contextvars.bound_contextvars(entry=item.delivery.entry),
            ):
                ending = await self._post.send(item.message, deliveries=item.delivery.deliveries)
                await self._settle(item, ending)
            queue.popleft()
            metrics.lane_depth.dec()
        self._rooms.pop(room, None)

    async def _settle(self, item: Item, ending: Ending) -> None:
        """Tell, mark and acknowledge, however long valkey-mq is away."""
        said, delivery = item.message, item.delivery
        told = ending.told(said, now=self._clock())
        dead = None
        if ending.reason:
            dead = delivery.fields | ending.why(deliveries=delivery.deliveries)
            log.warning(
                "reply_dead", entry=delivery.entry, reason=ending.reason
            )  # an error may quote the text
        await self._consumer.see_through(
            delivery.entry,
            lambda guarded: self._marks.settle(
                delivery.entry, told, guarded=guarded, seen=said if ending.seen else None, dead=dead
            ),
        )
        metrics.outbound.labels(said.type, ending.reason or ending.state).inc()
        age = self._clock() - entry_seconds(delivery.entry)
        log.info("reply_settled", entry=delivery.entry, state=ending.state, age=round(age, 3))
        self._post.in_flight.discard(delivery.entry)
        item.done.set()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._fenced(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _fenced(self, work: Coroutine[Any, Any, None]) -> None:
        """What cannot be settled here is left to the next owner, which may be this process again."""
        try:
            await work
        except Fenced:
            log.warning("replies_left_to_owner")
            self._owner.refused()
        except Exception:  # a bug: the reply stays pending for the next owner
            log.exception("reply_stuck")
            self._owner.refused()
