"""Upstream Iris when it pushes by webhook.

Iris posts each row once, eight at a time, unsigned. So a post is only a hint that there is something new, and
who is called what; the rows themselves are asked for. What is lost, doubled or swapped does no harm; what is
forged can only give somebody a false nickname, and IRIS_WEBHOOK_SECRET keeps that out.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from iris_bridge.events import BadEvent, Event, pushed
from iris_bridge.iris import Feed
from iris_bridge.upstream import Upstream

MOST_WAITING = 1000
"""Hints beyond so many are dropped; the rows come with the next one."""


class UpstreamWebhook(Upstream):
    """Iris posts new rows to our `POST /webhook`."""

    ordered = False

    def __init__(self, url: str, *, allow_public: bool = False) -> None:
        super().__init__(url, allow_public=allow_public)
        self._hints: asyncio.Queue[Event | BadEvent] = asyncio.Queue(MOST_WAITING)

    def push(self, raw: bytes) -> None:
        """Iris has posted something."""
        try:
            found: Event | BadEvent = pushed(raw)
        except BadEvent as error:
            found = error
        if not self._hints.full():
            self._hints.put_nowait(found)

    @asynccontextmanager
    async def feed(self) -> AsyncIterator[Feed]:
        """The hints, from now on."""
        while not self._hints.empty():
            self._hints.get_nowait()
        yield self

    async def next(self) -> Event | BadEvent:
        """The next hint."""
        return await self._hints.get()
