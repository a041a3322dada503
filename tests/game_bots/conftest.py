"""A referee for tests of handlers: the real LLM server before a model that says what it is told to say."""

from collections.abc import Iterator

import pytest

from playground.embedded import Postgres
from tests.e2e.system import System
from tests.support.servers import Background


@pytest.fixture(scope="session")
def referee(
    background: Background, postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[System]:
    """A system of which only the LLM server runs; one a worker."""
    system = System(tmp_path_factory.mktemp("referee"), postgres_server, proxied=False)
    background.run(system.__aenter__)
    background.run(system.start_llm)
    yield system
    background.run(lambda: system.__aexit__(None))
