"""Processes of the alert loop on real stores and a fake Holodex, in simulated time.

The code is the real one; only the clock and the order of things are chosen here. Every call that leaves the
process stands at a gate before and after, where the process can be killed, paused or cut off.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp
import pytest
from redis.exceptions import ConnectionError as ValkeyConnectionError

from botkit.chat.message import Reply
from botkit.postgres.pool import Database
from botkit.stream.announcements import Publisher
from botkit.valkey.lease import Lease
from hololive_bot import outbox, poller
from hololive_bot.announcements import Announcer, load
from hololive_bot.broadcasts import Broadcasts
from hololive_bot.holodex.client import Client
from hololive_bot.holodex.keys import Keys
from hololive_bot.holodex.pace import Pace
from hololive_bot.holodex.rows import Wanted
from hololive_bot.holodex.shelf import Shelf
from hololive_bot.official import Official
from hololive_bot.outbox import Outbox
from hololive_bot.poller import LEASE, Desk, Poller
from hololive_bot.preferences import Preferences
from hololive_bot.repository.link import DatabaseAway, transaction
from hololive_bot.repository.rooms import RoomRepository
from hololive_bot.repository.watch import WatchRepository
from hololive_bot.sender import MARKS, Sender
from playground.holodex.server import HolodexServer
from tests.hololive_bot.sources import Clock
from tests.hololive_bot.test_alerts_texts import Spans
from tests.support.servers import Client as Valkey

REPLIES = "kakao:bot:reply"

Gate = Callable[[str, str], Any]
"""What happens before or after a call; awaited when it gives something to wait for."""


@dataclass
class World:
    """What all processes share."""

    server: HolodexServer
    clock: Clock
    database: Database
    cache: Valkey
    mq: Valkey
    http: aiohttp.ClientSession
    gate: Gate = lambda _call, _moment: None
    away: set[str] = field(default_factory=set)
    """Of `postgres` and `mq`, those that do not answer."""
    sent_at: list[float] = field(default_factory=list)
    born: int = 0

    async def follow(self, room: str, *channels: str, **choice: Any) -> None:
        """A room that follows channels and has chosen something."""
        wanted = json.dumps(Preferences(**choice).as_json()) if choice else "{}"
        pool = await self.database.pool()
        await pool.execute("INSERT INTO rooms (room_id, settings) VALUES ($1, $2)", room, wanted)
        for channel in channels:
            await pool.execute("INSERT INTO alarms (room_id, channel_id) VALUES ($1, $2)", room, channel)

    async def start(self) -> "Process":
        """A process that has taken the lease."""
        self.born += 1
        made = Process(self, f"p{self.born}")
        assert await made.lease.acquire()
        return made

    async def expire_lease(self) -> None:
        """The time of whoever holds the lease is over."""
        await self.mq.hset(f"{LEASE}:owner", "until", "0")

    async def sent(self) -> list[dict[str, str]]:
        """Everything in the reply stream, with the simulated time at which it came."""
        found: Any = await self.mq.xrange(REPLIES)
        replies = [{k.decode(): v.decode() for k, v in fields.items()} for _, fields in found]
        return [
            reply | {"at": str(at)}
            for reply, at in zip(replies, self.sent_at, strict=True)
            if reply["type"] == "final"
        ]

    @asynccontextmanager
    async def transaction(self, database: Database) -> AsyncIterator[Any]:
        """In place of the real one: PostgreSQL may be away, and nobody may learn that it has committed."""
        await self.pass_gate("transaction", "before")
        if "postgres" in self.away:
            raise DatabaseAway("simulated")
        async with transaction(database) as link:
            yield link
        await self.pass_gate("transaction", "after")

    async def pass_gate(self, call: str, moment: str) -> None:
        decision = self.gate(call, moment)
        if decision is not None:
            await decision


class Killed(asyncio.CancelledError):
    """The process dies here."""


class Process:
    """One process: the loop and the sender, with its own memory."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        clock = world.clock
        keys = Keys(("one", "two"), world.cache, clock=clock)
        pace = Pace(world.cache, sleep=clock.sleep, gap=0.0)
        server = world.server
        client = Client(
            world.http, keys, pace, clock=clock, random=Random(1), base_url=server.base_url, sleep=clock.sleep
        )
        shelf = Shelf(world.cache)
        official = Official(world.http, shelf, talents=lambda _: None, clock=clock, base_url=server.url)
        self.broadcasts = _Stepped(world, Broadcasts(client, shelf, official, wanted=Wanted(), clock=clock))
        self.outbox = Outbox(world.database)
        desk = Desk(
            world.database,
            _Stepped(world, RoomRepository(world.database, defaults=Preferences)),
            _Stepped(world, WatchRepository(world.database)),
            self.outbox,
            self.broadcasts,
        )
        self.lease = Lease(world.mq, stream=LEASE, holder=name, seconds=1e6)
        self.poller = Poller(desk, self.lease, interval=lambda: 60.0, written=self._wake, clock=clock)
        announcer = Announcer(load(), Spans(), lambda channel: channel.title())
        self.sender = Sender(
            self.outbox,
            _StampedPublisher(world),
            compose=announcer.compose,
            admits=lambda _: True,
            clock=clock,
        )

    def _wake(self) -> None:
        self.sender.wake()

    async def send(self) -> None:
        """Everything that is due."""
        while await self.sender.send_due():
            pass


class _StampedPublisher(Publisher):
    """Writes down when a message came, and may not reach valkey-mq, or not hear from it."""

    def __init__(self, world: World) -> None:
        super().__init__(world.mq, replies=REPLIES, bot="hololive", cut_notice="…", marks=MARKS)
        self._world = world

    async def publish(self, room: str, keys: Sequence[str], reply: Reply, *, remember: float) -> bool:
        world = self._world
        await world.pass_gate("publish", "before")
        if "mq" in world.away:
            raise ValkeyConnectionError("simulated")
        before = await world.mq.xlen(REPLIES)
        published = await super().publish(room, keys, reply, remember=remember)
        world.sent_at += [world.clock.now] * (await world.mq.xlen(REPLIES) - before)
        await world.pass_gate("publish", "after")
        return published


def _Stepped(world: World, part: Any) -> Any:  # noqa: N802 - it stands where a class would
    """An adapter whose calls pass the gate; those that ask PostgreSQL fail while it is away."""

    class Stepped:
        def __getattr__(self, name: str) -> Any:
            found = getattr(part, name)
            if not asyncio.iscoroutinefunction(found):
                return found

            async def call(*args: Any, **kwargs: Any) -> Any:
                await world.pass_gate(name, "before")
                if "postgres" in world.away and not isinstance(part, Broadcasts):
                    raise DatabaseAway("simulated")
                result = await found(*args, **kwargs)
                await world.pass_gate(name, "after")
                return result

            return call

    return Stepped()


@asynccontextmanager
async def world_of(
    server: HolodexServer, clock: Clock, database: Database, cache: Valkey, mq: Valkey
) -> AsyncIterator[World]:
    """A world with a server that listens; every transaction goes through its gate."""
    await server.start()
    with pytest.MonkeyPatch.context() as patch:
        async with aiohttp.ClientSession() as http:
            made = World(server, clock, database, cache, mq, http)
            for module in (poller, outbox):
                patch.setattr(module, "transaction", made.transaction)
            yield made
    await server.stop()
