"""How far the chat log was taken, kept on valkey-mq beside the streams that the lines go to."""

import asyncio
from collections.abc import Mapping

import structlog
from redis.asyncio import Redis

from botkit.stream.owner import LeaseLost
from botkit.valkey.clients import script
from botkit.valkey.lease import Lease

SEEN_MS = 16 * 60 * 1000
"""How long a log id is remembered: webhooks may be repeated for a quarter of an hour."""

STREAM_KEPT = 20_000
"""Most lines in one inbound stream; bots trim what is older than an hour, but a bot may not be there."""


CONTESTED_SECONDS = 1.0
"""Two bridges that should be one shall at least not push each other out all the time."""

log = structlog.get_logger(__name__)


class Cursor:
    """The cursor of one Iris, written only by the owner of its reply stream."""

    def __init__(self, client: Redis, lease: Lease, *, instance: str) -> None:
        self._lease = lease
        self._key = f"bridge:cursor:{instance}"
        self._take = script(client, "take", of="iris_bridge")

    async def claim(self) -> int | None:
        """Shut out whoever wrote before; the last row taken, None before the first start.

        Raises:
            LeaseLost: as all others do, when another process owns this Iris.
        """
        _, row = await self._run([], "", "0", [])
        return int(row) if row else None

    async def seed(self, row: int) -> None:
        """Begin behind `row`, wherever the cursor was."""
        await self._run([], row, "1", [])

    async def skip(self, row: int) -> None:
        """A row means nothing to any stream."""
        await self._run([], row, "0", [])

    async def take(
        self, row: int, *, mark: str, stream: str, fields: Mapping[str, str], kept: int = STREAM_KEPT
    ) -> str:
        """Write what a row means for `stream`, unless its `mark` is known; its entry id, blank when it is."""
        flat: list[str | int] = [SEEN_MS, kept, *(part for pair in fields.items() for part in pair)]
        result, _ = await self._run([f"bridge:seen:{mark}", stream], row, "0", flat)
        return "" if result == b"duplicate" else result.decode()

    async def _run(
        self, keys: list[str], row: int | str, back: str, flat: list[str | int]
    ) -> tuple[bytes, bytes]:
        args: list[str | int] = [self._lease.epoch, row, back, *flat]
        result, at = await self._take([self._lease.key, self._key, *keys], args)
        if result == b"contested":
            log.error("iris_contested", cursor=self._key)
            await asyncio.sleep(CONTESTED_SECONDS)
        if result in (b"fenced", b"contested"):
            raise LeaseLost
        return result, at
