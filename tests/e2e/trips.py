"""What a line costs a bot in round trips: commands that reach the Valkeys, rpcs, SQL transactions.

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
from typing import Any

import asyncpg
from redis.asyncio import Redis

from botkit.runtime.tasks import cancel
from tests.e2e.system import System
from tests.support.http import get
from tests.support.servers import free_port

ALONE = {"CACHE_PORT": str(free_port()), "DB_SOCKET_PATH": "", "DB_PORT": str(free_port())}
"""Settings of an LLM server that finds neither Valkey nor PostgreSQL."""

APART = ("XADD", "XRANGE", "XREAD", "PING", "CLIENT", "HELLO", "SCRIPT")
"""What the test itself sends, what waits for lines, and what only a first use sends."""

ANYWAY = ("read", "lease", "XPENDING")
"""What goes to valkey-mq with and without lines: looking for them, holding the lease, looking for leftovers."""

END = "end-of-the-line"

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


async def trips(system: System, room: str, text: str, *, user: str = "민지") -> Trips:
    """Type a line, wait for its answer, and count."""
    made = Trips()
    calls, transactions = await _rpcs(system), await _transactions(system)
    async with _watching(system.cache_server.port, made.cache), _watching(system.mq_server.port, made.mq):
        await system.answer(room, text, user=user)
    made.rpcs = await _rpcs(system) - calls
    made.sql = await _transactions(system) - transactions
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


async def _transactions(system: System) -> int:
    """Committed transactions of the bot; PostgreSQL shows them after a while."""
    connection = await asyncpg.connect(
        host=str(system.postgres.socket_directory), user="twentyq_app", database="postgres"
    )
    try:
        before = -1
        while True:
            await asyncio.sleep(1.1)  # backends report at most once a second
            now = int(
                await connection.fetchval(
                    "SELECT xact_commit FROM pg_stat_database WHERE datname = 'twentyq'"
                )
            )
            if now == before:
                return now
            before = now
    finally:
        await connection.close()
