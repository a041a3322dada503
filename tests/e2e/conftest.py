"""One system a test: processes of its own on free ports; only PostgreSQL is shared."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.embedded import Postgres
from tests.e2e.system import System


@pytest.fixture
async def system(tmp_path: Path, postgres_server: Postgres) -> AsyncIterator[System]:
    """Valkeys, model and proxies run; the programs are started by the test."""
    async with System(tmp_path, postgres_server) as made:
        yield made


@pytest.fixture
async def running(system: System) -> System:
    """With the LLM server and one bot."""
    await system.start_llm()
    await system.start_bot()
    return system
