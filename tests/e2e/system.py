"""The whole system as processes: two Valkeys, PostgreSQL, a Gemini-protocol server, the LLM server, bots."""

import asyncio
import contextlib
import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self

from redis.asyncio import Redis
from redis.exceptions import RedisError

from botkit.runtime.tasks import cancel
from playground.demo_model.server import Engine, GeminiServer
from playground.embedded import Postgres, Valkey
from playground.processes import Child, clean_environment, python
from playground.room import REPLIES
from playground.settings import NO_HURRY
from tests.support.engine import EchoEngine
from tests.support.http import get
from tests.support.polling import until
from tests.support.proxy import Proxy
from tests.support.servers import Client, free_port, socket_directory

STREAM, GROUP = "kakao:20q", "20q-bot-group"
STREAMS = {"/스자": STREAM, "/스프": "kakao:turtle-soup"}
"""As the bridge routes lines."""

SECRET = "고양이"


class System:
    """Everything that runs in production, on free ports, with proxies before the Valkeys."""

    def __init__(
        self,
        tmp_path: Path,
        postgres: Postgres,
        *,
        engine: Engine | None = None,
        proxied: bool = True,
        **settings: str,
    ) -> None:
        """`proxied` puts the proxies between the bots and the Valkeys; a benchmark does without.

        Every program reads the `settings`.
        """
        self._proxied = proxied
        self._settings = settings
        tmp_path.mkdir(exist_ok=True)
        self.tmp_path = tmp_path
        self.postgres = postgres
        self._stack = AsyncExitStack()
        self.sockets = socket_directory()
        self.mq_server = Valkey("mq", tmp_path / "mq", port=free_port())
        self.cache_server = Valkey("cache", tmp_path / "cache", port=free_port())
        self.mq_proxy = Proxy(self.mq_server.port)
        self.cache_proxy = Proxy(self.cache_server.port)
        self.model = GeminiServer(engine or EchoEngine())
        self.llm_port = free_port()
        self.grpc_port = free_port()
        self.llm: Child | None = None
        self.bots: list[Child] = []
        self.mq: Client = Redis(port=self.mq_server.port, protocol=2, max_connections=1000)
        self.cache: Client = Redis(port=self.cache_server.port, protocol=2)
        self.logs: dict[str, list[str]] = {}
        self.background: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await asyncio.gather(self.mq_server.start(), self.cache_server.start(), self.model.start())
        await self.mq_proxy.start()
        await self.cache_proxy.start()
        self._write_topics()
        return self

    async def __aexit__(self, *_: object) -> None:
        await cancel(self.background)
        for bot in self.bots:
            await bot.kill() if bot.exit_status is None else None
        if self.llm and self.llm.exit_status is None:
            await self.llm.kill()
        await self.model.stop()
        await self.mq_proxy.stop()
        await self.cache_proxy.stop()
        await self.mq.aclose()
        await self.cache.aclose()
        await self.mq_server.child.kill()
        await self.cache_server.child.kill()

    # ---- programs -----------------------------------------------------------------------------------

    def env(self, **changes: str) -> dict[str, str]:
        """What the programs read."""
        return clean_environment() | {
            "LOG_DIR": "",
            "MQ_HOST": "127.0.0.1",
            "MQ_PORT": str(self.mq_proxy.port if self._proxied else self.mq_server.port),
            "CACHE_HOST": "127.0.0.1",
            "CACHE_PORT": str(self.cache_proxy.port if self._proxied else self.cache_server.port),
            "DB_SOCKET_PATH": str(self.postgres.socket_directory),
            "DB_PASSWORD": "unused",
            "GOOGLE_API_KEY": "test",
            "GEMINI_BASE_URL": self.model.base_url,
            "GEMINI_MODEL": "gemini-3-flash-preview",
            "GEMINI_VERIFY_MODEL": "gemini-3-pro-preview",
            "HTTP_API_KEY": "e2e-key",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": str(self.llm_port),
            "GRPC_HOST": "127.0.0.1",
            "GRPC_PORT": str(self.grpc_port),
            "GRPC_SOCKET_PATH": str(self.sockets / "llm.sock"),
            "LLM_BASE_URL": f"unix://{self.sockets / 'llm.sock'}",
            "SERVER_HOST": "127.0.0.1",
            "TWENTYQ_TOPICS_DIR": str(self.tmp_path / "topics"),
            **self._settings,
            **changes,
        }

    async def start_llm(self, **changes: str) -> Child:
        """Start the LLM server and wait until it listens."""
        self.llm = await self._start("llm", "llm_server", self.env(**changes))
        await self._listening(self.llm, self.llm_port)
        return self.llm

    async def start_bot(
        self,
        *,
        wait: bool = True,
        module: str = "game_bots.twentyq",
        prefix: str = "TWENTYQ",
        **changes: str,
    ) -> Child:
        """Start a bot, whose settings carry the prefix; several of a kind stand by for each other."""
        port = free_port()
        name = f"bot{len(self.bots) + 1}"
        bot = await self._start(name, module, self.env(**{f"{prefix}_SERVER_PORT": str(port)}, **changes))
        bot.port = port  # type: ignore[attr-defined]
        self.bots.append(bot)
        if wait:
            await self._listening(bot, port)
        return bot

    async def well(self, bot: Child) -> None:
        """Until a bot has everything, the tables of its ledger, too."""

        async def ready() -> bool:
            found = await get(bot.port, "/health/ready")  # type: ignore[attr-defined]
            return bool(found.json["status"] == "ok")

        await until(ready, what=f"{bot.name} is well")

    async def start_bridge(self, iris: str, **changes: str) -> Child:
        """Start a bridge to an Iris and wait until it follows the chat log."""
        port = str(free_port())
        bridge = await self._start(
            "bridge",
            "iris_bridge",
            self.env(IRIS_URL=iris, BRIDGE_SERVER_PORT=port, **NO_HURRY, **changes),
        )
        self.bots.append(bridge)
        await self._listening(bridge, int(port), "/ready")
        return bridge

    async def _start(self, name: str, module: str, env: dict[str, str]) -> Child:
        lines = self.logs.setdefault(name, [])
        child = Child(
            name, python(module), env=env, cwd=self.tmp_path, on_line=lambda _name, line: lines.append(line)
        )
        await child.start()
        return child

    async def _listening(self, child: Child, port: int, path: str = "/health") -> None:
        async def up() -> bool:
            child.check()
            with contextlib.suppress(OSError):
                return (await get(port, path)).status == 200
            return False

        await until(up, seconds=30, what=f"{child.name} listening")

    def _write_topics(self) -> None:
        directory = self.tmp_path / "topics"
        directory.mkdir()
        for category in ("organism", "food", "object", "place", "concept", "movie", "idiom_proverb"):
            topic = {
                "name": SECRET if category == "organism" else f"비밀 {category}",
                "aliases": [],
                "details": {},
            }
            text = json.dumps({category: [topic]}, ensure_ascii=False)
            (directory / f"{category}.json").write_text(text, "utf-8")

    # ---- the rooms ----------------------------------------------------------------------------------

    async def say(self, room: str, text: str, *, user: str = "민지", stream: str = "") -> str:
        """Type a line; it goes where a bridge would send it."""
        stream = stream or next((to for begin, to in STREAMS.items() if text.startswith(begin)), STREAM)
        fields: Any = {"room": room, "text": text, "userId": user, "sender": user, "threadId": ""}
        entry: bytes = await self.mq.xadd(stream, fields)
        return entry.decode()

    async def say_all(self, lines: Sequence[tuple[str, str]]) -> list[str]:
        """Type several lines at once: (room, text)."""
        pipeline = self.mq.pipeline(transaction=True)
        for number, (room, text) in enumerate(lines):
            user = f"사람{number % 3}"
            pipeline.xadd(
                STREAM, {"room": room, "text": text, "userId": user, "sender": user, "threadId": ""}
            )
        return [entry.decode() for entry in await pipeline.execute()]

    async def replies(self) -> list[dict[str, str]]:
        """Everything in the reply stream."""
        try:
            found = await self.mq.xrange(REPLIES)
        except (RedisError, OSError):
            return []
        return [{key.decode(): value.decode() for key, value in fields.items()} for _, fields in found]

    async def finals(self) -> list[dict[str, str]]:
        """The answers, without interim notices."""
        return [reply for reply in await self.replies() if reply["type"] != "waiting"]

    async def answered(self, entries: Sequence[str], *, seconds: float = 30.0) -> list[dict[str, str]]:
        """Wait until each of the lines has an answer; all answers then."""

        async def done() -> list[dict[str, str]]:
            found = await self.finals()
            missing = set(entries) - {reply.get("replyTo") for reply in found}
            return [] if missing else found

        return await until(done, seconds=seconds, what=f"answers to {len(entries)} lines\n{self.tail()}")

    async def answer(
        self, room: str, text: str, *, user: str = "민지", seconds: float = 30.0, stream: str = ""
    ) -> str:
        """Type a line and wait for its answer."""
        entry = await self.say(room, text, user=user, stream=stream)
        found = await self.answered([entry], seconds=seconds)
        return "\n".join(reply["text"] for reply in found if reply.get("replyTo") == entry)

    async def pending(self, stream: str = STREAM, group: str = GROUP) -> int:
        """Lines that nobody has finished."""
        found = await self.mq.xpending(stream, group)
        return int(found["pending"])

    def tail(self) -> str:
        """The last lines of every program, for a failing test."""
        return "\n".join(f"{name}: {line[:300]}" for name, lines in self.logs.items() for line in lines[-6:])
