"""What a line costs a bot in round trips: commands that reach the Valkeys, rpcs, SQL.

The LLM server must use neither (`ALONE`): what is counted is the bot's then.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha1
from importlib import resources
from typing import Any, Protocol, Self

from redis.asyncio import Redis

from botkit.runtime.tasks import cancel
from playground.embedded import Postgres
from tests.e2e.system import System
from tests.support.http import get
from tests.support.servers import free_port, socket_directory

ALONE = {"CACHE_PORT": str(free_port()), "DB_SOCKET_PATH": "", "DB_PORT": str(free_port())}
"""Settings of an LLM server that finds neither Valkey nor PostgreSQL."""

APART = ("XADD", "XRANGE", "XREAD", "PING", "CLIENT", "HELLO", "SCRIPT")
"""What the test itself sends, what waits for lines, and what only a first use sends."""

ANYWAY = ("read", "lease", "XPENDING")
"""What goes to valkey-mq with and without lines: looking for them, holding the lease, looking for leftovers."""

END = "end-of-the-line"

SOCKET = ".s.PGSQL.5432"

ROUND_TRIP = (b"Q", b"S")
"""Messages of PostgreSQL's protocol that ask for an answer: a simple query, and the Sync behind an extended one."""

SCRIPTS = {
    sha1(file.read_bytes()).hexdigest(): file.name.removesuffix(".lua")
    for file in (resources.files("botkit.valkey") / "scripts").iterdir()
}


@dataclass
class Trips:
    """Round trips of one line."""

    cache: list[str] = field(default_factory=list)
    mq: list[str] = field(default_factory=list)
    rpcs: Counter[str] = field(default_factory=Counter)
    sql: int = 0

    @property
    def writes(self) -> list[str]:
        """What was sent to valkey-mq for the line."""
        return [name for name in self.mq if name not in ANYWAY]


class SqlRelay:
    """A Unix socket before PostgreSQL's that counts the round trips made through it."""

    def __init__(self, postgres: Postgres) -> None:
        self._target = postgres.socket_directory / SOCKET
        self._tasks: set[asyncio.Task[None]] = set()
        self.directory = socket_directory()
        self.count = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, again when it was stopped."""
        self._server = await asyncio.start_unix_server(self._accept, self.directory / SOCKET)

    async def stop(self) -> None:
        """Cut everybody off: PostgreSQL is away for who comes through here."""
        self._server.close()
        await cancel(self._tasks)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back_writer = await asyncio.open_unix_connection(self._target)
        ways = {
            asyncio.create_task(self._asked(reader, back_writer)),
            asyncio.create_task(self._answered(back_reader, writer)),
        }
        self._tasks |= ways
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        await cancel(ways)
        self._tasks -= ways
        writer.close()
        back_writer.close()

    async def _asked(self, reader: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        kind = b""  # the first message of a connection has none
        while True:
            length = await reader.readexactly(4)
            out.write(kind + length + await reader.readexactly(int.from_bytes(length) - 4))
            self.count += kind in ROUND_TRIP
            kind = await reader.readexactly(1)

    async def _answered(self, reader: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            out.write(data)


class Cost(Protocol):
    """`trips` of one system."""

    async def __call__(self, room: str, text: str) -> Trips:
        """Type a line and count."""
        ...


async def trips(system: System, sql: SqlRelay, room: str, text: str, *, user: str = "민지") -> Trips:
    """Type a line, wait for its answer, and count."""
    made = Trips()
    calls, queries = await _rpcs(system), sql.count
    async with _watching(system.cache_server.port, made.cache), _watching(system.mq_server.port, made.mq):
        await system.answer(room, text, user=user)
    made.rpcs = await _rpcs(system) - calls
    made.sql = sql.count - queries
    return made


@asynccontextmanager
async def _watching(port: int, seen: list[str]) -> AsyncIterator[None]:
    """Note the commands that clients send, scripts by what they do first; what scripts call does not count."""
    async with Redis(port=port, protocol=2) as client, client.monitor() as monitor:

        async def listen() -> None:
            async for command in monitor.listen():
                name, *rest = str(command["command"]).split()
                if rest == [END]:
                    return
                if command["client_type"] != "lua" and name.upper() not in APART:
                    seen.append(
                        SCRIPTS.get(rest[0], name.upper()) if name.upper() == "EVALSHA" else name.upper()
                    )

        listening = asyncio.create_task(listen())
        try:
            yield
            await client.echo(END)  # the answer is there before the monitor has shown everything
            async with asyncio.timeout(10):
                await listening
        finally:
            await cancel({listening})


async def _rpcs(system: System) -> Counter[str]:
    port: Any = system.bots[-1].port  # type: ignore[attr-defined]
    found: Counter[str] = Counter()
    for line in (await get(port, "/metrics")).text.splitlines():
        if match := re.fullmatch(r'bot_llm_calls_total\{.*rpc="(\w+)".*\} (\S+)', line):
            found[match[1]] += int(float(match[2]))
    return found
