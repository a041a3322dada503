"""How usage is kept: the database, who writes to it beside the requests, who reads."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from botkit.postgres.pool import Database
from llm_server.settings import ServerSettings
from llm_server.usage import prices
from llm_server.usage.batches import seoul_today
from llm_server.usage.recorder import Recorder
from llm_server.usage.repository import SCHEMA, Repository
from llm_server.usage.spill import FileSpill

CLOSE_SECONDS = 5.0
"""How long the last batch may take when the process ends."""

UNSAVED = "usage-unsaved.jsonl"
"""In the directory of the logs, the one that outlives a container."""


@dataclass(frozen=True, slots=True)
class Books:
    """Nothing need answer when they are opened; what cannot be saved waits."""

    database: Database
    repository: Repository
    recorder: Recorder

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: ServerSettings) -> AsyncIterator[Self]:
        """Open the books; on leaving, what is left is written.

        Raises:
            PricesError: the price table cannot be used.
        """
        database = Database(settings, schema=SCHEMA, application="llm-server")
        today = seoul_today(time.time)
        repository = Repository(database, today)
        recorder = Recorder(
            repository,
            FileSpill(Path(settings.log_dir) / UNSAVED if settings.log_dir else None),
            prices.load(),
            today=today,
            flush_interval=settings.usage_flush_seconds,
            flush_timeout=settings.usage_flush_timeout,
            max_pending=settings.usage_most_pending if settings.usage_batch else 1,
            max_backoff=settings.usage_longest_backoff,
            error_log_interval=settings.usage_error_log_seconds,
        )
        try:
            yield cls(database, repository, recorder)
        finally:
            await recorder.close(CLOSE_SECONDS)
            await repository.close()
            await database.close()
