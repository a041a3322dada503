"""Conversations on a real Valkey, and while there is none."""

import asyncio
import time
from typing import Any

import pytest

from botkit.valkey.clients import Address, command_client
from llm_server.errors import SessionStoreUnavailable
from llm_server.sessions.history import pair
from llm_server.sessions.store import TIMEOUT, SessionStore
from llm_server.settings import ServerSettings
from playground.embedded import Valkey
from tests.support.servers import Client, free_port

TALK = "twentyq:room:game"


def store(client: Client, *, pairs: int = 50, ttl_minutes: int = 60) -> SessionStore:
    return SessionStore(client, address="test", ttl_minutes=ttl_minutes, pairs=pairs)


async def ask(sessions: SessionStore, question: str, answer: str = "예") -> None:
    talk = await sessions.read(TALK)
    assert talk is not None
    await sessions.append(talk, question, answer)


async def test_what_is_appended_is_read(cache: Client) -> None:
    sessions = store(cache)
    await ask(sessions, "살아 있나요?")
    await ask(sessions, "큰가요?", "아니오")

    talk = await sessions.read(TALK)

    assert talk is not None
    assert talk.turns == (*pair("살아 있나요?", "예"), *pair("큰가요?", "아니오"))
    assert talk.meta.message_count == 4


async def test_the_layout_on_the_wire(cache: Client) -> None:
    await ask(store(cache), "왜?")

    assert await cache.lrange(f"session:{TALK}:history", 0, -1) == [
        '{"role":"user","content":"Q: 왜?"}'.encode(),
        '{"role":"assistant","content":"A: 예"}'.encode(),
    ]
    meta = await cache.get(f"session:{TALK}:meta")
    assert meta.startswith(b'{"id":"twentyq:room:game","created_at":"20')


async def test_both_keys_live_equally_long_and_are_renewed_together(cache: Client) -> None:
    sessions = store(cache, ttl_minutes=10)
    await ask(sessions, "하나?")
    keys = [f"session:{TALK}:meta", f"session:{TALK}:history"]
    for key in keys:
        await cache.expire(key, 30)
    await ask(sessions, "둘?")

    assert [await cache.ttl(key) for key in keys] == [600, 600]


async def test_the_birth_is_kept(cache: Client) -> None:
    sessions = store(cache)
    await ask(sessions, "하나?")
    first = await sessions.read(TALK)
    await ask(sessions, "둘?")
    second = await sessions.read(TALK)

    assert first is not None
    assert second is not None
    assert first.meta.created_at == second.meta.created_at
    assert first.meta.updated_at < second.meta.updated_at


async def test_only_the_last_pairs_are_kept(cache: Client) -> None:
    sessions = store(cache, pairs=2)
    for question in "가나다":
        await ask(sessions, question)

    assert await cache.llen(f"session:{TALK}:history") == 4
    talk = await sessions.read(TALK)
    assert talk is not None
    assert talk.turns == (*pair("나", "예"), *pair("다", "예"))


async def test_no_limit_keeps_everything(cache: Client) -> None:
    sessions = store(cache, pairs=0)
    for number in range(60):
        await ask(sessions, str(number))

    talk = await sessions.read(TALK)
    assert talk is not None
    assert len(talk.turns) == 120


async def test_a_deleted_conversation_is_gone(cache: Client) -> None:
    sessions = store(cache)
    await ask(sessions, "왜?")
    await sessions.delete(TALK)
    await sessions.delete("never there")

    assert await cache.keys("session:*") == []


async def test_reading_takes_one_round_trip_and_appending_one_transaction(cache: Client) -> None:
    sessions = store(cache)
    await ask(sessions, "하나?")
    async with cache.monitor() as monitor:
        await ask(sessions, "둘?")
        await cache.ping()
        seen: list[str] = []
        while not seen or seen[-1] != "PING":
            seen.append((await monitor.next_command())["command"].split()[0].upper())

    assert [command for command in seen if command != "CLIENT"] == [
        "GET",
        "LRANGE",
        "MULTI",
        "SET",
        "RPUSH",
        "LTRIM",
        "EXPIRE",
        "EXEC",
        "PING",
    ]


@pytest.fixture
async def deaf() -> Any:
    """A port where somebody listens and never answers."""

    async def ignore(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(ignore, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_while_the_store_is_away_there_is_no_history_and_no_error(cache: Client, deaf: int) -> None:
    there = await store(cache).read(TALK)
    assert there is not None
    for port in (free_port(), deaf):
        client = command_client(Address("127.0.0.1", port), timeout=TIMEOUT)
        sessions = store(client)
        began = time.perf_counter()
        assert await sessions.read(TALK) is None
        assert time.perf_counter() - began < 0.5
        await sessions.append(there, "왜?", "예")
        with pytest.raises(SessionStoreUnavailable):
            await sessions.delete(TALK)
        await client.aclose()


def settings(**values: Any) -> ServerSettings:
    return ServerSettings.model_validate(values)


async def test_the_socket_wins_over_the_url(valkey_server: Valkey, cache: Client) -> None:
    sessions = await SessionStore.open(
        settings(CACHE_SOCKET_PATH=str(valkey_server.socket), SESSION_STORE_URL="redis://nowhere:1")
    )
    await sessions.ping()
    await sessions.close()

    assert sessions.address == f"unix://{valkey_server.socket}"


async def test_tcp_takes_over_when_the_socket_is_dead(valkey_server: Valkey, cache: Client) -> None:
    sessions = await SessionStore.open(
        settings(CACHE_SOCKET_PATH="/nowhere.sock", CACHE_HOST="127.0.0.1", CACHE_PORT=valkey_server.port)
    )
    await sessions.ping()
    await sessions.close()

    assert sessions.address == f"127.0.0.1:{valkey_server.port}"


async def test_every_form_of_the_url(valkey_server: Valkey, cache: Client) -> None:
    port = valkey_server.port
    forms = {
        f"redis://127.0.0.1:{port}": f"127.0.0.1:{port}",
        f"redis://127.0.0.1:{port}/0": f"127.0.0.1:{port}",
        f"127.0.0.1:{port}": f"127.0.0.1:{port}",
        f"unix://{valkey_server.socket}": f"unix://{valkey_server.socket}",
    }
    for url, address in forms.items():
        sessions = await SessionStore.open(settings(SESSION_STORE_URL=url))
        await ask(sessions, "왜?")
        await sessions.close()
        assert sessions.address == address

    talk = await store(cache).read(TALK)
    assert talk is not None
    assert talk.meta.message_count == 2 * len(forms)


async def test_an_address_never_shows_its_password() -> None:
    sessions = await SessionStore.open(settings(SESSION_STORE_URL="rediss://user:hunter2@cache.example/3"))
    await sessions.close()

    assert sessions.address == "cache.example:6379"


async def test_nothing_need_answer_at_start() -> None:
    sessions = await SessionStore.open(settings(CACHE_HOST="127.0.0.1", CACHE_PORT=free_port()))

    assert await sessions.read(TALK) is None
    await sessions.close()
