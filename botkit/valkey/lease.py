"""The ownership of a stream: one holder at a time, and an epoch that only grows."""

from redis.asyncio import Redis

from botkit.valkey.clients import script

SECONDS = 10.0
"""How long a lease lasts unless it is renewed."""


class Lease:
    """The lease of one stream, as one process sees it."""

    def __init__(self, client: Redis, *, stream: str, holder: str, seconds: float = SECONDS) -> None:
        self.key = f"{stream}:owner"
        self.epoch = ""
        self.last_id = ""
        """The last entry that was read from the stream; a lease that was wiped is written again with it."""
        self._script = script(client, "lease")
        self._holder = holder
        self._milliseconds = int(seconds * 1000)

    async def acquire(self, *, above: int = 0) -> bool:
        """Take the lease if it is free; learns the epoch and the last id that a former owner read.

        The new epoch is greater than `above`.
        """
        self.last_id = ""
        return await self._call("", self._milliseconds, above)

    async def renew(self) -> bool:
        """Prolong the lease; False when another process has taken it."""
        return await self._call(self.epoch, self._milliseconds)

    async def release(self) -> None:
        """Give the lease up, so that a standby takes over at once."""
        await self._call(self.epoch, 0)
        self.epoch = ""

    async def _call(self, epoch: str, milliseconds: int, above: int = 0) -> bool:
        args: list[str | int] = [self._holder, epoch, milliseconds, self.last_id, above]
        held, last = await self._script(keys=[self.key], args=args)
        if not held:
            return False
        self.epoch = held.decode()
        self.last_id = last.decode()
        return True
