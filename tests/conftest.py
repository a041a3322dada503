"""Fixtures on real embedded servers: one set a worker, emptied for every test."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from redis.asyncio import Redis

from playground.embedded import Postgres, Valkey
from tests.support.servers import Background, free_port, socket_directory

os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"
"""Tests start servers while gRPC's threads run; its handlers for forking would crash the child."""


@pytest.fixture(scope="session")
def background() -> Iterator[Background]:
    """A loop for servers that outlive a test."""
    made = Background()
    yield made
    made.close()


@pytest.fixture(scope="session")
def valkey_server(background: Background, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """A Valkey for everything in this worker that does not kill it."""
    server = Valkey(
        "valkey",
        tmp_path_factory.mktemp("valkey"),
        port=free_port(),
        socket=socket_directory() / "valkey.sock",
    )
    background.run(server.start)
    yield server
    background.run(server.stop)


@pytest.fixture(scope="session")
def postgres_server(background: Background) -> Iterator[Postgres]:
    """A PostgreSQL for this worker."""
    server = Postgres(socket_directory() / "data")
    background.run(lambda: server.start(user="twentyq_app", database="twentyq"))
    yield server
    background.run(server.stop)


@pytest.fixture
async def valkey(valkey_server: Valkey) -> AsyncIterator[Redis]:
    """A client of an empty Valkey."""
    client = Redis(port=valkey_server.port, protocol=2)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
async def mq(valkey_server: Valkey, valkey: Redis) -> AsyncIterator[Redis]:
    """valkey-mq: another database of the same server."""
    client = Redis(port=valkey_server.port, db=1, protocol=2)
    yield client
    await client.aclose()


@pytest.fixture
async def blocking(valkey_server: Valkey, valkey: Redis) -> AsyncIterator[Redis]:
    """The client that waits on streams of `mq`."""
    client = Redis(port=valkey_server.port, db=1, protocol=2, socket_timeout=None)
    yield client
    await client.aclose()


@pytest.fixture
async def cache(valkey: Redis) -> AsyncIterator[Redis]:
    """valkey-cache. Every key that a test leaves must have a time to live, ledger streams excepted."""
    yield valkey
    async for key in valkey.scan_iter():
        if await valkey.type(key) != b"stream":
            assert await valkey.pttl(key) > 0, f"{key!r} would stay for ever"


@pytest.fixture
def messages_dir() -> Path:
    """Where the product's messages stand."""
    return Path(__file__).parent.parent


@pytest.fixture(autouse=True, scope="session")
def _plain_logs() -> None:
    """Short log lines in a failing test's report."""
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    )
