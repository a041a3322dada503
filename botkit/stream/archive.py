"""Finished games wait in a stream on valkey-cache until PostgreSQL has them; play never waits for it.

The stream itself is the queue: an entry is deleted once its row is committed. Writing is idempotent, so two
archivers, or one that died between the two steps, do no harm.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from redis.asyncio import Redis

from botkit.postgres.pool import AWAY, Unwritable
from botkit.runtime import metrics
from botkit.runtime.clock import pauses
from botkit.runtime.health import Degraded
from botkit.valkey.clients import FAILED

log = structlog.get_logger(__name__)

BATCH = 50
BLOCK_MS = 5000
DEAD_KEPT = 1000


class Archiver:
    """Moves a ledger stream into PostgreSQL."""

    def __init__(
        self,
        client: Redis,
        blocking: Redis,
        *,
        stream: str,
        prepare: Callable[[], Awaitable[None]],
        write: Callable[[bytes], Awaitable[None]],
    ) -> None:
        """`prepare` (migrations) runs until it has succeeded once; `write` stores one game.

        `write` raises Unwritable for a game that can never be stored; it goes to `<stream>:dead`.
        """
        self._client = client
        self._blocking = blocking
        self._stream = stream
        self._prepare = prepare
        self._write = write
        self._trouble = ""

    async def run(self) -> None:
        """Archive until cancelled. Whatever goes wrong, the games wait in their stream and play goes on."""
        prepared = False
        waits = pauses(1.0, 30.0)
        while True:
            try:
                if not prepared:
                    await self._prepare()
                    prepared = True
                for entry, fields in await self._waiting():
                    await self._archive(entry, fields)
                self._trouble = ""
                waits = pauses(1.0, 30.0)
            except (*AWAY, *FAILED) as error:
                log.warning("archive_delayed", stream=self._stream, error=type(error).__name__)
                await self._rest(error, next(waits))
            except Exception as error:
                log.exception("archive_failed", stream=self._stream)
                await self._rest(error, next(waits))

    async def check(self) -> None:
        """For the readiness check.

        Raises:
            Degraded: finished games cannot be written just now; says why.
        """
        if self._trouble:
            raise Degraded(self._trouble)

    async def _rest(self, error: Exception, seconds: float) -> None:
        self._trouble = f"{type(error).__name__}: {error}"[:200]
        await asyncio.sleep(seconds)

    async def _waiting(self) -> list[tuple[bytes, dict[bytes, bytes]]]:
        """The oldest games; waits a while for one when there is none."""
        async with asyncio.timeout(2 * BLOCK_MS / 1000):
            found: Any = await self._blocking.xread({self._stream: "0"}, count=BATCH, block=BLOCK_MS)
        return found[0][1] if found else []

    async def _archive(self, entry: bytes, fields: dict[bytes, bytes]) -> None:
        try:
            await self._write(fields.get(b"game", b""))
            metrics.games_archived.inc()
        except Unwritable as error:
            log.error("game_unwritable", entry=entry.decode(), error=str(error))
            kept: dict[Any, Any] = fields | {b"reason": str(error).encode()}
            await self._client.xadd(f"{self._stream}:dead", kept, maxlen=DEAD_KEPT)
        await self._client.xdel(self._stream, entry)
