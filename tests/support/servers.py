"""Embedded servers for a test session: each xdist worker has its own."""

import asyncio
import atexit
import itertools
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from playground.settings import is_free

T = TypeVar("T")


_PORTS = itertools.count(10_000 + os.getpid() * 101 % 18_000)


def free_port() -> int:
    """A TCP port nobody listens on: each process counts from a place of its own, below the ephemeral ports.

    A port that the system gives away may be given to somebody else before the server under test has bound it.
    """
    return next(port for port in _PORTS if is_free(port))


def socket_directory() -> Path:
    """A directory with a path short enough for Unix sockets; it goes with this process."""
    made = Path(tempfile.mkdtemp(prefix="llmt-"))
    made.chmod(0o755)
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


class Background:
    """An event loop in a thread, for servers that live longer than one test's loop."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Callable[[], Coroutine[Any, Any, T]], seconds: float = 90.0) -> T:
        """Run a coroutine there and wait for it."""
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(seconds)

    def close(self) -> None:
        """Stop the loop."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


Client = Any
"""A Valkey client in a test: the unions that redis-py declares as results fit no caller."""
