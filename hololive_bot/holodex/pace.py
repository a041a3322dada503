"""Our own speed limit, shared by all replicas through Valkey; without Valkey each process keeps it alone."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from botkit.valkey.clients import FAILED, Redis, script

log = structlog.get_logger(__name__)

GAP_SECONDS = 0.1
"""Ten requests a second, no bursts."""

SLOW_GAP_SECONDS = 1.0
"""While less than a tenth of a key's quota is left."""

KEY = "holo:hx:pace"


class Pace:
    """Who may send the next request, and when."""

    def __init__(
        self,
        cache: Redis,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        gap: float = GAP_SECONDS,
    ) -> None:
        self._script = script(cache, "pace")
        self._sleep = sleep
        self._gap = gap
        self._alone = asyncio.Lock()
        self.slow = False

    async def wait(self) -> None:
        """Until this request may be sent."""
        gap = SLOW_GAP_SECONDS if self.slow else self._gap
        try:
            milliseconds = await self._script(keys=[KEY], args=[int(gap * 1000)])
        except FAILED as error:
            log.warning("holodex_pace_not_shared", error=type(error).__name__)
            async with self._alone:
                await self._sleep(gap)
            return
        if milliseconds:
            await self._sleep(milliseconds / 1000)
