"""One lane to one Iris: who may post next, and when.

Rooms wait in line for their turn, one message each, so they take turns by themselves. While Iris is away or
KakaoTalk shows nothing, whoever is first in line waits, and all others behind it.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from iris_bridge.iris import Link
from iris_bridge.pacing import Breaker, RoomPace

IN_FLIGHT = 8
"""Most messages, of as many rooms, that were posted and not seen yet."""

LOOK_SECONDS = 0.1
"""How often an obstacle is looked at again."""

JITTER = 0.2
"""Share of the gap that is added at random."""


class Lane:
    """The order of posts. Deadlines are times of the loop; past them TimeoutError is raised."""

    def __init__(
        self,
        link: Link,
        breaker: Breaker,
        rooms: RoomPace,
        *,
        gap: float,
        image_gap: float,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Gaps in seconds."""
        self._link = link
        self._breaker = breaker
        self._rooms = rooms
        self._gap = gap
        self._image_gap = image_gap
        self._chance = chance
        self._first = asyncio.Lock()
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._free_at = 0.0
        self.closed = False
        """Set when nothing more shall be posted."""

    @asynccontextmanager
    async def slot(self, room: str, deadline: float) -> AsyncIterator[None]:
        """A place among the messages in flight, from before the post until its end is known."""
        async with asyncio.timeout_at(deadline):
            await asyncio.sleep(self._rooms.wait(room, _now()))
            await self._slots.acquire()
        try:
            yield
        finally:
            self._slots.release()

    @asynccontextmanager
    async def turn(self, deadline: float) -> AsyncIterator[None]:
        """Be the one who may post."""
        async with asyncio.timeout_at(deadline):
            await self._first.acquire()
        try:
            async with asyncio.timeout_at(deadline):
                await self._clear()
            yield
        finally:
            self._first.release()

    def sent(self, room: str, *, picture: bool) -> None:
        """Something was posted: gaps begin."""
        now = _now()
        gap = max(2 * self._link.send_rate_ms / 1000, self._gap)
        gap = max(gap, self._image_gap) if picture else gap
        self._free_at = now + gap * (1 + JITTER * self._chance())
        self._rooms.sent(room, now)
        self._breaker.sent()

    async def _clear(self) -> None:
        """Until nothing stands in the way and the gap is over."""
        while True:
            left = self._wait()
            if left <= 0:
                return
            await asyncio.sleep(left)

    def _wait(self) -> float:
        now = _now()
        if self.closed or not self._link.up or self._breaker.wait(now) != 0:
            return LOOK_SECONDS
        return self._free_at - now


def _now() -> float:
    return asyncio.get_running_loop().time()
