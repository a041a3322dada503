"""Figures from YouTube, within the day's budget."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from hololive_bot.repository.statistics import Figures
from hololive_bot.youtube import BUDGET, YouTube, YouTubeFailed
from tests.support.servers import Client, free_port

NOON = 1_767_236_400.0


class Fake:
    """Speaks the one call that is used."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.keys: set[str] = set()
        self.body: Any = None
        self.status = 200
        self.url = ""

    async def channels(self, request: web.Request) -> web.Response:
        ids = request.query["id"].split(",")
        self.asked.append(ids)
        self.keys.add(request.headers.get("X-Goog-Api-Key", ""))
        items = [
            {"id": one, "statistics": {"subscriberCount": "12300", "videoCount": "7", "viewCount": "99"}}
            for one in ids
        ]
        return web.json_response({"items": items} if self.body is None else self.body, status=self.status)


@pytest.fixture
async def fake() -> AsyncIterator[Fake]:
    made = Fake()
    app = web.Application()
    app.router.add_get("/v3/channels", made.channels)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    made.url = f"http://127.0.0.1:{port}/v3"
    yield made
    await runner.cleanup()


@pytest.fixture
async def youtube(fake: Fake, cache: Client) -> AsyncIterator[YouTube]:
    async with aiohttp.ClientSession() as http:
        yield YouTube(http, cache, key="secret", clock=lambda: NOON, base_url=fake.url)


async def test_fifty_channels_are_one_call(youtube: YouTube, fake: Fake, cache: Client) -> None:
    channels = [f"UC{number}" for number in range(120)]
    found = await youtube.figures(channels)
    assert found[0] == Figures("UC0", NOON, 12300, 7, 99)
    assert [one.channel for one in found] == channels
    assert sorted(map(len, fake.asked)) == [20, 50, 50]
    assert fake.keys == {"secret"}
    assert await cache.get("holo:yt:quota:2025-12-31") == b"3", "the day is California's"


async def test_the_budget_is_not_overdrawn(youtube: YouTube, fake: Fake, cache: Client) -> None:
    await cache.set("holo:yt:quota:2025-12-31", BUDGET, ex=60)
    with pytest.raises(YouTubeFailed, match="budget"):
        await youtube.figures(["UCa"])
    assert fake.asked == []


async def test_a_channel_that_hides_or_breaks_is_left_out(youtube: YouTube, fake: Fake) -> None:
    fake.body = {
        "items": [
            {"id": "UCa", "statistics": {"hiddenSubscriberCount": True}},
            {"id": "UCb"},
            {"id": "UCc", "statistics": {"subscriberCount": "many"}},
            {"id": "UCe", "statistics": {"subscriberCount": "9" * 20}},
            None,
            {"id": "UCd", "statistics": {"subscriberCount": "5"}},
        ]
    }
    assert await youtube.figures(["UCa"]) == [Figures("UCd", NOON, 5)]
    fake.body = {}
    assert await youtube.figures(["UCa"]) == []


@pytest.mark.parametrize(("status", "body"), [(403, {}), (500, {}), (200, []), (200, {"items": "none"})])
async def test_anything_else_is_a_failure(youtube: YouTube, fake: Fake, status: int, body: Any) -> None:
    fake.status, fake.body = status, body
    with pytest.raises(YouTubeFailed):
        await youtube.figures(["UCa"])


async def test_nobody_may_answer(cache: Client) -> None:
    async with aiohttp.ClientSession() as http:
        gone = YouTube(http, cache, key="x", clock=lambda: NOON, base_url=f"http://127.0.0.1:{free_port()}")
        with pytest.raises(YouTubeFailed, match="Client"):
            await gone.figures(["UCa"])


async def test_what_cannot_be_counted_is_not_spent(fake: Fake, cache: Client) -> None:
    lost = type(cache)(port=free_port(), protocol=2)
    async with aiohttp.ClientSession() as http:
        youtube = YouTube(http, lost, key="x", clock=lambda: NOON, base_url=fake.url)
        with pytest.raises(YouTubeFailed, match="not counted"):
            await youtube.figures(["UCa"])
    await lost.aclose()
    assert fake.asked == []
