"""The one place that reads the clock, so that everything else can be given a time."""

import time
from collections.abc import Callable, Iterator

Clock = Callable[[], float]
"""Seconds since the epoch."""

wall: Clock = time.time


def entry_seconds(entry: str) -> float:
    """When a stream entry was written, in seconds since the epoch: the id's first half is milliseconds."""
    return int(entry.partition("-")[0]) / 1000


def pauses(first: float = 0.1, longest: float = 2.0) -> Iterator[float]:
    """How long to wait before each further attempt, in seconds: doubling, for ever."""
    pause = first
    while True:
        yield pause
        pause = min(pause * 2, longest)
