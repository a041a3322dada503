"""Wait for something to become true, without guessing how long it takes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(probe: Callable[[], Awaitable[T]], *, seconds: float = 30.0, what: str = "") -> T:
    """The first truthy answer of `probe`; fails the test when there is none in time."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        found = await probe()
        if found:
            return found
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what or probe}")
        await asyncio.sleep(0.01)
