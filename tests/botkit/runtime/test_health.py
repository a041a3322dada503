"""Alive and ready are two questions."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from fastapi import Depends, FastAPI

from botkit.runtime import health as module
from botkit.runtime.health import Check, Degraded, Health
from botkit.runtime.http import add_error_body, add_health_routes, admin_key, serve
from tests.support.http import get, head
from tests.support.polling import until
from tests.support.servers import free_port


async def fine() -> dict[str, object]:
    return {"size": 3}


async def broken() -> None:
    raise ConnectionError("nobody there")


async def weak() -> None:
    raise Degraded("GOOGLE_API_KEY is not set")


async def slow() -> None:
    await asyncio.Event().wait()


async def test_ready_names_and_times_every_dependency(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROBE_TIMEOUT", 0.05)
    checks = (
        Check("store", fine),
        Check("database", broken, required=False),
        Check("model", weak, required=False),
        Check("far", slow, required=False),
    )
    well, body = await Health("bot", "1.0", checks).ready()
    assert well
    assert body["status"] == "degraded"
    parts = body["components"]
    assert parts["store"]["status"] == "ok"
    assert parts["store"]["detail"] == {"size": 3}
    assert parts["database"]["error"] == "ConnectionError: nobody there"
    assert (parts["model"]["status"], parts["model"]["error"]) == ("degraded", "GOOGLE_API_KEY is not set")
    assert parts["far"]["status"] == "down"
    assert all(part["milliseconds"] >= 0 for part in parts.values())


async def test_not_ready_when_a_required_one_fails_or_while_draining() -> None:
    assert not (await Health("bot", "1", (Check("store", broken),)).ready())[0]
    health = Health("bot", "1", (Check("store", fine),))
    assert (await health.ready())[0]
    health.draining = True
    well, body = await health.ready()
    assert (well, body["status"]) == (False, "draining")


async def test_alive_as_long_as_the_heart_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    health = Health("bot", "1")
    assert health.live()[0]
    health.beat("consumer")
    assert health.live()[0]
    monkeypatch.setattr(module, "HEARTBEAT_LIMIT", -1.0)
    well, body = health.live()
    assert (well, body["status"]) == (False, "stuck")


@pytest.mark.parametrize(("seconds", "shown"), [(7.9, "7s"), (300, "5m0s"), (7384, "2h3m4s")])
def test_durations(seconds: float, shown: str) -> None:
    assert module._duration(seconds) == shown


@contextlib.asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[int]:
    port, stop = free_port(), asyncio.Event()
    task = asyncio.create_task(serve(app, host="127.0.0.1", port=port, stop=stop))

    async def up() -> bool:
        with contextlib.suppress(OSError):
            return (await get(port, "/health")).status in (200, 503)
        return False

    await until(up)
    yield port
    stop.set()
    await task


async def test_the_routes_over_http() -> None:
    app = FastAPI()
    add_error_body(app)
    add_health_routes(app, Health("bot", "1", (Check("store", broken),)))

    @app.get("/admin", dependencies=[Depends(admin_key("right"))])
    async def admin() -> str:
        return "in"

    @app.get("/shut", dependencies=[Depends(admin_key(""))])
    async def shut() -> str:
        return "never"

    async with served(app) as port:
        assert (await get(port, "/health")).status == 200
        assert (await get(port, "/health/live")).json["service"] == "bot"
        assert (await get(port, "/health/ready")).status == 503
        assert (await get(port, "/ready")).json["components"]["store"]["status"] == "down"
        assert (await head(port, "/health/ready")).status == 503
        assert "process_loop_lag_seconds" in (await get(port, "/metrics")).text
        missing = await get(port, "/nowhere")
        assert (missing.status, missing.json["error"]) == (404, "NOT_FOUND")
        assert (await get(port, "/admin")).status == 401
        assert (await get(port, "/admin", {"X-API-Key": "wrong"})).json["error"] == "FORBIDDEN"
        assert (await get(port, "/admin", {"Authorization": "bearer wrong"})).status == 403
        assert (await get(port, "/admin", {"X-API-Key": "right"})).status == 200
        assert (await get(port, "/admin", {"Authorization": "bearer right"})).status == 200
        assert (await get(port, "/shut", {"X-API-Key": ""})).status == 503


async def test_a_taken_port_is_an_error() -> None:
    async with served(_app()) as port:
        with pytest.raises(OSError, match="in use"):
            await serve(_app(), host="127.0.0.1", port=port, stop=asyncio.Event())


def _app() -> FastAPI:
    app = FastAPI()
    add_health_routes(app, Health("bot", "1"))
    return app
