"""Conversations on a real Valkey, in memory, and on the way from one to the other."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from botkit.runtime.health import Degraded
from botkit.valkey.clients import Address, command_client
from llm_server.errors import SessionLimitReached, SessionNotFound, SessionStoreUnavailable
from llm_server.model import Role, Turn
from llm_server.sessions import keeper as keeper_module
from llm_server.sessions import memory as memory_module
from llm_server.sessions.history import Conversation, Meta, pair
from llm_server.sessions.keeper import AGAIN_SECONDS, Sessions, Store
from llm_server.sessions.memory import MemoryStore
from llm_server.sessions.store import INDEX, TIMEOUT, ValkeyStore
from llm_server.settings import ServerSettings
from playground.embedded import Valkey
from tests.support.polling import until
from tests.support.proxy import Proxy
from tests.support.servers import Client, free_port

TALK = "twentyq:room:game"
META, HISTORY = f"session:{TALK}:meta", f"session:{TALK}:history"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = 3600


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def on_valkey(client: Client, *, pairs: int = 50, ttl_minutes: int = 60) -> ValkeyStore:
    return ValkeyStore(client, address="test", ttl_minutes=ttl_minutes, pairs=pairs)


def in_memory(*, pairs: int = 50, now: Hand | None = None) -> MemoryStore:
    return MemoryStore(ttl_minutes=60, pairs=pairs, now=now)


async def read(store: Store, session: str = TALK) -> Conversation:
    found = await store.read(session)
    assert found is not None
    return found


@pytest.fixture(params=["valkey", "memory"])
async def store(request: pytest.FixtureRequest, cache: Client) -> Store:
    """Each of the two."""
    return on_valkey(cache) if request.param == "valkey" else in_memory()


@pytest.fixture(params=["valkey", "memory"])
async def forgetful(request: pytest.FixtureRequest, cache: Client) -> Store:
    """Each of the two, keeping two pairs."""
    return on_valkey(cache, pairs=2) if request.param == "valkey" else in_memory(pairs=2)


# ---- both stores ----------------------------------------------------------------------------------------


async def test_what_is_appended_is_read(store: Store) -> None:
    assert await store.append(TALK, pair("살아 있나요?", "예")) == 2
    assert await store.append(TALK, pair("큰가요?", "아니오")) == 4

    found = await read(store)

    assert found.turns == (*pair("살아 있나요?", "예"), *pair("큰가요?", "아니오"))
    assert (found.meta.id, found.meta.message_count) == (TALK, 4)
    assert found.meta.created_at <= found.meta.updated_at


async def test_only_the_last_pairs_are_kept_and_all_are_counted(forgetful: Store) -> None:
    counts = [await forgetful.append(TALK, pair(question, "예")) for question in "가나다"]

    assert counts == [2, 4, 6]
    assert (await read(forgetful)).turns == (*pair("나", "예"), *pair("다", "예"))


async def test_no_more_are_made_than_may_live(store: Store) -> None:
    made = [await store.create(Meta.fresh(f"s{n}", now=datetime.now(UTC)), limit=2) for n in range(3)]
    await store.append(TALK, pair("게임은", "안 세요"))
    assert made == [True, True, False]

    await store.delete("s0")
    assert await store.create(Meta.fresh("s3", now=datetime.now(UTC)), limit=2)
    assert (await read(store, "s3")).turns == ()


async def test_a_deleted_conversation_is_gone(store: Store) -> None:
    await store.append(TALK, pair("왜?", "예"))
    await store.delete(TALK)
    await store.delete("never there")

    assert await store.read(TALK) is None


async def test_many_at_once_lose_nothing(store: Store) -> None:
    counts = await asyncio.gather(*(store.append(TALK, pair(str(n), "예")) for n in range(20)))

    assert sorted(counts) == list(range(2, 42, 2))
    found = await read(store)
    assert found.meta.message_count == len(found.turns) == 40
    assert {turn.text for turn in found.turns[::2]} == {f"Q: {n}" for n in range(20)}


# ---- Valkey ---------------------------------------------------------------------------------------------


async def test_the_layout_on_the_wire(cache: Client) -> None:
    await on_valkey(cache).append(TALK, pair("왜?", "예"))

    assert await cache.lrange(HISTORY, 0, -1) == [
        '{"role":"user","content":"Q: 왜?"}'.encode(),
        '{"role":"assistant","content":"A: 예"}'.encode(),
    ]
    meta = json.loads(await cache.get(META))
    assert (meta["id"], meta["message_count"]) == (TALK, 2)
    assert meta["created_at"].startswith("20")


async def test_long_entries_are_compressed_and_frames_of_the_old_system_are_read(cache: Client) -> None:
    store, long = on_valkey(cache), "아주 긴 이야기 " * 100
    await store.append(TALK, (Turn(Role.USER, long), Turn(Role.ASSISTANT, "예")))

    frame = await cache.lindex(HISTORY, 0)
    assert frame.startswith(b"\x28\xb5\x2f\xfd")
    assert len(frame) < 200
    assert (await read(store)).turns[0].text == long


async def test_both_keys_live_equally_long_and_are_renewed_together(cache: Client) -> None:
    store = on_valkey(cache, ttl_minutes=10)
    await store.append(TALK, pair("하나?", "예"))
    for key in (META, HISTORY):
        await cache.expire(key, 30)
    await store.append(TALK, pair("둘?", "예"))

    assert [await cache.ttl(key) for key in (META, HISTORY)] == [600, 600]


async def test_the_birth_is_kept_and_so_is_what_others_wrote(cache: Client) -> None:
    store = on_valkey(cache)
    meta = Meta.fresh(TALK, now=NOW, system_prompt="짧게", model="gemini-3.5-flash")
    assert await store.create(meta, limit=1)
    await store.append(TALK, pair("하나?", "예"))

    found = (await read(store)).meta
    assert (found.created_at, found.system_prompt, found.model) == (NOW, "짧게", "gemini-3.5-flash")
    assert found.updated_at > NOW


async def test_no_limit_keeps_everything(cache: Client) -> None:
    store = on_valkey(cache, pairs=0)
    for number in range(60):
        await store.append(TALK, pair(str(number), "예"))

    assert len((await read(store)).turns) == 120


@pytest.mark.parametrize("garbage", [b"\xff\xfe\x00", b"", b"[1]", b'{"id": 5}', b"\x28\xb5\x2f\xfdx"])
async def test_garbage_is_no_conversation_and_is_replaced(cache: Client, garbage: bytes) -> None:
    store = on_valkey(cache)
    await cache.set(META, garbage, ex=HOUR)
    await cache.rpush(HISTORY, garbage)
    await cache.expire(HISTORY, HOUR)
    assert await store.read(TALK) is None

    await store.append(TALK, pair("왜?", "예"))
    found = await read(store)
    assert found.turns == pair("왜?", "예")


async def test_keys_of_another_type_are_no_conversation_and_are_replaced(cache: Client) -> None:
    store = on_valkey(cache)
    await cache.hset(META, mapping={"a": "b"})
    await cache.set(HISTORY, "text", ex=HOUR)
    await cache.expire(META, HOUR)
    assert await store.read(TALK) is None

    await store.append(TALK, pair("왜?", "예"))
    assert (await read(store)).turns == pair("왜?", "예")


async def test_a_session_that_ran_out_makes_room(cache: Client) -> None:
    store = on_valkey(cache, ttl_minutes=1)
    assert await store.create(Meta.fresh("old", now=NOW), limit=1)
    await cache.zadd(INDEX, {"old": NOW.timestamp() + 60})
    await cache.expire(INDEX, HOUR)

    assert await store.create(Meta.fresh("new", now=datetime.now(UTC)), limit=1)
    assert await cache.zrange(INDEX, 0, -1) == [b"new"]


async def test_talking_renews_a_sessions_place(cache: Client) -> None:
    store = on_valkey(cache)
    await store.create(Meta.fresh("s", now=NOW), limit=1)
    before = await cache.zscore(INDEX, "s")
    await store.append("s", pair("왜?", "예"))
    await store.append(TALK, pair("왜?", "예"))

    assert await cache.zscore(INDEX, "s") > before
    assert await cache.zscore(INDEX, TALK) is None


async def test_reading_takes_one_round_trip_and_appending_one_script(cache: Client) -> None:
    store = on_valkey(cache)
    await store.append(TALK, pair("하나?", "예"))
    async with cache.monitor() as monitor:
        await store.read(TALK)
        await store.append(TALK, pair("둘?", "예"))
        await cache.ping()
        seen: list[dict[str, Any]] = []
        while not seen or seen[-1]["command"] != "PING":
            seen.append(await monitor.next_command())

    sent = [entry["command"].split()[0].upper() for entry in seen if entry["client_type"] != "lua"]
    assert [command for command in sent if command != "CLIENT"] == ["GET", "LRANGE", "EVALSHA", "PING"]


@pytest.fixture
async def deaf() -> AsyncIterator[int]:
    """A port where somebody listens and never answers."""

    async def ignore(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(ignore, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


def settings(**values: Any) -> ServerSettings:
    return ServerSettings.model_validate(values)


async def test_the_socket_wins_over_the_url(valkey_server: Valkey, cache: Client) -> None:
    store = await ValkeyStore.open(
        settings(CACHE_SOCKET_PATH=str(valkey_server.socket), SESSION_STORE_URL="redis://nowhere:1")
    )
    await store.ping()
    await store.close()

    assert store.address == f"unix://{valkey_server.socket}"


async def test_tcp_takes_over_when_the_socket_is_dead(valkey_server: Valkey, cache: Client) -> None:
    store = await ValkeyStore.open(
        settings(CACHE_SOCKET_PATH="/nowhere.sock", CACHE_HOST="127.0.0.1", CACHE_PORT=valkey_server.port)
    )
    await store.ping()
    await store.close()

    assert store.address == f"127.0.0.1:{valkey_server.port}"


async def test_every_form_of_the_url(valkey_server: Valkey, cache: Client) -> None:
    port = valkey_server.port
    forms = {
        f"redis://127.0.0.1:{port}": f"127.0.0.1:{port}",
        f"redis://127.0.0.1:{port}/0": f"127.0.0.1:{port}",
        f"127.0.0.1:{port}": f"127.0.0.1:{port}",
        f"unix://{valkey_server.socket}": f"unix://{valkey_server.socket}",
    }
    for url, address in forms.items():
        store = await ValkeyStore.open(settings(SESSION_STORE_URL=url))
        await store.append(TALK, pair("왜?", "예"))
        await store.close()
        assert store.address == address

    assert (await read(on_valkey(cache))).meta.message_count == 2 * len(forms)


async def test_an_address_never_shows_its_password() -> None:
    store = await ValkeyStore.open(settings(SESSION_STORE_URL="rediss://user:hunter2@cache.example/3"))
    await store.close()

    assert store.address == "cache.example:6379"


# ---- memory ---------------------------------------------------------------------------------------------


async def test_memory_forgets_after_the_time_to_live() -> None:
    hand = Hand()
    store = in_memory(now=hand)
    await store.create(Meta.fresh("s", now=NOW), limit=1)
    hand.at = HOUR - 1
    await store.append("s", pair("왜?", "예"))
    hand.at = 2 * HOUR - 2
    assert await store.read("s") is not None
    hand.at = 2 * HOUR
    assert await store.read("s") is None
    assert await store.create(Meta.fresh("t", now=NOW), limit=1)


async def test_memory_has_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_module, "MOST", 3)
    store = in_memory()
    for name in "abcd":
        await store.append(name, pair("왜?", "예"))

    assert [name for name in "abcd" if await store.read(name)] == ["b", "c", "d"]


# ---- from one to the other ------------------------------------------------------------------------------


@pytest.fixture
async def line(valkey_server: Valkey) -> AsyncIterator[Proxy]:
    """The way to Valkey, which can be cut."""
    proxy = Proxy(valkey_server.port)
    await proxy.start()
    yield proxy
    await proxy.stop()


async def through(proxy: Proxy, *, required: bool = False, limit: int = 5) -> Sessions:
    client = command_client(Address("127.0.0.1", proxy.port), timeout=TIMEOUT)
    return Sessions(on_valkey(client), in_memory(), limit=limit, required=required)


async def test_while_valkey_is_away_memory_serves_and_what_was_said_is_brought_back(
    cache: Client, line: Proxy
) -> None:
    sessions = await through(line)
    watching = asyncio.create_task(sessions.watch())
    await sessions.remember(TALK, pair("하나?", "예"))
    kept = (await sessions.create(model="gemini-3.5-flash")).id
    await line.stop()

    assert await sessions.remember(TALK, pair("둘?", "예")) == 2
    assert sessions.backend == "memory"
    with pytest.raises(Degraded):
        await sessions.ping()
    made = (await sessions.create(system_prompt="짧게")).id
    await sessions.remember(made, pair("셋?", "예"))
    with pytest.raises(SessionNotFound):
        await sessions.get(kept)

    await line.restart()

    async def back() -> bool:
        return sessions.backend == "valkey"

    await until(back, what="the sessions are back on Valkey")
    await until(lambda: _has(sessions, made), what="the session was brought back")
    watching.cancel()
    await sessions.ping()
    assert await sessions.recall(TALK) == (*pair("하나?", "예"), *pair("둘?", "예"))
    brought = await sessions.get(made)
    assert (brought.meta.system_prompt, brought.meta.message_count) == ("짧게", 2)
    assert brought.turns == pair("셋?", "예")
    assert await cache.zcard(INDEX) == 2
    assert (await sessions.get(kept)).meta.model == "gemini-3.5-flash"
    await sessions.close()


async def _has(sessions: Sessions, session: str) -> bool:
    try:
        return bool((await sessions.get(session)).turns)
    except SessionNotFound:
        return False


async def test_when_valkey_goes_again_on_the_way_nothing_is_lost(cache: Client, line: Proxy) -> None:
    sessions = await through(line)
    await line.stop()
    for name in "abc":
        await sessions.remember(name, pair(name, "예"))
    assert sessions.valkey
    await sessions._go_back(sessions.valkey)

    assert sessions.backend == "memory"
    assert [await sessions.recall(name) for name in "abc"] == [pair(name, "예") for name in "abc"]
    await sessions.close()


async def test_what_was_forgotten_while_valkey_was_away_stays_forgotten(cache: Client, line: Proxy) -> None:
    sessions = await through(line)
    ended, kept = await sessions.create(), await sessions.create()
    await line.stop()
    await sessions.recall(TALK)
    assert sessions.backend == "memory"
    await sessions.delete(ended.id)
    await line.restart()
    assert sessions.valkey
    await sessions.valkey.ping()
    await sessions._go_back(sessions.valkey)

    assert (await sessions.get(kept.id)).meta.id == kept.id
    with pytest.raises(SessionNotFound):
        await sessions.get(ended.id)
    await sessions.close()


async def test_only_so_many_ends_are_noted(
    cache: Client, line: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "MOST", 2)
    sessions = await through(line)
    made = [await sessions.create() for _ in range(3)]
    await line.stop()
    await sessions.recall(TALK)
    for meta in made:
        await sessions.delete(meta.id)
    assert sessions.valkey
    await sessions._go_back(sessions.valkey)
    assert sessions.backend == "memory", "Valkey went again"
    await line.restart()
    await sessions.valkey.ping()
    await sessions._go_back(sessions.valkey)

    assert (await sessions.get(made[0].id)).meta.id == made[0].id
    for meta in made[1:]:
        with pytest.raises(SessionNotFound):
            await sessions.get(meta.id)
    await sessions.close()


async def test_a_known_conversation_is_not_made_anew(store: Store) -> None:
    await store.append(TALK, pair("하나?", "예"))
    assert await store.append(TALK, pair("둘?", "예"), known=True) == 4
    await store.delete(TALK)

    assert await store.append(TALK, pair("셋?", "예"), known=True) == 0
    assert await store.read(TALK) is None


async def test_a_required_valkey_is_not_replaced(cache: Client, line: Proxy) -> None:
    sessions = await through(line, required=True)
    await line.stop()

    assert await sessions.recall(TALK) == ()
    assert await sessions.remember(TALK, pair("하나?", "예")) == 0
    for call in (sessions.create(), sessions.get("s"), sessions.delete("s")):
        with pytest.raises(SessionStoreUnavailable):
            await call
    assert sessions.backend == "valkey"
    await sessions.close()


async def test_a_deaf_valkey_costs_half_a_second_once(deaf: int) -> None:
    client = command_client(Address("127.0.0.1", deaf), timeout=TIMEOUT)
    sessions = Sessions(on_valkey(client), in_memory(), limit=1, required=False)
    began = time.perf_counter()
    await sessions.recall(TALK)
    first = time.perf_counter() - began
    for _ in range(20):
        await sessions.recall(TALK)

    assert first < 1
    assert time.perf_counter() - began - first < AGAIN_SECONDS
    await sessions.close()


async def test_the_limit(cache: Client) -> None:
    sessions = Sessions(on_valkey(cache), in_memory(), limit=1, required=False)
    await sessions.create()
    with pytest.raises(SessionLimitReached):
        await sessions.create()


async def test_nothing_need_answer_at_start() -> None:
    sessions = await Sessions.open(settings(CACHE_HOST="127.0.0.1", CACHE_PORT=free_port()))

    assert (sessions.backend, await sessions.recall(TALK)) == ("memory", ())
    assert sessions.address.startswith("127.0.0.1:")
    await sessions.close()


async def test_a_store_that_is_switched_off_is_well() -> None:
    sessions = await Sessions.open(settings(SESSION_STORE_ENABLED=False))

    await sessions.ping()
    assert (sessions.backend, sessions.address) == ("memory", "")
    await sessions.close()


async def test_a_required_valkey_is_waited_for(valkey_server: Valkey) -> None:
    where = {
        "CACHE_HOST": "127.0.0.1",
        "SESSION_STORE_REQUIRED": True,
        "SESSION_STORE_CONNECT_MAX_ATTEMPTS": 2,
        "SESSION_STORE_CONNECT_RETRY_SECONDS": 0.01,
    }
    with pytest.raises(SessionStoreUnavailable):
        await Sessions.open(settings(CACHE_PORT=free_port(), **where))
    sessions = await Sessions.open(settings(CACHE_PORT=valkey_server.port, **where))
    assert sessions.backend == "valkey"
    await sessions.close()
