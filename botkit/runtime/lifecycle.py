"""Signals, the stop event, the exit status.

The first SIGINT or SIGTERM asks for a drain, the second one ends at once. uvicorn and grpc are kept from
installing handlers of their own: uvicorn raises the signal again after its shutdown and would cut the drain.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable

import structlog
import uvloop

log = structlog.get_logger(__name__)


def run(main: Callable[[asyncio.Event], Awaitable[None]]) -> int:
    """Run `main(stop)` until it returns; the exit status is 0 after a drain and 1 after a failure."""

    async def supervised() -> int:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, _on_signal, number, stop)
        try:
            await main(stop)
        except Exception as error:
            log.critical("process_failed", exc_info=error)
            return 1
        return 0

    return uvloop.run(supervised())


def _on_signal(number: int, stop: asyncio.Event) -> None:
    if stop.is_set():
        os._exit(128 + number)
    log.info("shutdown_requested", signal=signal.Signals(number).name)
    stop.set()
