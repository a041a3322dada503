"""The whole server in this process, on real sockets and a real Valkey."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from llm_server.app import run
from llm_server.settings import ServerSettings
from llm_server.twentyq.categories import CATEGORIES
from playground.embedded import Postgres, Valkey
from tests.llm_server.doors import Door, GrpcDoor, HttpDoor
from tests.llm_server.provider import Provider
from tests.support.polling import until
from tests.support.servers import Client, free_port, socket_directory

TOPICS = {
    "food": [
        {"name": "사과", "aliases": ["apple", "능금"], "details": {"category": "과일", "year": 2010}},
        {"name": "비빔밥 (Bibimbap)", "aliases": ["bibimbap"]},
    ]
}


@dataclass
class Running:
    """A server that a test may stop."""

    settings: ServerSettings
    stop: asyncio.Event
    task: asyncio.Task[None]

    @property
    def http(self) -> HttpDoor:
        """Its HTTP door, without a key."""
        return HttpDoor(self.settings.http_port)

    @property
    def tcp(self) -> GrpcDoor:
        """Its gRPC door over TCP, without a key."""
        return GrpcDoor(f"127.0.0.1:{self.settings.grpc_port}")

    @property
    def uds(self) -> GrpcDoor:
        """Its gRPC door over the Unix socket, without a key."""
        return GrpcDoor(f"unix:{self.settings.grpc_socket_path}")

    @property
    def doors(self) -> list[Door]:
        """All three."""
        return [self.http, self.tcp, self.uds]

    async def ended(self) -> None:
        """Stop, and wait for the end."""
        self.stop.set()
        await self.task


Launch = Callable[..., Awaitable[Running]]


@pytest.fixture(scope="session")
def topics_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small catalogue that tests know by heart."""
    directory = tmp_path_factory.mktemp("topics")
    for category in CATEGORIES:
        items = TOPICS.get(category, [{"name": f"{category} 하나"}, {"name": f"{category} 둘"}])
        (directory / f"{category}.json").write_text(json.dumps({category: items}), "utf-8")
    return directory


PUZZLES: list[dict[str, Any]] = [
    {
        "id": number,
        "title": f"제목 {number}",
        "question": f"{number}번 방의 불이 밤새 꺼지지 않았다. 왜일까요?",
        "answer": f"{number}번 방에는 아무도 없었고, 스위치를 아는 사람이 그날 이사를 갔다.",
        "difficulty": (number - 1) % 5 + 1,
        "hints": ["불을 보세요.", "사람을 보세요.", "그날을 보세요."],
        "key_facts": ["방은 비어 있었다."],
    }
    for number in range(1, 11)
]


@pytest.fixture(scope="session")
def content(topics_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where the small catalogue and two puzzles of each difficulty stand, as variables."""
    directory = tmp_path_factory.mktemp("puzzles")
    (directory / "1.json").write_text(json.dumps(PUZZLES), "utf-8")
    return {"TWENTYQ_TOPICS_DIR": str(topics_dir), "TURTLESOUP_PUZZLES_DIR": str(directory)}


@pytest.fixture
def socket_path() -> Iterator[Path]:
    """Where a Unix socket may stand."""
    directory = socket_directory()
    yield directory / "llm.sock"
    shutil.rmtree(directory)


@pytest.fixture
async def launch(
    valkey_server: Valkey,
    cache: Client,
    postgres_server: Postgres,
    content: dict[str, str],
    socket_path: Path,
) -> AsyncIterator[Launch]:
    """Start servers; they are stopped after the test."""
    async with AsyncExitStack() as stack:

        async def start(**variables: Any) -> Running:
            settings = ServerSettings.model_validate(
                {
                    "CACHE_HOST": "127.0.0.1",
                    "CACHE_PORT": valkey_server.port,
                    **content,
                    "DB_SOCKET_PATH": str(postgres_server.socket_directory),
                    "DB_PASSWORD": "x",
                    "GEMINI_FALLBACK_MODEL": "",
                    "LOG_DIR": "",
                    "HTTP_PORT": free_port(),
                    "GRPC_PORT": free_port(),
                    "GRPC_SOCKET_PATH": str(socket_path),
                    "SHUTDOWN_GRACE_SECONDS": 5,
                    "GOOGLE_API_KEYS": "",
                    **variables,
                }
            )
            stop = asyncio.Event()
            running = Running(settings, stop, asyncio.create_task(run(settings, stop, version="test")))
            stack.push_async_callback(running.ended)
            await until(lambda: _is_up(running), what="the server is up")
            return running

        yield start


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    """A model that answers well until it is told otherwise."""
    async with Provider() as provider:
        yield provider


@pytest.fixture
async def server(launch: Launch) -> Running:
    """A server without a model."""
    return await launch()


async def _is_up(running: Running) -> bool:
    if running.task.done():
        running.task.result()
    try:
        return (await running.http.raw("GET", "/health")).status == 200
    except aiohttp.ClientConnectorError:
        return False
