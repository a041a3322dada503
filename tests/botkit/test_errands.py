"""Commands by HTTP: judged as in chat, never over somebody else's change."""

import asyncio
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from botkit.chat.errors import AiBusy, AiTimeout, StoreUnavailable
from botkit.chat.message import Player, Reply, Scene
from botkit.errands import Errands
from botkit.turn import Handlers, Outcome
from botkit.valkey.clients import Address, command_client
from playground.embedded import Valkey
from tests.support import desk as module
from tests.support.desk import Journal, JournalStore, Look, No, Note
from tests.support.proxy import Proxy, Trap, script_hash
from tests.support.servers import Client, free_port

ANN = Player("1", "앤")


class Room:
    """The handlers of a bot that notes; `meanwhile` happens once while a note is judged."""

    def __init__(self, store: JournalStore) -> None:
        self.store = store
        self.judged = 0
        self.meanwhile: Journal | None = None
        self.fails_after = False
        self.errands = Errands(
            store, Handlers(answers={Look: self.look}, moves={Note: self.note}), clock=lambda: 12.5
        )

    async def look(self, _command: Look, scene: Scene) -> list[Reply]:
        return [Reply(f"{scene.player.name} sees {len((await self.store.peek(scene.room)).applied)}")]

    async def note(self, command: Note, scene: Scene, state: Journal) -> Outcome[Journal]:
        self.judged += 1
        if command.text == "refuse":
            raise No
        if command.text == "hang":
            await asyncio.Event().wait()
        if self.meanwhile:
            stored, _ = await self.store.look(scene.room)
            await self.store.save(scene.room, stored, self.meanwhile)
            self.meanwhile = None
        changed = None if command.text == "same" else replace(state, applied=(*state.applied, command.text))
        return Outcome([Reply(command.text)], changed, finished=b"done", after=self.after)

    async def after(self) -> None:
        if self.fails_after:
            raise AiBusy


@pytest.fixture
def room(cache: Client) -> Room:
    return Room(JournalStore(cache))


async def test_a_command_is_handled_and_saved(room: Room, cache: Client) -> None:
    assert (await room.errands.run(Note("a"), room="r", player=ANN)).replies == [Reply("a")]
    assert await room.store.peek("r") == Journal(("a",))
    assert await cache.xlen(module.LEDGER) == 1
    assert (await room.errands.run(Look(), room="r", player=ANN)).replies == [Reply("앤 sees 1")]


async def test_a_command_that_changes_nothing_saves_nothing(room: Room, cache: Client) -> None:
    assert (await room.errands.run(Note("same"), room="r", player=ANN)).replies == [Reply("same")]
    assert not await cache.exists(room.store.key("r"))


async def test_what_another_changed_meanwhile_is_judged_anew(room: Room) -> None:
    room.meanwhile = Journal(("theirs",))
    await room.errands.run(Note("mine"), room="r", player=ANN)
    assert await room.store.peek("r") == Journal(("theirs", "mine"))
    assert room.judged == 2


async def test_a_refusal_changes_nothing(room: Room) -> None:
    with pytest.raises(No):
        await room.errands.run(Note("refuse"), room="r", player=ANN)
    assert await room.store.peek("r") == Journal()


async def test_trouble_after_the_command_does_not_undo_it(room: Room) -> None:
    room.fails_after = True
    assert (await room.errands.run(Note("a"), room="r", player=ANN)).replies == [Reply("a")]


async def test_a_command_ends_in_time(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botkit.errands.COMMAND_SECONDS", 0.05)
    with pytest.raises(AiTimeout):
        await room.errands.run(Note("hang"), room="r", player=ANN)


@pytest.mark.parametrize("lost", ["request", "answer"])
async def test_what_was_saved_without_an_answer_is_neither_lost_nor_done_twice(
    cache: Client, valkey_server: Valkey, lost: str
) -> None:
    proxy = Proxy(valkey_server.port)
    await proxy.start()
    client = command_client(Address("127.0.0.1", proxy.port), timeout=5)
    room = Room(JournalStore(client))
    await room.errands.run(Note("a"), room="r", player=ANN)
    trap = Trap(script_hash("save"), _nothing, after=lost == "answer")
    proxy.traps.append(trap)
    assert (await room.errands.run(Note("b"), room="r", player=ANN)).replies == [Reply("b")]
    assert trap.sprung.is_set()
    assert (await room.store.peek("r")).applied == ("a", "b")
    assert (room.judged, await cache.xlen(module.LEDGER)) == (2, 2)
    await client.aclose()
    await proxy.stop()


async def test_a_full_store_has_refused(room: Room, cache: Client) -> None:
    await cache.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreUnavailable):
            await room.errands.run(Note("a"), room="r", player=ANN)
    finally:
        await cache.config_set("maxmemory", 0)
    assert await room.store.peek("r") == Journal()


async def test_a_save_that_stays_unanswered_is_given_up_in_time(
    cache: Client, valkey_server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botkit.errands.STORE_PATIENCE", 0.3)
    proxy = Proxy(valkey_server.port)
    await proxy.start()
    client = command_client(Address("127.0.0.1", proxy.port), timeout=5)

    async def hang_up() -> None:
        assert proxy._server
        proxy._server.close()

    proxy.traps.append(Trap(script_hash("save"), hang_up))
    with pytest.raises(StoreUnavailable):
        await Room(JournalStore(client)).errands.run(Note("a"), room="r", player=ANN)
    await client.aclose()
    await proxy.stop()


async def _nothing() -> None:
    """The connection ends, that is all."""


async def test_a_store_that_is_away_is_said_so() -> None:
    client = Redis(port=free_port(), protocol=2)
    with pytest.raises(StoreUnavailable):
        await Room(JournalStore(client)).errands.run(Note("a"), room="r", player=ANN)
    await client.aclose()
