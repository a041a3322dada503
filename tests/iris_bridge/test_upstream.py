"""What upstream Iris answers, and what it means: away, refused, or nobody knows."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from socket import AddressFamily
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import ResolveResult
from aiohttp.resolver import DefaultResolver

from iris_bridge import upstream
from iris_bridge.iris import Config, IrisAway, Refused, Unsure
from iris_bridge.replies import Message
from iris_bridge.upstream import PrivateResolver, Upstream
from playground.iris.faults import Faults
from playground.iris.server import FakeIris
from tests.support.servers import free_port

MESSAGE = Message("5-0", "10", "안녕", "final")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def client(url: str) -> AsyncIterator[Upstream]:
    made = Upstream(url)
    try:
        yield made
    finally:
        await made.close()


@asynccontextmanager
async def strange(handler: Handler) -> AsyncIterator[Upstream]:
    """A server that answers everything in its own way."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with client(f"http://127.0.0.1:{runner.addresses[0][1]}") as made:
            yield made
    finally:
        await runner.cleanup()


def answering(body: Any, status: int = 200) -> Handler:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(text=body if isinstance(body, str) else json.dumps(body), status=status)

    return handler


async def test_the_statements_are_sqlite_and_iris_understands_them(iris: FakeIris) -> None:
    room, person = iris.world.add_room("놀이방"), iris.world.add_person("민지")
    async with client(iris.url) as made:
        assert await made.newest() == 0
        assert (await made.rows(0)).events == ()
        for number in range(450):
            iris.world.say(room.id, person.id, f"{number}")
        iris.world.say(iris.world.add_room("다른 방").id, person.id, "저쪽")
        found, after, full = [], 0, True
        while full:
            page = await made.rows(after, room=room.id)
            found += [event.text for event in page.events]
            after, full = page.last, page.full
        assert found == [f"{number}" for number in range(450)]
        assert len((await made.rows(after)).events) == 1
        assert await made.newest() == after + 1
        assert (await made.name(person.id), await made.name("12")) == ("민지", "")
        assert await made.config() == Config(iris.world.bot.id, 0)


async def test_pushed_rows_come_in_order(iris: FakeIris) -> None:
    room, person = iris.world.add_room("놀이방"), iris.world.add_person("민지")
    async with client(iris.url) as made, made.feed() as feed:
        for number in range(5):
            iris.world.say(room.id, person.id, f"{number}")
        texts = [getattr(await feed.next(), "text", None) for _ in range(5)]
        assert texts == [f"{number}" for number in range(5)]
        await iris.phone.restart(0)
        with pytest.raises(IrisAway):
            await feed.next()


async def test_nobody_listens(iris: FakeIris) -> None:
    async with client(f"http://127.0.0.1:{free_port()}") as made:
        with pytest.raises(IrisAway):
            await made.post(MESSAGE)
        with pytest.raises(IrisAway):
            await made.newest()
        with pytest.raises(IrisAway):
            async with made.feed():
                pass


async def test_a_post_that_is_refused(iris: FakeIris) -> None:
    iris.phone.switch(Faults(fail_replies=1))
    async with client(iris.url) as made:
        with pytest.raises(Refused, match="status 500: a scripted failure"):
            await made.post(MESSAGE)
        await made.post(MESSAGE)
    assert [message.text for message in iris.phone.asked] == ["안녕"]


@pytest.mark.parametrize("body", ["", "no json", {"success": False}, [1]])
async def test_success_must_be_said(body: Any) -> None:
    async with strange(answering(body)) as made:
        with pytest.raises(Refused):
            await made.post(MESSAGE)


async def test_an_answer_that_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(_request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    monkeypatch.setattr(upstream, "SECONDS", 0.2)
    async with strange(hang) as made:
        with pytest.raises(Unsure):
            await made.post(MESSAGE)
        with pytest.raises(IrisAway):
            await made.config()


async def test_a_connection_that_breaks_after_the_post() -> None:
    async def cut(request: web.Request) -> web.Response:
        await request.read()
        assert request.transport
        request.transport.abort()
        return web.Response()

    async with strange(cut) as made:
        with pytest.raises(Unsure):
            await made.post(MESSAGE)


async def test_only_known_fields_are_posted() -> None:
    bodies: list[Any] = []

    async def note(request: web.Request) -> web.Response:
        bodies.append(await request.json())
        return web.json_response({"success": True, "message": "success"})

    async with strange(note) as made:
        await made.post(MESSAGE)
        await made.post(Message("5-0", "10", "안녕", "final", thread="77"))
        await made.post(Message("5-0", "10", "달력", "image", thread="77", image_key="k"), image=b"\x00\xff")
    assert bodies == [
        {"type": "text", "room": "10", "data": "안녕"},
        {"type": "text", "room": "10", "data": "안녕", "threadId": "77"},
        {"type": "image", "room": "10", "data": "AP8="},
    ]


@pytest.mark.parametrize(
    "body",
    ["", {}, {"data": None}, {"data": {}}, {"data": [1]}, {"data": [{}]}, {"data": [{"_id": "x"}]}],
)
async def test_rows_that_cannot_be_read_are_no_newest_row(body: Any) -> None:
    async with strange(answering(body)) as made:
        with pytest.raises(IrisAway):
            await made.newest()


async def test_rows_that_cannot_be_read_are_passed_over() -> None:
    rows = [{"_id": "7"}, {"_id": None}, {"_id": "6", "message": "x"}]
    async with strange(answering({"data": rows})) as made:
        page = await made.rows(3)
    assert (page.events, page.last, page.unreadable, page.full) == ((), 7, 3, False)


async def test_bytes_that_are_no_text_are_made_so() -> None:
    async def odd(request: web.Request) -> web.Response:
        name = request.path != "/reply"
        body = (
            b'{"data": [{"name": "\xff"}], "bot_id": 7}' if name else b'{"success": true, "message": "\xff"}'
        )
        return web.Response(body=body, content_type="application/json")

    async with strange(odd) as made:
        assert (await made.config()).bot_id == "7"
        assert await made.name("12") == "\ufffd"
        await made.post(MESSAGE)


async def test_half_a_surrogate_pair_is_no_name_that_could_be_written() -> None:
    async with strange(answering('{"data": [{"name": "민지\\ud83d"}]}')) as made:
        assert await made.name("12") == "민지?"


async def test_a_config_without_numbers_means_the_defaults() -> None:
    async with strange(answering({"message_send_rate": "fast", "bot_id": 0})) as made:
        assert await made.config() == Config("", 50)


async def test_a_redirect_is_not_followed() -> None:
    async def away(_request: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect("http://127.0.0.1:1/")

    async with strange(away) as made:
        with pytest.raises(Refused):
            await made.post(MESSAGE)
        with pytest.raises(IrisAway, match="status 307"):
            await made.config()


async def test_a_name_with_public_addresses_only_is_not_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = ["8.8.8.8"]

    async def resolve(
        self: object, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=one, port=port, family=AddressFamily.AF_INET, proto=0, flags=0)
            for one in found
        ]

    monkeypatch.setattr(DefaultResolver, "resolve", resolve)
    async with client("http://iris.example:3000") as made:
        with pytest.raises(IrisAway):
            await made.newest()
        with pytest.raises(IrisAway):
            await made.post(MESSAGE)
    found.append("127.0.0.1")
    (kept,) = await PrivateResolver().resolve("iris.example", 3000)
    assert kept["host"] == "127.0.0.1"
