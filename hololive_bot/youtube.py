"""Figures of channels from YouTube's Data API, within a budget that is counted for all processes together.

One call asks for fifty channels and costs one of the 10,000 units of a day, which ends at midnight in
California.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import structlog

from botkit.runtime.clock import Clock
from botkit.valkey.clients import FAILED, Redis
from hololive_bot.repository.statistics import Figures
from hololive_bot.streams import MOST_COUNT

log = structlog.get_logger(__name__)

CALIFORNIA = ZoneInfo("America/Los_Angeles")
BUDGET = 8_000
PER_CALL, AT_ONCE = 50, 3
SECONDS = 15.0
COUNTED_SECONDS = 48 * 3600


class YouTubeFailed(Exception):
    """No figures; says why, without the key."""


class YouTube:
    """Reads channel statistics."""

    def __init__(
        self, http: aiohttp.ClientSession, cache: Redis, *, key: str, clock: Clock, base_url: str
    ) -> None:
        self._http = http
        self._cache = cache
        self._key = key
        self._clock = clock
        self._url = f"{base_url.rstrip('/')}/channels"
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def figures(self, channels: Sequence[str]) -> list[Figures]:
        """What the channels have now; one that hides its subscribers, or is gone, is left out.

        Raises:
            YouTubeFailed: the budget of the day is spent, or YouTube does not answer as it should.
        """
        batches = [channels[place : place + PER_CALL] for place in range(0, len(channels), PER_CALL)]
        found = await asyncio.gather(*map(self._batch, batches), return_exceptions=True)
        for one in found:
            if isinstance(one, BaseException):
                raise one
        return [figures for one in found if not isinstance(one, BaseException) for figures in one]

    async def _batch(self, channels: Sequence[str]) -> list[Figures]:
        async with self._slots:
            await self._spend()
            params = {"part": "statistics", "id": ",".join(channels), "maxResults": str(PER_CALL)}
            timeout = aiohttp.ClientTimeout(total=SECONDS)
            headers = {"X-Goog-Api-Key": self._key}
            try:
                async with self._http.get(
                    self._url, params=params, headers=headers, timeout=timeout
                ) as answer:
                    if answer.status != 200:
                        raise YouTubeFailed(f"status {answer.status}")
                    body: Any = await answer.json()
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                raise YouTubeFailed(type(error).__name__) from None
        now = self._clock()
        return [found for row in _rows(body) if (found := _figures(row, now))]

    async def _spend(self) -> None:
        """Count one unit.

        Raises:
            YouTubeFailed: the budget is spent, or it cannot be counted.
        """
        day = datetime.fromtimestamp(self._clock(), UTC).astimezone(CALIFORNIA).date()
        name = f"holo:yt:quota:{day}"
        try:
            await self._cache.set(name, 0, ex=COUNTED_SECONDS, nx=True)
            spent: int = await self._cache.incr(name)
        except FAILED as error:
            raise YouTubeFailed(f"quota not counted: {type(error).__name__}") from None
        if spent > BUDGET:
            raise YouTubeFailed("budget of the day is spent")


def _rows(body: Any) -> list[Any]:
    rows = body.get("items", []) if isinstance(body, dict) else None
    if not isinstance(rows, list):
        raise YouTubeFailed("no list of channels")
    return rows


def _figures(row: Any, now: float) -> Figures | None:
    try:
        said = row["statistics"]
        if said.get("hiddenSubscriberCount"):
            return None
        return Figures(
            str(row["id"]),
            now,
            _counted(said["subscriberCount"]),
            _count(said.get("videoCount")),
            _count(said.get("viewCount")),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        log.warning("youtube_row_broken")
        return None


def _count(text: Any) -> int | None:
    return None if text is None else _counted(text)


def _counted(text: Any) -> int:
    count = int(text)
    if not 0 <= count <= MOST_COUNT:
        raise ValueError("no count")
    return count
