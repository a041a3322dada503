"""The won for a dollar: asked over real HTTP, kept, and never a reason to fail."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from game_bots.exchange import FALLBACK_KRW, KEPT_SECONDS, RETRY_SECONDS, Exchange, Rate
from tests.support.servers import free_port


class Service:
    """What the exchange service answers, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = 200
        self.body = '{"rates": {"KRW": 1402.5}}'
        self.port = free_port()

    async def answer(self, _request: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(status=self.status, text=self.body, content_type="application/json")


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    made = Service()
    app = web.Application()
    app.router.add_get("/latest", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", made.port).start()
    yield made
    await runner.cleanup()


class Time:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


async def test_the_rate_is_asked_once_an_hour(service: Service) -> None:
    clock = Time()
    exchange = Exchange(f"http://127.0.0.1:{service.port}/latest", clock=clock)

    assert set(await asyncio.gather(*(exchange.rate() for _ in range(5)))) == {Rate(1402.5, known=True)}
    assert service.asked == 1
    clock.now += KEPT_SECONDS
    await exchange.rate()
    assert service.asked == 2


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, "{}"), (200, "{}"), (200, "no json"), (200, '{"rates": {"KRW": -1}}'), (200, '{"rates": []}')],
)
async def test_a_service_that_fails_is_not_believed(service: Service, status: int, body: str) -> None:
    clock = Time()
    service.status, service.body = status, body
    exchange = Exchange(f"http://127.0.0.1:{service.port}/latest", clock=clock)

    assert await exchange.rate() == Rate(FALLBACK_KRW, known=False)
    service.status, service.body = 200, '{"rates": {"KRW": 1380}}'
    assert not (await exchange.rate()).known
    clock.now += RETRY_SECONDS
    assert await exchange.rate() == Rate(1380.0, known=True)


async def test_no_service_at_all() -> None:
    exchange = Exchange(f"http://127.0.0.1:{free_port()}/latest")
    assert await exchange.rate() == Rate(FALLBACK_KRW, known=False)
