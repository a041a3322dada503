"""Round numbers of subscribers: which were passed, which are near. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

K, M = 1_000, 1_000_000

FIRST = (100 * K, 250 * K, 500 * K, 750 * K, 1 * M, 1500 * K, 2 * M, 2500 * K, 3 * M, 4 * M, 5 * M)
"""From five million on, every million counts."""

WATCHED_FROM, NEAR_FROM = 0.95, 0.99
"""Shares of the next value: from the first a channel is read hourly, from the second the rooms are told."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a new reading of a channel means. `reached` are values passed since the reading before."""

    reached: tuple[int, ...]
    near: int | None


def values() -> Iterator[int]:
    """Every value, in order; they never end."""
    yield from FIRST
    value = FIRST[-1]
    while True:
        value += M
        yield value


def following(count: int) -> int:
    """The next value that has not been reached."""
    return next(value for value in values() if value > count)


def progress(count: int) -> float:
    """How far the next value is reached, 0 to 1."""
    return count / following(count)


def change(before: int | None, count: int) -> Change:
    """What the reading `count` means; the first reading of a channel announces nothing of the past."""
    if before is None:
        return Change((), None)
    reached = takewhile(lambda value: value <= count, values())
    near = following(count)
    return Change(
        tuple(value for value in reached if value > before), near if count >= near * NEAR_FROM else None
    )
