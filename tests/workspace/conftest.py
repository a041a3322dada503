"""Two Valkeys and a PostgreSQL behind the settings that the command line reads."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from playground.embedded import Postgres, Valkey
from playground.processes import clean_environment, python
from tests.support.servers import Background, Client, free_port
from workspace.links import Links

DROP_ALL = "DROP SCHEMA IF EXISTS llm, twentyq, turtlesoup, hololive CASCADE"
"""Every program's tables."""


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


async def cli(*args: str, env: Mapping[str, str], cwd: Path) -> Said:
    """Run the command line as an operator does."""
    process = await asyncio.create_subprocess_exec(
        *python("workspace", *args),
        env=dict(env),
        cwd=cwd,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    return Said(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture(scope="session")
def mq_server(background: Background, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """A second Valkey: an operator looks at whole servers."""
    server = Valkey("mq", tmp_path_factory.mktemp("mq"), port=free_port())
    background.run(server.start)
    yield server
    background.run(server.stop)


@pytest.fixture
async def mq(mq_server: Valkey) -> AsyncIterator[Client]:
    """An empty valkey-mq."""
    client: Any = Redis(port=mq_server.port, protocol=2)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def env(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mq_server: Valkey,
    valkey_server: Valkey,
    postgres_server: Postgres,
) -> dict[str, str]:
    """The settings, in this process and for others."""
    own = {
        "MQ_HOST": "127.0.0.1",
        "MQ_PORT": str(mq_server.port),
        "CACHE_HOST": "127.0.0.1",
        "CACHE_PORT": str(valkey_server.port),
        "CACHE_SOCKET_PATH": str(valkey_server.socket),
        "DB_SOCKET_PATH": str(postgres_server.socket_directory),
        "DB_PASSWORD": "unused",
        "HTTP_API_KEY": "key",
        "GOOGLE_API_KEY": "key",
        "LLM_BASE_URL": f"grpc://127.0.0.1:{free_port()}",
        "LLM_CONNECT_TIMEOUT_SECONDS": "0.2",
        "GRPC_PORT": str(free_port()),
        "HTTP_PORT": str(free_port()),
        "TWENTYQ_SERVER_PORT": str(free_port()),
        **{
            name: str(free_port())
            for name in ("TURTLESOUP_SERVER_PORT", "HOLOLIVE_SERVER_PORT", "BRIDGE_SERVER_PORT")
        },
        "LOG_DIR": str(tmp_path / "logs"),
    }
    whole = clean_environment() | own
    for name in set(os.environ) - set(whole):
        monkeypatch.delenv(name)
    for name, value in whole.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return whole


@pytest.fixture
async def links(env: dict[str, str]) -> AsyncIterator[Links]:
    """What a command is given."""
    async with AsyncExitStack() as stack:
        yield Links(stack)
