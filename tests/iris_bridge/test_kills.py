"""The kill proof: real bridges die at each step of both roads, and a standby takes over.

Nothing that was said is lost, nothing is answered twice, every room keeps its order. Only the waiting is cut
short: a killed owner's lease is ended by hand instead of by ten seconds, and its echoes are waited for less.
"""

import asyncio
import itertools
import os
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from playground.embedded import Valkey
from playground.iris.faults import Faults
from playground.iris.phone import Outgoing
from playground.iris.server import FakeIris
from playground.iris.world import Row
from playground.processes import Child, clean_environment, python
from tests.support.bridge import DEAD, OWNER, QUICK, Bench, Parrot
from tests.support.polling import until
from tests.support.proxy import Proxy, Trap, script_hash
from tests.support.servers import Client, free_port

BETWEEN = 3
"""Lines in each room around the one at which a bridge dies."""


class Bridges:
    """An owner and a standby; who is killed is followed by another."""

    def __init__(self, bench: Bench, proxy: Proxy, directory: Path) -> None:
        self.bench = bench
        self.proxy = proxy
        self._directory = directory
        self._children: list[Child] = []
        self.lines: list[str] = []
        self.killing: asyncio.Task[None] | None = None
        self.paused: Child | None = None

    async def start(self) -> None:
        """Start one more."""
        env = QUICK | {
            "LOG_DIR": "",
            "MQ_HOST": "127.0.0.1",
            "MQ_PORT": str(self.proxy.port),
            "IRIS_URL": self.bench.iris.url,
            "BRIDGE_SERVER_PORT": str(free_port()),
            "BRIDGE_ECHO_TIMEOUT_MS": "400",
        }
        child = Child(
            "bridge",
            python("iris_bridge"),
            env=clean_environment() | env,
            cwd=self._directory,
            on_line=lambda _, line: self.lines.append(line),
        )
        await child.start()
        self._children.append(child)

    async def kill_owner(self) -> None:
        """SIGKILL for who holds the lease; its lease ends, and a new standby is started."""
        holder = (await self.bench.mq.hget(OWNER, "holder")).decode()
        (owner,) = [child for child in self._children if f"-{child.pid}-" in holder]
        self._children.remove(owner)
        await owner.kill()
        await self.bench.mq.hset(OWNER, "until", "0")
        await self.start()

    async def pause_owner(self) -> None:
        """SIGSTOP for who holds the lease; its lease ends, and the standby goes on."""
        holder = (await self.bench.mq.hget(OWNER, "holder")).decode()
        (self.paused,) = [child for child in self._children if f"-{child.pid}-" in holder]
        self.paused.send(signal.SIGSTOP)
        await self.bench.mq.hset(OWNER, "until", "0")

    def strike(self) -> None:
        """Kill the owner, whatever becomes of the caller: it may be the connection that dies with the owner."""
        self.killing = asyncio.create_task(self.kill_owner())

    async def spring(self) -> None:
        """For a trap."""
        self.strike()
        assert self.killing
        await asyncio.shield(self.killing)

    async def stop(self) -> None:
        """Kill all."""
        if self.killing:
            await self.killing
        for child in self._children:
            await child.kill()

    async def connected(self) -> bool:
        """Whether somebody follows the chat log."""
        for child in self._children:
            child.check()
        seeded = await self.bench.mq.hexists("bridge:cursor:iris", "row")
        return bool(self.bench.iris.phone.listeners and seeded)


@pytest.fixture
async def bridges(
    iris: FakeIris, valkey_server: Valkey, valkey: Client, tmp_path: Path
) -> AsyncIterator[Bridges]:
    """Two bridges, real processes, in front of a phone; between them and Valkey stands a proxy with traps."""
    proxy = Proxy(valkey_server.port)
    await proxy.start()
    made = Bridges(Bench(iris, valkey, valkey), proxy, tmp_path)
    await made.start()
    await made.start()
    await until(made.connected, seconds=30, what="\n".join(made.lines))
    try:
        yield made
    finally:
        await made.stop()
        await proxy.stop()


Arm = Callable[[Bridges, str, str], Awaitable[asyncio.Event]]
"""Set a trap for the line with this mark in this room; the event is set when somebody has died in it."""


def at_script(name: str, *, after: bool, by: str = "room") -> Arm:
    """At one of the bridge's scripts on valkey-mq."""

    async def arm(bridges: Bridges, room: str, mark: str) -> asyncio.Event:
        word = (room if by == "room" else mark).encode()
        trap = Trap(script_hash(name, of="iris_bridge"), bridges.spring, contains=word, after=after)
        bridges.proxy.traps.append(trap)
        return trap.sprung

    return arm


async def at_the_read(bridges: Bridges, _room: str, mark: str) -> asyncio.Event:
    """When replies were handed out and have not arrived."""
    trap = Trap(script_hash("read"), bridges.spring, answer_contains=mark.encode(), after=True)
    bridges.proxy.traps.append(trap)
    return trap.sprung


def at_the_post(*, queued: bool) -> Arm:
    """When Iris has a message, before or after it is queued; nobody hears the answer."""

    async def arm(bridges: Bridges, room: str, _mark: str) -> asyncio.Event:
        phone, sprung = bridges.bench.iris.phone, asyncio.Event()
        enqueue = phone.enqueue

        def caught(message: Outgoing) -> None:
            if message.room != room or sprung.is_set():
                enqueue(message)
                return
            if queued:
                enqueue(message)
            sprung.set()
            bridges.strike()
            raise ConnectionResetError

        phone.enqueue = caught  # type: ignore[method-assign]
        return sprung

    return arm


async def while_catching_up(bridges: Bridges, room: str, _mark: str) -> asyncio.Event:
    """When rows were asked for, because some were not pushed."""
    world, sprung = bridges.bench.iris.world, asyncio.Event()
    query = world.query
    bridges.bench.iris.phone.faults.drop_events = 1

    def caught(statement: str, bind: list[str]) -> list[Row]:
        found = query(statement, bind)
        if not sprung.is_set() and any(row.get("chat_id") == room for row in found):
            sprung.set()
            bridges.strike()
            raise ConnectionResetError
        return found

    world.query = caught  # type: ignore[method-assign,assignment]
    return sprung


KILLS: dict[str, Arm] = {
    "before-the-line-is-taken": at_script("take", after=False, by="mark"),
    "after-the-line-is-taken": at_script("take", after=True, by="mark"),
    "while-catching-up": while_catching_up,
    "after-the-reply-is-read": at_the_read,
    "before-the-mark": at_script("begin", after=False),
    "after-the-mark": at_script("begin", after=True),
    "before-iris-queues-it": at_the_post(queued=False),
    "after-iris-has-queued-it": at_the_post(queued=True),
    "before-it-is-settled": at_script("settle", after=False),
    "after-it-is-settled": at_script("settle", after=True),
}


async def die(bridges: Bridges, step: str, round_: int) -> None:
    """Lines in two rooms, a death at one of them, and the whole truth afterwards."""
    bench = bridges.bench
    room, other, person = bench.room(), bench.room("다른 방"), bench.person()
    mark = f"표적{round_}번"
    bench.iris.phone.switch(Faults(send_delay_ms=30 * (round_ % 2)))
    sprung = await KILLS[step](bridges, room, mark)
    lines = [f"/스자 {round_}.{number}" for number in range(BETWEEN)]
    bench.say(room, person, f"/스자 {mark}")
    for line in lines:
        bench.say(other, person, line)
        bench.say(room, person, line)
    async with asyncio.timeout(20):
        await sprung.wait()
    bench.say(room, person, "/스자 그 뒤")
    await bench.says(other, [f"→ {line}" for line in lines], seconds=30)
    await bench.says(room, [f"→ /스자 {mark}", *(f"→ {line}" for line in lines), "→ /스자 그 뒤"], seconds=30)
    await bench.settled()
    if bridges.killing:
        await bridges.killing
    await until(bridges.connected, seconds=30)


async def verify(bridges: Bridges) -> None:
    """In no room was anything said twice, or is anything left."""
    bench = bridges.bench
    for room in bench.iris.world.rooms:
        said = bench.shown(room)
        assert len(set(said)) == len(said), said
    assert await bench.stream(DEAD) == []


async def test_bridges_are_killed_at_every_step(bridges: Bridges) -> None:
    async with Parrot(bridges.bench.mq):
        for round_, step in enumerate(KILLS):
            await die(bridges, step, round_)
        await verify(bridges)


@pytest.mark.parametrize("name", ["take", "begin", "settle"])
async def test_an_owner_that_was_paused_does_nothing_more(bridges: Bridges, name: str) -> None:
    """It wakes with its last answer in hand, and is no owner any more."""
    bench = bridges.bench
    room, person = bench.room(), bench.person()
    trap = Trap(
        script_hash(name, of="iris_bridge"),
        bridges.pause_owner,
        contains=("표적" if name == "take" else room).encode(),
        after=True,
        kept=True,
    )
    bridges.proxy.traps.append(trap)
    lines = ["/스자 표적", "/스자 하나", "/스자 둘"]
    async with Parrot(bench.mq):
        for line in lines:
            bench.say(room, person, line)
        async with asyncio.timeout(20):
            await trap.sprung.wait()
        await bench.says(room, [f"→ {line}" for line in lines], seconds=30)
        assert bridges.paused
        bridges.paused.send(signal.SIGCONT)
        await until(lambda: _ended(bridges), what="the end of its ownership")
        bench.say(room, person, "/스자 셋")
        await bench.says(room, [f"→ {line}" for line in [*lines, "/스자 셋"]], seconds=30)
        await bench.settled()
        await verify(bridges)


async def _ended(bridges: Bridges) -> bool:
    return any('"ownership_ended"' in line for line in bridges.lines)


@pytest.mark.soak
async def test_bridges_are_killed_two_hundred_times(bridges: Bridges) -> None:
    """Every step in turn, in an order of chance; `KILLS=1000 make soak` for more."""
    count = int(os.environ.get("KILLS", "200"))
    steps = list(itertools.islice(itertools.cycle(KILLS), count))
    random.Random(count).shuffle(steps)
    async with Parrot(bridges.bench.mq):
        for round_, step in enumerate(steps):
            await die(bridges, step, round_)
        await verify(bridges)
