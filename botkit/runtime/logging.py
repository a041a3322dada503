"""JSON lines to stdout and to one rotating file per process.

Events are `noun_past_participle` with key-values. Chat text, secrets and solutions never appear above debug.
The file is written by a thread of its own: a slow disk must not stop the loop.
"""

import atexit
import gzip
import logging
import logging.handlers
import queue
import shutil
import sys
import time
from pathlib import Path

import structlog
from structlog.typing import Processor

from botkit.runtime.settings import Settings, is_writable

LEVELS = {"debug": 10, "info": 20, "warn": 30, "warning": 30, "error": 40}
DAY = 86_400


class RotatingFile(logging.handlers.RotatingFileHandler):
    """Rotates by size, compresses what it rotated, and drops what is older than the limit."""

    def __init__(
        self, path: Path, *, max_bytes: int, backups: int, max_age_days: int, compress: bool
    ) -> None:
        super().__init__(path, maxBytes=max_bytes, backupCount=backups, encoding="utf-8", delay=True)
        self._max_age = max_age_days * DAY
        if compress:
            self.namer = lambda name: name + ".gz"
            self.rotator = _gzip

    def doRollover(self) -> None:  # noqa: N802 - the name is logging's
        """Rotate, then remove backups past their age."""
        super().doRollover()
        path = Path(self.baseFilename)
        oldest = time.time() - self._max_age
        for backup in path.parent.glob(f"{path.name}.*"):
            if backup.stat().st_mtime < oldest:
                backup.unlink(missing_ok=True)


def _gzip(source: str, target: str) -> None:
    with Path(source).open("rb") as plain, gzip.open(target, "wb") as packed:
        shutil.copyfileobj(plain, packed)
    Path(source).unlink()


def configure(settings: Settings, *, service: str, file_name: str) -> None:
    """Send structlog and the standard library's records to stdout and to `LOG_DIR`/`file_name`.

    A directory that cannot be written means stdout only, with a warning.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _with_service(service),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stdout)]
    directory = Path(settings.log_dir) if settings.log_dir else None
    writable = directory is not None and is_writable(directory)
    if directory is not None and writable:
        handlers.append(
            RotatingFile(
                directory / file_name,
                max_bytes=settings.log_file_max_size_mb * 1024 * 1024,
                backups=settings.log_file_max_backups,
                max_age_days=settings.log_file_max_age_days,
                compress=settings.log_file_compress,
            )
        )
    for handler in handlers:
        handler.setFormatter(formatter)
    _install(handlers, LEVELS[settings.log_level.lower()])
    if directory is not None and not writable:
        structlog.get_logger("botkit.logging").warning("log_directory_refused", directory=str(directory))


def _install(handlers: list[logging.Handler], level: int) -> None:
    """Put one queue between the loop and the handlers; what is queued is written before exit."""
    records: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    listener = logging.handlers.QueueListener(records, *handlers)
    root = logging.getLogger()
    root.handlers = [_PassThrough(records)]
    root.setLevel(level)
    for noisy in ("asyncio", "grpc", "httpx2", "google_genai", "uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))
    listener.start()
    atexit.register(listener.stop)


class _PassThrough(logging.handlers.QueueHandler):
    """Hands records over unformatted: structlog's formatter wants the event, not a string."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        if record.exc_info and not isinstance(record.msg, dict):
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        return record


def _with_service(service: str) -> Processor:
    def add(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["service"] = service
        return event

    return add
