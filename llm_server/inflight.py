"""The calls that run right now, through either door, so that a stopping process can finish them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from llm_server.errors import ShuttingDown


class InFlight:
    """Counts running calls."""

    def __init__(self) -> None:
        self._count = 0
        self._closed = False
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around each call.

        Raises:
            ShuttingDown: the drain has begun.
        """
        if self._closed:
            raise ShuttingDown("the server is shutting down")
        self._count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._count -= 1
            if self._count == 0:
                self._idle.set()

    async def drain(self, seconds: float) -> int:
        """Take no new calls and wait for the running ones; returns how many are left after `seconds`."""
        self._closed = True
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return self._count
        return 0
