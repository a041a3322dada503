"""Answers that were read, kept in Valkey with their time: fresh for a while, then the last good ones."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import structlog
from pydantic import TypeAdapter

from botkit.valkey.clients import FAILED, Redis

log = structlog.get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """A value and when it was read, in seconds since the epoch."""

    value: T
    as_of: float
    stale: bool = False
    """Older than it should be, because nothing newer can be had."""


class Shelf:
    """Where answers stand. Without Valkey there are none, and each question is asked."""

    def __init__(self, cache: Redis) -> None:
        self._cache = cache

    async def find(self, name: str, shape: TypeAdapter[T]) -> Kept[T] | None:
        """What stands there, if it can be read."""
        try:
            found: Any = await self._cache.get(name)
            if found is None:
                return None
            as_of, _, body = found.partition(b"\n")
            return Kept(shape.validate_json(body), float(as_of))
        except (*FAILED, ValueError) as error:  # of another release, perhaps
            log.warning("shelf_unreadable", name=_kind(name), error=type(error).__name__)
            return None

    async def put(self, name: str, shape: TypeAdapter[T], kept: Kept[T], *, seconds: float) -> None:
        """Keep it for so long."""
        body = f"{kept.as_of}\n".encode() + shape.dump_json(kept.value)
        try:
            await self._cache.set(name, body, px=int(seconds * 1000))
        except FAILED as error:
            log.warning("shelf_unwritable", name=_kind(name), error=type(error).__name__)


def _kind(name: str) -> str:
    """The name without ids."""
    return ":".join(name.split(":")[:3])
