"""Which API key is used next. Holds stand in Valkey, so that every replica knows of them.

When Valkey is away each process knows its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from botkit.runtime.clock import Clock
from botkit.valkey.clients import FAILED, Redis
from hololive_bot import metrics
from hololive_bot.holodex.errors import KeysRefused, NoKey, RateLimited

log = structlog.get_logger(__name__)

REFUSED_SECONDS = 3600.0
"""How long a key that was refused (403) is left out."""

QUOTA, REFUSED = "quota", "refused"


@dataclass(frozen=True, slots=True)
class Key:
    """One key and its number, which names it in logs and metrics."""

    number: int
    secret: str


@dataclass(frozen=True, slots=True)
class _Hold:
    until: float
    reason: str


class Keys:
    """The keys, used in turn."""

    def __init__(self, secrets: Sequence[str], cache: Redis, *, clock: Clock) -> None:
        self._keys = [Key(number, secret) for number, secret in enumerate(secrets, 1)]
        self._cache = cache
        self._clock = clock
        self._next = 0
        self._own: dict[int, _Hold] = {}

    def __len__(self) -> int:
        return len(self._keys)

    async def pick(self) -> Key:
        """The next key that may be used.

        Raises:
            NoKey, KeysRefused, RateLimited: there is none.
        """
        if not self._keys:
            raise NoKey
        now = self._clock()
        holds = {number: hold for number, hold in (await self._holds()).items() if hold.until > now}
        for step in range(len(self._keys)):
            at = (self._next + step) % len(self._keys)
            if self._keys[at].number not in holds:
                self._next = at + 1
                return self._keys[at]
        waits = [hold.until - now for hold in holds.values() if hold.reason == QUOTA]
        if not waits:
            raise KeysRefused
        raise RateLimited(min(waits))

    async def hold(self, key: Key, seconds: float, reason: str) -> None:
        """Do not use the key for that long."""
        hold = _Hold(self._clock() + seconds, reason)
        self._own[key.number] = hold
        metrics.holodex_holds.labels(reason).inc()
        level = log.error if reason == REFUSED else log.warning
        level("holodex_key_held", key=key.number, reason=reason, seconds=round(seconds))
        try:
            await self._cache.set(_name(key.number), f"{hold.until} {reason}", px=max(1, int(seconds * 1000)))
        except FAILED as error:
            log.warning("holodex_hold_not_shared", error=type(error).__name__)

    async def _holds(self) -> dict[int, _Hold]:
        """Those of all replicas; the later end counts."""
        holds = dict(self._own)
        try:
            found: list[Any] = await self._cache.mget([_name(key.number) for key in self._keys])
        except FAILED as error:
            log.warning("holodex_holds_unknown", error=type(error).__name__)
            return holds
        for key, value in zip(self._keys, found, strict=True):
            if value:
                until, _, reason = value.decode().partition(" ")
                hold = _Hold(float(until), reason)
                holds[key.number] = max(holds.get(key.number, hold), hold, key=lambda each: each.until)
        return holds


def _name(number: int) -> str:
    return f"holo:hx:key:{number}:hold"
