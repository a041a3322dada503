"""Ending tasks for certain.

`asyncio.wait_for` of Python 3.11 can swallow a cancellation that arrives together with its result (mended in
3.12), and redis-py sends through it. So a cancellation is repeated until it has worked.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

REPEAT_SECONDS = 0.05


async def cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel the tasks and wait until all have ended, even when cancelled meanwhile.

    What they raise is nobody's concern any more; whose it is looks before.
    """
    every = set(tasks)
    left = {task for task in every if not task.done()}
    interruption: asyncio.CancelledError | None = None
    while left:
        for task in left:
            task.cancel()
        try:
            _, left = await asyncio.wait(left, timeout=REPEAT_SECONDS)
        except asyncio.CancelledError as error:
            interruption = error
            left = {task for task in left if not task.done()}
    for task in every:
        if not task.cancelled():
            task.exception()
    if interruption:
        raise interruption
