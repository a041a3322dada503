"""How far the chat log was taken, kept on valkey-mq beside the streams that the lines go to."""

from collections.abc import Mapping
from typing import Any

from redis.asyncio import Redis

from botkit.stream.owner import LeaseLost
from botkit.valkey.clients import script
from botkit.valkey.lease import Lease

SEEN_MS = 16 * 60 * 1000
"""How long a log id is remembered: webhooks may be repeated for a quarter of an hour."""

STREAM_KEPT = 20_000
"""Most lines in one inbound stream; bots trim what is older than an hour, but a bot may not be there."""


class Cursor:
    """The cursor of one Iris, written only by the owner of its reply stream."""

    def __init__(self, client: Redis, lease: Lease, *, instance: str) -> None:
        self._client = client
        self._lease = lease
        self._key = f"bridge:cursor:{instance}"
        self._take = script(client, "take", of="iris_bridge")

    async def read(self) -> int | None:
        """The last row taken, None before the first start."""
        found: Any = await self._client.hget(self._key, "row")
        return int(found) if found is not None else None

    async def seed(self, row: int) -> None:
        """Begin behind `row`, wherever the cursor was."""
        await self._run([], row, "1", [])

    async def skip(self, row: int) -> None:
        """A row means nothing to any stream."""
        await self._run([], row, "0", [])

    async def take(
        self, row: int, *, mark: str, stream: str, fields: Mapping[str, str], kept: int = STREAM_KEPT
    ) -> str:
        """Write what a row means for `stream`, unless its `mark` is known; its entry id, blank when it is.

        Raises:
            LeaseLost: another process owns this Iris.
        """
        flat: list[str | int] = [SEEN_MS, kept, *(part for pair in fields.items() for part in pair)]
        answer = await self._run([f"bridge:seen:{mark}", stream], row, "0", flat)
        return "" if answer == b"duplicate" else answer.decode()

    async def _run(self, keys: list[str], row: int, back: str, flat: list[str | int]) -> bytes:
        args: list[str | int] = [self._lease.epoch, row, back, *flat]
        answer: bytes = await self._take([self._lease.key, self._key, *keys], args)
        if answer == b"fenced":
            raise LeaseLost
        return answer
