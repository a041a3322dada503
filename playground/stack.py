"""Starts everything, waits until it is ready, watches it, and stops it without a trace."""

import asyncio
import fcntl
import json
import time
from collections.abc import Awaitable, Collection
from contextlib import AsyncExitStack
from typing import IO

import aiohttp

from playground.console import Console
from playground.embedded import Postgres, Valkey
from playground.processes import Child, Failed, python
from playground.settings import (
    Paths,
    Ports,
    environment,
    has_real_holodex,
    has_real_model,
    write_env,
)

READY_SECONDS = 60.0


class AlreadyRunning(Exception):
    """Another playground uses the same directory."""


class Stack:
    """The whole system on one machine."""

    def __init__(self, ports: Ports, paths: Paths, console: Console, *, topics: Collection[str] = ()) -> None:
        """`topics` are the only secrets to choose from in their categories: for recorded games."""
        self._topics = topics
        self.ports = ports
        self.paths = paths
        self._console = console
        self._children: list[Child] = []
        self._lock: IO[str] | None = None
        self._closing = AsyncExitStack()
        self.demo = not has_real_model()
        self.fake_holodex = not has_real_holodex()

    async def start(self) -> None:
        """Start everything; what had started is stopped again when something cannot.

        Raises:
            Failed, NotReady, AlreadyRunning, PortTaken: says what is wrong, and with whom.
        """
        try:
            await self._start()
        except BaseException:
            await self._closing.aclose()
            raise

    async def stop(self) -> None:
        """Stop everything, the last started first."""
        await self._closing.aclose()

    async def watch(self) -> None:
        """Return never; raise when a program ends.

        Raises:
            Failed: names the program and shows its last lines.
        """
        while True:
            for child in self._children:
                child.check()
            await asyncio.sleep(0.2)

    async def _start(self) -> None:
        self._take_directory()
        self._closing.enter_context(self.ports.kept())
        sockets = self.paths.sockets()
        on_line = self._console.line
        mq = Valkey("valkey-mq", self.paths.root / "valkey-mq", port=self.ports.mq, on_line=on_line)
        cache = Valkey(
            "valkey-cache",
            self.paths.root / "valkey-cache",
            port=self.ports.cache,
            socket=sockets / "cache.sock",
            max_memory="384mb",
            on_line=on_line,
        )
        postgres = Postgres(self.paths.root / "postgres" / "data", on_line=on_line)
        for server in (mq, cache, postgres):
            self._closing.push_async_callback(server.stop)
        await asyncio.gather(
            self._timed("valkey-mq", mq.start()),
            self._timed("valkey-cache", cache.start()),
            self._timed("postgres", postgres.start(user="twentyq_app", database="twentyq")),
        )
        env = environment(self.ports, self.paths, sockets=sockets, database=postgres.socket_directory)
        write_env(self.paths.env, env)
        if self._topics and not self.demo:
            raise Failed("--topic works with the demo model only: leave GOOGLE_API_KEY out")
        if self.demo:
            await self._timed("demo model", self._start_model(env))
        await self._timed("chat page", self._start_page(env))
        if self.fake_holodex:
            await self._timed("fake Holodex", self._start_holodex(env))
        await asyncio.gather(
            self._timed(
                "LLM server", self._start_program("llm-server", "llm_server", self.ports.llm_http, env)
            ),
            self._timed(
                "스무고개", self._start_program("twentyq", "game_bots.twentyq", self.ports.twentyq, env)
            ),
            self._timed(
                "바다거북수프",
                self._start_program("turtlesoup", "game_bots.turtlesoup", self.ports.turtlesoup, env),
            ),
            self._timed("bridge", self._start_program("iris-bridge", "iris_bridge", self.ports.bridge, env)),
            self._timed(
                "홀로라이브", self._start_program("hololive", "hololive_bot", self.ports.hololive, env)
            ),
        )

    async def _start_model(self, env: dict[str, str]) -> None:
        command = python("playground.demo_model", "--port", str(self.ports.model))
        await self._run(
            Child("demo-model", command, env=env, cwd=self.paths.root, on_line=self._console.line)
        )
        demo = f"http://127.0.0.1:{self.ports.model}/demo"
        await self._until_answers(f"{demo}/topics")
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{demo}/topics") as response:
                self._write_topics(await response.json())
            async with session.get(f"{demo}/puzzles") as response:
                self.paths.puzzles.mkdir(exist_ok=True)
                (self.paths.puzzles / "demo.json").write_text(await response.text(), "utf-8")

    async def _start_page(self, env: dict[str, str]) -> None:
        """The chat page and the fake phone behind it."""
        command = python("playground.web", "--port", str(self.ports.page))
        await self._run(Child("page", command, env=env, cwd=self.paths.root, on_line=self._console.line))
        await self._until_answers(f"http://127.0.0.1:{self.ports.page}/page/about")

    async def _start_holodex(self, env: dict[str, str]) -> None:
        command = python("playground.holodex", "--port", str(self.ports.holodex))
        await self._run(
            Child("fake-holodex", command, env=env, cwd=self.paths.root, on_line=self._console.line)
        )
        await self._until_answers(f"http://127.0.0.1:{self.ports.holodex}/_control")

    def _write_topics(self, known: dict[str, list[dict[str, str]]]) -> None:
        """Tell the LLM server which secrets the demo model knows.

        Raises:
            Failed: it knows none of the chosen ones.
        """
        names = {topic["name"] for listed in known.values() for topic in listed}
        if unknown := sorted(set(self._topics) - names):
            raise Failed(f"the demo model does not know {', '.join(unknown)}; it knows: {', '.join(names)}")
        self.paths.topics.mkdir(exist_ok=True)
        for category, listed in known.items():
            chosen = [topic for topic in listed if topic["name"] in self._topics] or listed
            text = json.dumps({category: chosen}, ensure_ascii=False, indent=1)
            (self.paths.topics / f"{category}.json").write_text(text, "utf-8")

    async def _start_program(self, name: str, module: str, port: int, env: dict[str, str]) -> None:
        child = Child(name, python(module), env=env, cwd=self.paths.root, on_line=self._console.line)
        await self._run(child)
        await self._until_answers(f"http://127.0.0.1:{port}/health/ready")

    async def _run(self, child: Child) -> None:
        await child.start()
        self._children.append(child)
        self._closing.push_async_callback(child.stop)

    async def _until_answers(self, url: str) -> None:
        """Until the route answers 200; a program that ends meanwhile is reported at once."""
        deadline = time.monotonic() + READY_SECONDS
        said = "nothing listens"
        async with aiohttp.ClientSession() as session:
            while time.monotonic() < deadline:
                for child in self._children:
                    child.check()
                try:
                    async with session.get(url, timeout=aiohttp.ClientTimeout(5)) as response:
                        if response.status == 200:
                            return
                        said = (await response.text())[:500]
                except (aiohttp.ClientError, TimeoutError):
                    pass
                await asyncio.sleep(0.05)
        raise Failed(f"{url} is not ready after {READY_SECONDS:g} s: {said}")

    async def _timed(self, name: str, work: Awaitable[None]) -> None:
        began = time.monotonic()
        await work
        self._console.say(f"  ✓ {name} ({time.monotonic() - began:.1f} s)")

    def _take_directory(self) -> None:
        self.paths.logs.mkdir(parents=True, exist_ok=True)
        self._lock = (self.paths.root / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunning(f"another playground is running in {self.paths.root}") from None
        self._closing.callback(self._lock.close)
