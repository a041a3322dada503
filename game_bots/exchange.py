"""US dollars in won: asked from a public service, remembered for an hour, and honest about a fallback."""

import asyncio
import math
from dataclasses import dataclass

import aiohttp
import structlog

from botkit.runtime.clock import Clock, wall

log = structlog.get_logger(__name__)

ASK_SECONDS = 10.0
KEPT_SECONDS = 3600.0
RETRY_SECONDS = 60.0
"""How long a fallback stands before the service is asked again."""

FALLBACK_KRW = 1400.0


@dataclass(frozen=True, slots=True)
class Rate:
    """Won for a dollar; `known` is False when the service could not be asked."""

    krw: float
    known: bool


class Exchange:
    """The rate of the service at `url` (JSON with `rates.KRW`). Equal questions share one request."""

    def __init__(self, url: str, *, clock: Clock = wall) -> None:
        self._url = url
        self._clock = clock
        self._asking = asyncio.Lock()
        self._kept = Rate(FALLBACK_KRW, known=False)
        self._until = 0.0

    async def rate(self) -> Rate:
        """The rate; never fails."""
        async with self._asking:
            if self._clock() >= self._until:
                self._kept = await self._asked()
                self._until = self._clock() + (KEPT_SECONDS if self._kept.known else RETRY_SECONDS)
            return self._kept

    async def _asked(self) -> Rate:
        try:
            limit = aiohttp.ClientTimeout(total=ASK_SECONDS)
            async with (
                aiohttp.ClientSession(timeout=limit, raise_for_status=True) as session,
                session.get(self._url) as answer,
            ):
                krw = float((await answer.json(content_type=None))["rates"]["KRW"])
            if not (math.isfinite(krw) and krw > 0):
                raise ValueError("no rate")
        except (aiohttp.ClientError, TimeoutError, KeyError, TypeError, ValueError) as error:
            log.warning("exchange_rate_unknown", error=type(error).__name__)
            return Rate(FALLBACK_KRW, known=False)
        return Rate(krw, known=True)
