"""Two processes on one stream, stopped between any two of their steps.

Nothing is lost, doubled or judged again. The code is the real one and so is Valkey; only the order of things
is chosen here. Every call of an adapter waits at a gate before it is sent and after it was carried out, so
that a process can be killed, paused, cut off or overtaken at each of these points.
"""

import asyncio
import contextlib
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as ValkeyConnectionError
from redis.exceptions import ResponseError

from botkit.chat.errors import AiUnavailable, TooManyWaiting
from botkit.chat.message import Scene
from botkit.stream import consumer, inbox, owner
from botkit.valkey.records import Conflict, Fenced
from playground.embedded import Valkey
from tests.support.desk import GROUP, STREAM, Desk, Journal, Note, pending, replies, say

ROOMS = ("a", "b")
LINES = ("note", "note", "note", "flaky", "refuse", "look")


LEASE_CALLS = ("acquire", "renew")


@dataclass(eq=False)
class Gate:
    """A process stands before or after a call."""

    desk: "Stepped"
    call: str
    passed: asyncio.Future[str] = field(default_factory=asyncio.Future)


@dataclass
class World:
    """What the processes share with the model."""

    gates: list[Gate] = field(default_factory=list)
    flying: int = 0
    judged_again: list[str] = field(default_factory=list)
    late: list[Callable[[], Awaitable[Any]]] = field(default_factory=list)

    async def settle(self) -> None:
        """Until every process stands at a gate."""
        for _ in range(40):
            await asyncio.sleep(0)
            while self.flying:
                await asyncio.sleep(0.0001)


class Stepped(Desk):
    """A process that goes on only when it is told to."""

    world: World
    free: bool = False
    delayed: bool = False

    def is_late(self, call: str) -> bool:
        late, self.delayed = self.delayed, False
        return late and call in ("save", "finish", "notify")

    async def gate(self, call: str, moment: str) -> None:
        if moment == "after":
            self.world.flying -= 1
        if self.dead:
            raise asyncio.CancelledError
        if not self.free:
            gate = Gate(self, call)
            self.world.gates.append(gate)
            try:
                decision = await gate.passed
                if decision == "cut":
                    raise ValkeyConnectionError("cut off by the model")
                self.delayed = decision == "late" and moment == "before"
            finally:
                if gate in self.world.gates:
                    self.world.gates.remove(gate)
        if moment == "before":
            self.world.flying += 1

    async def _note(self, command: Note, scene: Scene, state: Journal) -> Any:
        if scene.entry in state.applied:
            self.world.judged_again.append(scene.entry)
        if command.text.startswith("flaky") and self.name[-1] in "02468":
            raise AiUnavailable  # so that two processes can come to different ends
        return await super()._note(command, scene, state)


class Delivery(RuleBasedStateMachine):
    """The world: a stream, two slots for processes, and everything that can go wrong."""

    port: int

    @initialize()
    def begin(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.client = Redis(port=self.port, protocol=2)
        self.blocking = Redis(port=self.port, protocol=2, socket_timeout=None)
        self.world = World()
        self.said: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.excused: set[str] = set()
        self.orphans: dict[str, str] = {}
        self.wiped = False
        self.born = 0
        self.slots: list[tuple[Stepped, asyncio.Task[None]] | None] = [None, None]
        self.run(self.empty())
        for slot in range(2):
            self.start(slot)

    async def empty(self) -> None:
        await self.client.flushall()

    def alive(self) -> list[Stepped]:
        return [running[0] for running in self.slots if running]

    async def leased(self, field: str) -> str:
        found: Any = await self.client.hget(f"{STREAM}:owner", field)
        return (found or b"").decode()

    # ---- driving ------------------------------------------------------------------------------------

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def start(self, slot: int) -> None:
        async def begin() -> None:
            self.born += 1
            desk = Stepped(self.client, self.client, self.blocking, name=f"p{self.born}", lease_seconds=600)
            desk.world, desk.late = self.world, self.world.late
            self.slots[slot] = desk, asyncio.create_task(desk.run())
            await self.world.settle()

        self.run(begin())

    def working(self, slot: int | None = None) -> list[Gate]:
        """Gates at which work goes on (of one process); the lease is tended by a rule of its own."""
        return [gate for gate in self.world.gates if gate.call not in LEASE_CALLS and self.is_in(gate, slot)]

    def is_in(self, gate: Gate, slot: int | None) -> bool:
        running = self.slots[slot] if slot is not None else None
        return slot is None or (running is not None and running[0] is gate.desk)

    def release(self, gate: Gate, decision: str = "go") -> None:
        async def go() -> None:
            gate.passed.set_result(decision)
            await self.world.settle()

        self.world.gates.remove(gate)
        self.run(go())

    def release_one(self, index: int, decision: str = "go") -> None:
        """Nothing happens when all stand still: what can be drawn must not depend on the state of the world."""
        if gates := self.working():
            self.release(gates[index % len(gates)], decision)

    # ---- what happens -------------------------------------------------------------------------------

    @rule(room=st.sampled_from(ROOMS), kind=st.sampled_from(LINES), user=st.sampled_from("xyz"))
    def a_line_is_typed(self, room: str, kind: str, user: str) -> None:
        number = sum(map(len, self.said.values()))
        entry = self.run(
            say(self.client, room, f"/t {kind}" if kind == "look" else f"/t {kind} {number}", user=user)
        )
        self.said[room].append((entry, kind))

    @rule(index=st.integers(0, 63))
    def a_process_makes_a_step(self, index: int) -> None:
        self.release_one(index)

    @rule(slot=st.sampled_from([None, 0, 1]), count=st.integers(4, 60))
    def work_goes_on_for_a_while(self, slot: int | None, count: int) -> None:
        """In both processes, or in one while the other is paused."""
        for _ in range(count):
            if gates := self.working(slot):
                self.release(gates[0])

    @rule(index=st.integers(0, 63))
    def a_connection_breaks(self, index: int) -> None:
        """Before the call is sent, or when its answer is on the way back."""
        self.release_one(index, "cut")

    @rule(index=st.integers(0, 63))
    def a_call_is_held_up_on_the_way(self, index: int) -> None:
        """Its sender gives up on it; it is carried out some time later."""
        self.release_one(index, "late")

    @rule()
    def a_late_call_is_carried_out(self) -> None:
        async def arrive() -> None:
            with contextlib.suppress(Conflict, Fenced):
                await self.world.late.pop(0)()

        if self.world.late:
            self.run(arrive())

    @rule(slot=st.integers(0, 1))
    def the_lease_is_tended(self, slot: int) -> None:
        for _ in range(2):
            for gate in [g for g in self.world.gates if g.call in LEASE_CALLS and self.is_in(g, slot)]:
                if gate in self.world.gates:
                    self.release(gate)

    @rule(slot=st.integers(0, 1))
    def a_process_is_killed_and_started_again(self, slot: int) -> None:
        running = self.slots[slot]
        if running:
            desk, task = running

            async def die() -> None:
                desk.dead = True
                for gate in [gate for gate in self.world.gates if gate.desk is desk]:
                    self.world.gates.remove(gate)
                    gate.passed.cancel()
                await asyncio.wait({task}, timeout=5)
                assert task.done()
                await self.world.settle()

            self.run(die())
        self.start(slot)

    @rule()
    def the_lease_runs_out(self) -> None:
        async def expire() -> None:
            if await self.client.exists(f"{STREAM}:owner"):
                await self.client.hset(f"{STREAM}:owner", "until", "0")

        self.run(expire())

    @rule(heir=st.integers(0, 1), count=st.integers(0, 60))
    def a_paused_owner_is_replaced(self, heir: int, count: int) -> None:
        """The other process stands where it stood; when it wakes it believes that it is the owner still."""
        self.the_lease_runs_out()
        self.the_lease_is_tended(heir)
        self.work_goes_on_for_a_while(heir, count)

    @rule()
    def the_group_is_wiped(self) -> None:
        """The list of pending lines is gone. What its owner has in hand it answers from memory.

        Lost is what nobody has in hand, and what its owner takes with it when another one comes.
        """

        async def wipe() -> None:
            try:
                (group,) = await self.client.xinfo_groups(STREAM)
            except (ResponseError, ValueError):
                return
            answered = {reply["replyTo"] for reply in await replies(self.client)}
            read = group["last-delivered-id"].decode()
            unfinished = {entry for lines in self.said.values() for entry, _ in lines} - answered
            epoch = await self.leased("epoch")
            hands = [desk.hand for desk in self.alive() if desk.lease.epoch == epoch]
            kept = {entry for entry in unfinished if any(entry in hand for hand in hands)}
            self.orphans |= dict.fromkeys(kept, epoch)
            self.excused |= {entry for entry in unfinished - kept if _order(entry) <= _order(read)}
            self.wiped = True
            await self.client.xgroup_destroy(STREAM, GROUP)

        self.run(wipe())

    # ---- what must hold -----------------------------------------------------------------------------

    def teardown(self) -> None:
        if not hasattr(self, "loop"):
            return
        try:
            self.run(self.finish())
            self.run(self.verify())
        finally:
            self.run(self.close())
            self.loop.close()

    async def finish(self) -> None:
        """Nothing goes wrong any more: let the processes do the rest."""
        for call in self.world.late:
            with contextlib.suppress(Conflict, Fenced):
                await call()
        holder = await self.leased("holder")
        if holder not in [desk.name for desk in self.alive()]:
            await self.client.hset(f"{STREAM}:owner", "until", "0")
        for desk in self.alive():
            desk.free = True
        for gate in list(self.world.gates):
            gate.passed.set_result("go")
        async with asyncio.timeout(20):
            while await self.unfinished():
                await asyncio.sleep(0.002)

    async def unfinished(self) -> bool:
        if not any(self.said.values()):
            return False
        return await pending(self.client) > 0 or any(len(desk.hand) for desk in self.alive())

    async def verify(self) -> None:
        found = await replies(self.client)
        finals = [reply for reply in found if reply["type"] != "waiting"]
        keys = [reply["dedupKey"] for reply in finals]
        if not self.wiped:
            assert len(set(keys)) == len(keys), "answered twice"
        answered = list(dict.fromkeys(reply["replyTo"] for reply in finals))
        texts = {reply["replyTo"]: reply["text"] for reply in finals}
        assert self.world.judged_again == [], "judged although it had been applied"
        desk = self.alive()[0]
        epoch = await self.leased("epoch")
        self.excused |= {entry for entry, owner in self.orphans.items() if owner != epoch}
        full = desk.texts.catalog.error(TooManyWaiting())
        for room, lines in self.said.items():
            missing = [entry for entry, _ in lines if entry not in texts and entry not in self.excused]
            assert missing == [], f"never answered, excused {self.excused}, answered {answered}"
            in_lane = [
                entry for entry, kind in lines if kind != "look" and texts.get(entry, full) != full
            ]  # what finds its lane full is refused at once
            assert [entry for entry in answered if entry in in_lane] == in_lane, "out of order"
            journal = await desk.store.peek(room)
            assert len(set(journal.applied)) == len(journal.applied), "applied twice"
            noted = [entry for entry in in_lane if texts[entry].startswith("noted")]
            assert [entry for entry in journal.applied if entry not in self.excused] == [
                entry for entry in noted if entry not in self.excused
            ], "state and answers disagree"

    async def close(self) -> None:
        for running in self.slots:
            if running:
                running[0].dead = True
                await asyncio.wait({running[1]}, timeout=5)
        await self.client.aclose()
        await self.blocking.aclose()


def _order(entry: str) -> tuple[int, int]:
    milliseconds, _, sequence = entry.partition("-")
    return int(milliseconds), int(sequence)


async def _at_once(_inbox: inbox.Inbox, _milliseconds: int) -> None:
    """Instead of a blocking read, of which Valkey ends one in ten milliseconds at best."""


def _explore(server: Valkey, monkeypatch: pytest.MonkeyPatch, *, examples: int, steps: int) -> None:
    """Time is not part of the model: what waits for time goes on as soon as its gate opens."""
    for module, name in (
        (owner, "RENEW_SECONDS"),
        (owner, "STANDBY_SECONDS"),
        (consumer, "RECOVER_SECONDS"),
    ):
        monkeypatch.setattr(module, name, 0.0)
    monkeypatch.setattr(inbox.Inbox, "wait", _at_once)
    Delivery.port = server.port
    run_state_machine_as_test(
        Delivery,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


def test_no_line_is_lost_doubled_or_judged_again(
    valkey_server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    _explore(valkey_server, monkeypatch, examples=300, steps=60)


@pytest.mark.soak
def test_no_line_is_lost_doubled_or_judged_again_at_length(
    valkey_server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    _explore(valkey_server, monkeypatch, examples=int(os.environ.get("EXAMPLES", "5000")), steps=80)
