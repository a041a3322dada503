"""A versioned record that remembers which entries were applied to it, and with which replies.

One key holds a room's whole state. It is written by compare-and-set on its version, and only by an owner
whose epoch is not lower than the last one seen. So an entry is applied once, whoever is killed when.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import structlog
from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis

from botkit.valkey.clients import script

log = structlog.get_logger(__name__)

S = TypeVar("S")

APPLIED_KEPT = 64
"""How many applied entries a record remembers."""


class Fenced(Exception):
    """Another owner has come: this process must stop. `epoch` is the later one, when a record told it."""

    def __init__(self, epoch: int = 0) -> None:
        super().__init__()
        self.epoch = epoch


class Unreadable(Exception):
    """A record does not fit the state's type. The text tells nothing of its content."""


class Conflict(Exception):
    """The record has moved on since it was loaded."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a record was when it was loaded. `replies` is set when the entry at hand had been applied."""

    version: str
    replies: bytes | None = None


@dataclass(frozen=True, slots=True)
class Listed(Generic[S]):
    """One record in a list."""

    name: str
    state: S


class Records(Generic[S]):
    """The states under one key prefix; a name without a record has the `initial` state."""

    def __init__(
        self, client: Redis, *, prefix: str, state: type[S], initial: S, seconds: float, ledger: str = ""
    ) -> None:
        """`seconds` is the time to live, renewed by each save; `ledger` names the stream to append to."""
        self._client = client
        self._prefix = prefix
        self._codec = TypeAdapter(state)
        self._initial = initial
        self._milliseconds = int(seconds * 1000)
        self._ledger = ledger
        self._load = script(client, "load")
        self._save = script(client, "save")

    def key(self, name: str) -> str:
        """Where the record `name` stands."""
        return f"{self._prefix}{name}"

    async def peek(self, name: str) -> S:
        """The state, without touching the record."""
        return (await self.look(name))[1]

    async def look(self, name: str, *, entry: str = "") -> tuple[Stored, S]:
        """The record (for `entry`) and the state in it, without touching it: for who saves without owning."""
        found: Any = await self._client.hmget(self.key(name), "version", "data", f"@{entry}")
        version, data, replies = found
        return Stored((version or b"").decode(), replies or None), self._decoded(data or b"")

    async def all(self) -> AsyncIterator[Listed[S]]:
        """Every record, in no order; one that cannot be read is passed over with a warning."""
        async for key in self._client.scan_iter(match=f"{_literal(self._prefix)}*", count=500):
            name = key.decode().removeprefix(self._prefix)
            try:
                yield Listed(name, await self.peek(name))
            except Unreadable as error:
                log.warning("record_unreadable", error=str(error))

    async def load(self, name: str, *, entry: str, epoch: str) -> tuple[Stored, S]:
        """The record for `entry` and the state in it; earlier owners are shut out from here on.

        Raises:
            Fenced: a later owner has been here.
            Unreadable: it does not fit the state's type.
        """
        args: list[str | int] = [epoch, entry, self._milliseconds]
        found = await self._load(keys=[self.key(name)], args=args)
        if isinstance(found, int):
            raise Fenced(found)
        version, data, replies = found
        return Stored(version.decode(), replies or None), self._decoded(data)

    async def save(
        self,
        name: str,
        stored: Stored,
        state: S,
        *,
        entry: str = "",
        replies: bytes = b"",
        epoch: str = "",
        finished: bytes | None = None,
    ) -> None:
        """Write `state` over what was loaded as `stored`; append `finished` to the ledger stream with it.

        Who is no owner writes without `epoch`; the stored one stays.

        Raises:
            Conflict: the record has moved on; load it again.
            Fenced: a later owner has been here.
        """
        keys = [self.key(name)]
        data = self._codec.dump_json(state)
        args: list[str | bytes | int] = [stored.version, epoch, data, self._milliseconds]
        args += [entry, replies, APPLIED_KEPT]
        if finished is not None:
            keys.append(self._ledger)
            args += ["game", finished]
        answer = await self._save(keys=keys, args=args)
        if isinstance(answer, int):
            raise Fenced(answer)
        if answer == b"conflict":
            raise Conflict

    def _decoded(self, data: bytes) -> S:
        try:
            return self._codec.validate_json(data) if data else self._initial
        except ValidationError as error:
            raise Unreadable(f"{error.error_count()} fields cannot be read") from None


def _literal(text: str) -> str:
    """A text as a pattern of SCAN that means nothing but itself."""
    return re.sub(r"([*?\[\]\\^-])", r"\\\1", text)
