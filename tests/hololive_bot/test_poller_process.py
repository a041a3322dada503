"""The real program: an alert that reaches a room although the process is killed, and what it says of its health."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from redis.asyncio import Redis

from playground.embedded import Postgres, Valkey
from playground.holodex.broadcast import Broadcast
from playground.holodex.members import load
from playground.holodex.server import Fixed, HolodexServer
from playground.processes import Child, clean_environment, python
from tests.support.http import get
from tests.support.polling import until
from tests.support.servers import free_port

MIKO = "UC-hM6YJuNYVAmUWxeIr9FeA"
ROOM = "267947734"


class Bot:
    """The program with two Valkeys of its own and a fake Holodex."""

    def __init__(self, tmp_path: Path, postgres: Postgres) -> None:
        self.mq_server = Valkey("mq", tmp_path / "mq", port=free_port())
        self.cache_server = Valkey("cache", tmp_path / "cache", port=free_port())
        self.holodex = HolodexServer(load(), Fixed(), clock=time.time)
        self.mq = Redis(port=self.mq_server.port, protocol=2)
        self.port = free_port()
        self.child: Child | None = None
        self._tmp_path = tmp_path
        self._postgres = postgres

    async def start(self) -> None:
        """Start the program and wait until it listens."""
        env = clean_environment() | {
            "LOG_DIR": "",
            "MQ_HOST": "127.0.0.1",
            "MQ_PORT": str(self.mq_server.port),
            "CACHE_HOST": "127.0.0.1",
            "CACHE_PORT": str(self.cache_server.port),
            "DB_SOCKET_PATH": str(self._postgres.socket_directory),
            "DB_PASSWORD": "unused",
            "SERVER_HOST": "127.0.0.1",
            "HOLOLIVE_SERVER_PORT": str(self.port),
            "HOLODEX_API_KEY_1": "key",
            "HOLODEX_BASE_URL": self.holodex.base_url,
            "HOLOLIVE_SCHEDULE_URL": self.holodex.url,
        }
        self.child = Child("hololive", python("hololive_bot"), env=env, cwd=self._tmp_path)
        await self.child.start()

        async def up() -> bool:
            with contextlib.suppress(OSError):
                return (await get(self.port, "/health")).status == 200
            return False

        await until(up, seconds=30)

    async def kill(self) -> None:
        """As the kernel would."""
        assert self.child
        await self.child.kill()

    async def say(self, text: str) -> None:
        await self.mq.xadd("kakao:hololive", {"room": ROOM, "text": text, "userId": "1", "sender": "민지"})

    async def heard(self, words: str) -> list[str]:
        """The messages in which the words stand."""
        found: Any = await self.mq.xrange("kakao:bot:reply")
        texts = [fields[b"text"].decode() for _, fields in found]
        return [text for text in texts if words in text]

    async def looked(self) -> bool:
        """Whether the loop has asked Holodex since the last start."""
        return any(asked.query.get("status") == "live,upcoming" for asked in self.holodex.asked)


@pytest.fixture
async def bot(tmp_path: Path, postgres_server: Postgres) -> AsyncIterator[Bot]:
    made = Bot(tmp_path, postgres_server)
    link = await asyncpg.connect(
        host=str(postgres_server.socket_directory), user="twentyq_app", database="twentyq"
    )
    await link.execute("DROP SCHEMA IF EXISTS hololive CASCADE")
    await link.close()
    await asyncio.gather(made.mq_server.start(), made.cache_server.start(), made.holodex.start())
    yield made
    if made.child and made.child.exit_status is None:
        await made.kill()
    await made.mq.aclose()
    await made.holodex.stop()
    for server in (made.mq_server, made.cache_server):
        if server.child.exit_status is None:
            await server.child.kill()


async def test_an_alert_survives_the_death_of_the_process_and_comes_once(bot: Bot) -> None:
    await bot.start()
    await bot.say("!알람 추가 미코")
    await until(lambda: bot.heard("미코"), seconds=30)
    await bot.kill()
    now = time.time()
    live = Broadcast("abc", MIKO, "노래해요", 0.0, now - 60, begins=now - 60)
    bot.holodex.programme = Fixed([live])

    await bot.start()
    await until(lambda: bot.heard("방송 시작"), seconds=30)
    await bot.kill()
    bot.holodex.asked.clear()
    await bot.start()
    await until(bot.looked, seconds=30)
    before = len(await bot.heard(""))
    await bot.say("!알람")

    async def answered() -> bool:
        return len(await bot.heard("")) > before

    await until(answered, seconds=30)
    [told] = await bot.heard("방송 시작")
    assert told == "🔔 미코 방송 시작\n⏰ 방송이 시작됐어요\n📺 노래해요\n🔗 https://youtube.com/watch?v=abc"


async def test_a_lost_cache_makes_it_not_ready_and_never_dead(bot: Bot) -> None:
    """Acceptance 10."""
    await bot.start()

    async def ready() -> bool:
        return (await get(bot.port, "/ready")).status == 200

    async def not_ready() -> bool:
        return (await get(bot.port, "/ready")).status == 503

    await until(ready, seconds=30)
    await bot.cache_server.child.kill()
    await until(not_ready, seconds=30)

    assert (await get(bot.port, "/health")).status == 200
    body = (await get(bot.port, "/ready")).json
    assert body["components"]["valkey_cache"]["status"] == "down"
    assert body["components"]["holodex"]["status"] == "ok"
