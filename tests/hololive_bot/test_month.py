"""Days and weeks of alerts in simulated time, with everything that can go wrong, on real stores.

One process works at a time, as the lease has it; it is killed between any two of its steps, and now and then it
is paused there, replaced, and wakes up again.
"""

import asyncio
import math
import os
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pytest

from botkit.postgres.pool import Database
from botkit.runtime.tasks import cancel
from botkit.valkey.clients import UNREACHABLE
from botkit.valkey.records import Fenced
from hololive_bot.repository.link import DatabaseAway
from playground.holodex.faults import Rule
from playground.holodex.server import Fixed, HolodexServer
from tests.hololive_bot.alerting import REPLIES, Killed, Process, World, world_of
from tests.hololive_bot.month import Judge, Script, Told, draw, merged, percentile
from tests.hololive_bot.sources import Clock
from tests.support.servers import Client

VIDEO = re.compile(r"(?:watch\?v=|youtu\.be/)([\w-]+)")
STATUS = {"500": 500, "503": 503, "429": 429}


@dataclass
class Month:
    """Plays a script."""

    world: World
    script: Script
    dice: Random
    process: Process | None = None
    steps_to_live: int | None = None
    may_pause: bool = False
    next_round: float = 0.0
    next_send: float = math.inf
    pause: float = 1.0
    paused: asyncio.Future[None] | None = None
    stands: asyncio.Event = field(default_factory=asyncio.Event)
    zombies: list[tuple[float, asyncio.Task[Any], asyncio.Future[None]]] = field(default_factory=list)
    disturbed: list[tuple[float, float]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    async def play(self) -> None:
        world, clock = self.world, self.world.clock
        world.gate = self.gate
        for outage in self.script.outages:
            # Holodex is asked again a minute after a trial failed; the stores are tried every few seconds.
            rest = {"holodex": 130.0, "postgres": 10.0, "mq": 20.0}[outage.what]
            self.disturbed.append((outage.begins, outage.ends + rest))
        kills, pauses = list(self.script.kills), list(self.script.pauses)
        while clock.now < self.script.ends:
            while kills and kills[0] <= clock.now:
                kills.pop(0)
                self.steps_to_live = self.dice.randrange(30)
            while pauses and pauses[0] <= clock.now:
                pauses.pop(0)
                self.may_pause = True
            self.weather()
            await self.go_on()
            clock.now = max(clock.now, min(self.next_round, self.next_send))
            await self.wake_zombies()
        await self.wake_zombies(all_of_them=True)

    def weather(self) -> None:
        """What is away just now."""
        now = self.world.clock.now
        away = [outage for outage in self.script.outages if outage.begins <= now < outage.ends]
        self.world.away = {outage.what for outage in away} - {"holodex"}
        faults = [outage.fault for outage in away if outage.what == "holodex"]
        if faults:
            kind: Any = "status" if faults[0] in STATUS else faults[0]
            status: Any = STATUS.get(faults[0], 503)
            self.world.server.script(Rule(kind=kind, status=status, reset=45))
        elif self.dice.random() < 0.02:
            self.world.server.script(Rule(kind="broken_rows", times=1))
        elif self.dice.random() < 0.01:
            self.world.server.script(Rule(kind="status", status=429, key="one", reset=100, times=1))
        else:
            self.world.server.script()

    async def go_on(self) -> None:
        """The next thing that the process in charge does."""
        now = self.world.clock.now
        if self.process is None:
            self.next_send = math.inf
            if "mq" in self.world.away:
                self.next_round = now + 1
                return
            self.process = await self.world.start()
        try:
            await self.send()
            if now >= self.next_round:
                await self.round()
                await self.send()
        except Killed:
            self.counts["killed"] += 1
            await self.replace(self.dice.uniform(3, 40))

    async def round(self) -> None:
        """One round of the loop."""
        began = self.world.clock.now
        try:
            wait = await self.tick()
        except DatabaseAway:
            self.counts["database away"] += 1
            self.next_round = began + 5
            return
        if wait is None:
            self.counts["paused"] += 1
            await self.replace(10)
        else:
            self.counts["rounds"] += 1
            self.next_round = began + wait

    async def tick(self) -> float | None:
        """None when the process stands still in it."""
        assert self.process
        task = asyncio.create_task(self.process.poller.tick())
        standing = asyncio.create_task(self.stands.wait())
        await asyncio.wait({task, standing}, return_when=asyncio.FIRST_COMPLETED)
        await cancel({standing})
        if self.paused:
            wake = self.world.clock.now + self.dice.uniform(60, 400)
            self.zombies.append((wake, task, self.paused))
            self.stands, self.paused = asyncio.Event(), None
            return None
        if task.cancelled():
            raise Killed
        return task.result()

    async def send(self) -> None:
        """As the sender's loop does: again after a pause that doubles, while a store is away."""
        if self.process is None:
            return
        try:
            await self.process.send()
        except (DatabaseAway, *UNREACHABLE):
            self.counts["not sent"] += 1
            self.next_send = self.world.clock.now + self.pause
            self.pause = min(self.pause * 2, 16)
        else:
            self.next_send, self.pause = math.inf, 1.0

    async def replace(self, seconds: float) -> None:
        """The process is gone; its lease runs out, and another one begins after so long."""
        now = self.world.clock.now
        self.disturbed.append((now - 1, now + seconds + 15))
        self.process = self.steps_to_live = None
        self.next_round, self.next_send = now + seconds, math.inf
        await self.world.expire_lease()

    async def wake_zombies(self, *, all_of_them: bool = False) -> None:
        """Who was paused goes on where it stood, and must not get anywhere."""
        for zombie in list(self.zombies):
            wake, task, standing = zombie
            fence = await (await self.world.database.pool()).fetchval("SELECT fence FROM alert_leader")
            replaced = self.process is not None and fence == int(self.process.lease.epoch)
            if all_of_them or (self.world.clock.now >= wake and replaced and not self.world.away):
                self.zombies.remove(zombie)
                self.steps_to_live, kept = None, self.steps_to_live
                standing.set_result(None)
                await asyncio.wait({task})
                self.steps_to_live = kept
                if replaced and not self.world.away:
                    assert isinstance(task.exception(), Fenced)
                    self.counts["refused"] += 1

    def gate(self, call: str, moment: str) -> Any:
        if self.steps_to_live is not None:
            self.steps_to_live -= 1
            if self.steps_to_live < 0:
                self.steps_to_live = None
                raise Killed
        if self.may_pause and (call, moment) == ("rooms_following", "after"):
            self.may_pause = False
            self.paused = asyncio.get_running_loop().create_future()
            self.stands.set()
            return self.paused
        return None

    async def told(self) -> list[Told]:
        """What is in the reply stream, stage by stage."""
        entries: Any = await self.world.mq.xrange(REPLIES)
        messages: dict[str, tuple[float, str]] = {}
        for (_, fields), at in zip(entries, self.world.sent_at, strict=True):
            name = fields[b"dedupKey"].decode().rsplit("/", 1)[0]
            before = messages.get(name, (at, ""))[1]
            messages[name] = at, before + "\n" + fields[b"text"].decode()
        found = []
        for name, (at, text) in messages.items():
            room, video, stage, minute = name.removeprefix("alert:").rsplit("|", 3)
            videos = sorted({video, *VIDEO.findall(text)})
            found += [Told(room, each, stage, minute, at, text) for each in videos]
        return found


def seen_to_be_missing(script: Script, told: list[Told], disturbed: list[tuple[float, float]]) -> float:
    """The share of alerts whose loss the judge notices; also that it notices doubles, and what comes too late."""
    sample = told[:: max(1, len(told) // 40)]
    noticed = 0
    for each in sample:
        noticed += len(faults(script, [other for other in told if other is not each], disturbed)) > 0
        assert faults(script, [*told, each], disturbed)
        if each.stage == "LIVE" or each.stage.startswith("T-"):
            late = replace(each, at=each.at + 90 * 60)
            assert faults(script, [late if other is each else other for other in told], disturbed)
    return noticed / len(sample)


def faults(script: Script, told: list[Told], disturbed: list[tuple[float, float]]) -> list[str]:
    judge = Judge(script, told, disturbed)
    judge.judge()
    return judge.faults


async def prove(database: Database, cache: Client, mq: Client, *, seed: int, days: int, streams: int) -> None:
    script = draw(seed, days=days, streams=streams, rooms=60)
    clock = Clock()
    server = HolodexServer(script.channels, Fixed(script.broadcasts), clock=clock)
    async with world_of(server, clock, database, cache, mq) as world:
        for listener in script.listeners:
            await world.follow(listener.id, *listener.channels, **_choice(listener.choice))
        month = Month(world, script, Random(seed))
        await month.play()
        told = await month.told()
        judge = Judge(script, told, merged(month.disturbed))
        judge.judge()
        most, calls = server.quota.most, server.requests
    figures = {
        "days": days,
        "streams": streams,
        "told": len(told),
        "by stage": dict(Counter(re.sub(r"\d+", "n", each.stage) for each in told)),
        "had to come": judge.required,
        "hot p50/p95/max": [round(percentile(judge.hot, share)) for share in (50, 95, 100)],
        "cold p50/p95/max": [round(percentile(judge.cold, share)) for share in (50, 95, 100)],
        "hot": len(judge.hot),
        "cold": len(judge.cold),
        "calls": calls,
        "calls a day": round(calls / days),
        "most in a window": f"{most} of {server.quota.limit}",
        **month.counts,
        "outages": dict(Counter(outage.what for outage in script.outages)),
    }
    print("\n".join(f"{name}: {value}" for name, value in figures.items()))
    for fault in judge.faults:
        print(fault)
    assert judge.faults == []
    assert seen_to_be_missing(script, told, merged(month.disturbed)) > 0.8
    assert len(told) > streams
    assert judge.required > streams
    assert percentile(judge.hot, 95) <= 90
    assert percentile(judge.cold, 95) <= 200
    assert most <= server.quota.limit / 2
    assert calls <= days * 86_400 / server.quota.window * server.quota.limit / 2
    assert min(month.counts[what] for what in ("killed", "paused", "refused", "not sent", "database away"))


def _choice(choice: Any) -> dict[str, Any]:
    return {name: getattr(choice, name) for name in choice.__slots__}


async def test_two_days(database: Database, cache: Client, mq: Client) -> None:
    await prove(database, cache, mq, seed=1, days=2, streams=40)


@pytest.mark.soak
async def test_a_month(database: Database, cache: Client, mq: Client) -> None:
    seed = int(os.environ.get("SEED", "2026"))
    await prove(database, cache, mq, seed=seed, days=30, streams=400)
