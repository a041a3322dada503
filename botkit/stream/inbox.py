"""The inbound stream: wait, read, find what is pending, claim it. Every write is fenced by the lease."""

import asyncio
from collections.abc import Awaitable, Container
from dataclasses import dataclass, field
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from botkit.stream.names import Names
from botkit.valkey.clients import script
from botkit.valkey.lease import Lease
from botkit.valkey.records import Fenced

log = structlog.get_logger(__name__)

WAIT_MARGIN = 5.0
"""Seconds that valkey-mq may be late with the end of a blocking read."""

PENDING_PAGE = 500
KEPT_SECONDS = 3600
"""Inbound entries are trimmed after an hour."""

IDLE_CONSUMER_MS = 3_600_000
"""A consumer without pending entries is forgotten after an hour."""


class GroupLost(Exception):
    """The consumer group, or the whole stream, is gone."""


class Gap(Exception):
    """Entries were handed to this process in an answer that never arrived."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An entry handed to this process. `deliveries` counts how often it was, this time included."""

    entry: str
    fields: dict[bytes, bytes] = field(repr=False)
    deliveries: int = 1

    @property
    def recovered(self) -> bool:
        """Whether somebody had it before."""
        return self.deliveries > 1


class Inbox:
    """One inbound stream as its owner uses it."""

    def __init__(self, client: Redis, blocking: Redis, names: Names, lease: Lease) -> None:
        self._client = client
        self._blocking = blocking
        self._names = names
        self._lease = lease
        self._read_to = ""
        self._read = script(client, "read")
        self._claim = script(client, "claim")
        self._group = script(client, "group")
        self._tidy = script(client, "tidy")

    @property
    def stream(self) -> str:
        """Its name."""
        return self._names.stream

    async def wait(self, milliseconds: int) -> None:
        """Return when something was written after the last entry read, or after `milliseconds`."""
        last = self._read_to or "0"
        async with asyncio.timeout(milliseconds / 1000 + WAIT_MARGIN):
            await self._blocking.xread({self._names.stream: last}, count=1, block=max(1, milliseconds))

    async def read(self, count: int) -> list[Delivery]:
        """New entries, at most `count`.

        Raises:
            Fenced: another process owns the stream.
            GroupLost: the group has vanished.
            Gap: the answer to an earlier read was lost; recover before reading on.
        """
        args: list[Any] = [self._names.group, self._names.consumer, self._lease.epoch, count, self._read_to]
        last, found = await self._checked(self._read([*self._keys()], args))
        self._read_to = self._lease.last_id = last.decode()
        if found == b"gap":
            raise Gap
        return [Delivery(entry.decode(), _pairs(fields)) for entry, fields in found]

    async def pending(self, in_hand: Container[str]) -> list[tuple[str, int]]:
        """`(entry, deliveries so far)` of everything pending that is not in hand, in id order."""
        found: list[tuple[str, int]] = []
        start = "-"
        while True:
            try:
                page = await self._client.xpending_range(
                    self._names.stream, self._names.group, min=start, max="+", count=PENDING_PAGE
                )
            except ResponseError as error:
                if "NOGROUP" in str(error):
                    raise GroupLost from None
                raise
            for row in page:
                entry = _text(row["message_id"])
                if entry not in in_hand:
                    found.append((entry, int(row["times_delivered"])))
            if len(page) < PENDING_PAGE:
                return found
            start = f"({_text(page[-1]['message_id'])}"

    async def claim(self, pending: list[tuple[str, int]]) -> list[Delivery]:
        """Take over pending entries; those that were trimmed or acknowledged meanwhile are left out.

        Raises:
            Fenced: another process owns the stream.
            GroupLost: the group has vanished.
        """
        counts = dict(pending)
        claimed: list[Delivery] = []
        ids = list(counts)
        for at in range(0, len(ids), PENDING_PAGE):
            page = ids[at : at + PENDING_PAGE]
            args = [self._names.group, self._names.consumer, self._lease.epoch, *page]
            for entry, fields in await self._checked(self._claim([*self._keys()], args)):
                name = entry.decode()
                claimed.append(Delivery(name, _pairs(fields), counts[name] + 1))
        return claimed

    async def ensure_group(self) -> None:
        """Make the group where it is missing: at `0` the first time, else after the last id ever read.

        Raises:
            Fenced: another process owns the stream.
        """
        self._read_to = ""
        args = [self._names.group, self._lease.epoch, self._lease.last_id]
        start = await self._checked(self._group([*self._keys()], args))
        if start != b"exists":
            log.warning(
                "group_created", stream=self._names.stream, group=self._names.group, start=start.decode()
            )

    async def tidy(self, now: float) -> None:
        """Trim entries older than an hour and forget consumers of processes long gone.

        Raises:
            Fenced: another process owns the stream.
            GroupLost: the group has vanished.
        """
        oldest = max(0, int((now - KEPT_SECONDS) * 1000))
        args: list[str | int] = [self._names.group, self._names.consumer, self._lease.epoch]
        args += [oldest, IDLE_CONSUMER_MS]
        await self._checked(self._tidy([*self._keys()], args))

    def _keys(self) -> tuple[str, str]:
        return self._names.stream, self._lease.key

    @staticmethod
    async def _checked(call: Awaitable[Any]) -> Any:
        answer = await call
        if answer == b"fenced":
            raise Fenced
        if answer == b"nogroup":
            raise GroupLost
        return answer


def _text(raw: Any) -> str:
    return raw.decode() if isinstance(raw, bytes) else str(raw)


def _pairs(flat: list[bytes]) -> dict[bytes, bytes]:
    return dict(zip(flat[::2], flat[1::2], strict=True))
