"""From the command line to a running program: settings, logs, traces, loop. The same for all of them."""

import asyncio
import gc
import os
from collections.abc import Awaitable
from importlib.metadata import version
from typing import Protocol, TypeVar

import structlog

from botkit.runtime import lifecycle, logging, tracing
from botkit.runtime.settings import Settings, load, misplaced

log = structlog.get_logger(__name__)

T_contra = TypeVar("T_contra", bound=Settings, contravariant=True)


class Main(Protocol[T_contra]):
    """A program's `run`."""

    def __call__(self, settings: T_contra, stop: asyncio.Event, *, version: str) -> Awaitable[None]:
        """Run until `stop` is set."""
        ...


def start(cls: type[T_contra], run: Main[T_contra], *, name: str, log_file: str) -> int:
    """Read the settings, begin to log, and run; returns the exit status."""
    settings = load(cls)
    release = os.environ.get("VERSION") or version("llm-workspace")
    logging.configure(settings, service=name, file_name=log_file)
    tracing.configure(settings, service=name, version=release)
    for wrong, right in misplaced(cls).items():
        log.error("unprefixed_variable_ignored", name=wrong, use=right)
    log.info("process_started", version=release, pid=os.getpid(), settings=settings.shown())
    gc.freeze()  # what the imports made stays; the collector need not walk it again
    try:
        return lifecycle.run(lambda stop: run(settings, stop, version=release))
    finally:
        tracing.flush()
