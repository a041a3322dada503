"""What is known of a message beyond this process: that it was posted, that it was seen, how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from botkit.stream.commit import DEAD_KEPT, Outcome
from botkit.stream.names import Names
from botkit.valkey.clients import script
from botkit.valkey.lease import Lease
from botkit.valkey.records import Fenced
from iris_bridge.replies import Message

KEPT_MS = 3_600_000
"""A mark outlives every reply that may still be sent."""

DAY_KEPT_MS = 2 * 86_400_000
DELIVERIES_KEPT = 5_000
KOREA_SECONDS = 9 * 3600


class Permit(Enum):
    """Whether a message may be posted."""

    GO = b"go"
    DONE = b"done"
    HELD = b"held"
    CAPPED = b"capped"
    FENCED = b"fenced"


@dataclass(frozen=True)
class Mark:
    """A message that some owner has begun to post. `after` is the row behind which it would appear."""

    seen: bool
    after: int = 0


class Marks:
    """The bridge's writing on valkey-mq, beside the reply stream."""

    def __init__(
        self, client: Redis, names: Names, lease: Lease, *, instance: str, delivery: str, cap: int
    ) -> None:
        """`delivery` is the stream that tells what became of replies; `cap` is per day, 0 for none."""
        self._client = client
        self._names = names
        self._lease = lease
        self._instance = instance
        self._delivery = delivery
        self._cap = cap
        self._begin = script(client, "begin", of="iris_bridge")
        self._settle = script(client, "settle", of="iris_bridge")

    @property
    def hold_key(self) -> str:
        """Set by an operator: nothing is posted while it is there."""
        return f"bridge:hold:{self._instance}"

    def day_key(self, now: float) -> str:
        """How many messages were posted on a Korean day."""
        return f"bridge:sent-on:{self._instance}:{int(now + KOREA_SECONDS) // 86_400}"

    def key(self, message: Message) -> str:
        """The mark of a message."""
        return f"bridge:sent:{self._instance}:{message.mark}"

    async def read(self, message: Message) -> Mark | None:
        """What an earlier owner has left, if any."""
        found: Any = await self._client.get(self.key(message))
        if found is None:
            return None
        return Mark(seen=True) if found == b"done" else Mark(seen=False, after=int(found))

    async def image(self, message: Message) -> bytes | None:
        """The picture that a message names, if it is still there."""
        try:
            found: Any = await self._client.get(message.image_key)
        except ResponseError:  # a key of another kind
            return None
        return bytes(found) if found else None

    async def begin(self, message: Message, *, after: int, now: float) -> Permit:
        """Ask whether a message may be posted, and mark it if so.

        Raises:
            Fenced: another process owns the stream.
        """
        keys = [self._lease.key, self.key(message), self.day_key(now), self.hold_key]
        args: list[str | int] = [self._lease.epoch, after, KEPT_MS, self._cap, DAY_KEPT_MS]
        permit = Permit(await self._begin(keys, args))
        if permit is Permit.FENCED:
            raise Fenced
        return permit

    async def settle(
        self,
        entry: str,
        told: Mapping[str, str],
        *,
        guarded: bool,
        seen: Message | None = None,
        dead: Mapping[bytes, bytes] | None = None,
    ) -> Outcome:
        """Tell what became of an entry and acknowledge it; `dead` keeps its fields for an operator."""
        keys = [self._names.stream, self._lease.key, self.key(seen) if seen else self._lease.key]
        args: list[str | bytes | int] = [self._names.group, self._lease.epoch, entry, "1" if guarded else "0"]
        args.append(KEPT_MS if seen else 0)
        additions: Sequence[tuple[str, int, list[str | bytes]]] = [
            (self._delivery, DELIVERIES_KEPT, [part for pair in told.items() for part in pair]),
            (self._names.dead, DEAD_KEPT, [part for pair in (dead or {}).items() for part in pair]),
        ]
        for stream, kept, flat in additions:
            if flat:
                keys.append(stream)
                args += [len(keys), kept, len(flat), *flat]
        return Outcome(await self._settle(keys, args))

    async def tell(self, told: Mapping[str, str]) -> None:
        """Write to the delivery stream what a message has come to so far."""
        fields: dict[Any, Any] = dict(told)
        await self._client.xadd(self._delivery, fields, maxlen=DELIVERIES_KEPT, approximate=True)

    # ---- the operator's hand -----------------------------------------------------------------------

    async def hold(self) -> None:
        """Post nothing until told otherwise."""
        await self._client.set(self.hold_key, "1")

    async def resume(self) -> None:
        """Post again."""
        await self._client.delete(self.hold_key)

    async def is_held(self) -> bool:
        """Whether an operator has stopped the sending."""
        return bool(await self._client.exists(self.hold_key))

    async def sent_on(self, now: float) -> int:
        """How many messages were posted today."""
        found: Any = await self._client.get(self.day_key(now))
        return int(found or 0)

    async def is_capped(self, now: float) -> bool:
        """Whether the day's messages are used up."""
        return 0 < self._cap <= await self.sent_on(now)
