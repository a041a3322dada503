"""Where usage goes that PostgreSQL would not take before the process had to end: a file of JSON lines.

The next process writes it first. A batch that PostgreSQL did take, although its answer was lost, is known
there by its id for a week.
"""

import asyncio
import fcntl
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

import structlog
from pydantic import TypeAdapter, ValidationError

from botkit.runtime.settings import is_writable
from llm_server.usage import metrics
from llm_server.usage.batches import Batch, together

log = structlog.get_logger(__name__)

_BATCH = TypeAdapter(Batch)


class FileSpill:
    """Each change replaces the file whole, under a lock of its directory. Without a path nothing is kept.

    No method raises: what goes wrong with the file is logged.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    async def keep(self, batches: Sequence[Batch]) -> None:
        """Add batches that are not there yet; what cannot be kept is logged and counted as lost."""
        path = self._path
        if path is None:
            drop(batches, "there is no file for it")
            return
        try:
            await asyncio.to_thread(_change, path, lambda kept: kept | {batch.id: batch for batch in batches})
        except OSError as error:
            drop(batches, f"{type(error).__name__}: {error}")
        else:
            log.warning("usage_spilled", path=str(path), batches=len(batches), **_numbers(batches))

    async def take(self) -> list[Batch]:
        """What an earlier process left; it stays there until it is forgotten."""
        path = self._path
        if path is None:
            return []
        try:
            return list((await asyncio.to_thread(_take, path)).values())
        except OSError as error:
            log.error("usage_spill_unusable", path=str(path), error=f"{type(error).__name__}: {error}")
            return []

    async def forget(self, ids: Collection[UUID]) -> None:
        """Remove batches that PostgreSQL has; the last takes the file along."""
        path = self._path
        if path is None:
            return
        try:
            await asyncio.to_thread(
                _change, path, lambda kept: {id_: kept[id_] for id_ in kept if id_ not in ids}
            )
        except OSError as error:
            log.error("usage_spill_unusable", path=str(path), error=f"{type(error).__name__}: {error}")


def drop(batches: Sequence[Batch], reason: str) -> None:
    """Say and count what is lost."""
    numbers = _numbers(batches)
    metrics.usage_dropped.inc(numbers["request_count"])
    log.error("usage_dropped", reason=reason, **numbers)


def _numbers(batches: Sequence[Batch]) -> dict[str, int]:
    return asdict(together(batch.total for batch in batches))


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Two processes may share the file while one takes over from the other."""
    directory.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _take(path: Path) -> dict[UUID, Batch]:
    with _locked(path.parent):
        if not is_writable(path.parent):
            raise PermissionError(f"{path.parent} cannot be written")
        return _read(path)


def _change(path: Path, change: Callable[[dict[UUID, Batch]], dict[UUID, Batch]]) -> None:
    with _locked(path.parent):
        kept = change(_read(path))
        if not kept:
            path.unlink(missing_ok=True)
            return
        fresh = path.with_name(f"{path.name}.new")
        with fresh.open("wb") as file:
            file.writelines(_BATCH.dump_json(batch) + b"\n" for batch in kept.values())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)


def _read(path: Path) -> dict[UUID, Batch]:
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return {}
    found: dict[UUID, Batch] = {}
    for number, line in enumerate(lines, 1):
        try:
            batch = _BATCH.validate_json(line)
        except ValidationError as error:
            log.error("usage_spill_line_skipped", path=str(path), line=number, problems=error.error_count())
        else:
            found[batch.id] = batch
    return found
