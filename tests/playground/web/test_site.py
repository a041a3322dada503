"""The page's own routes, over HTTP, with a real Valkey behind them."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from playground.embedded import Valkey
from playground.iris.server import FakeIris
from playground.web.neighbours import PROGRAMS, Neighbours
from playground.web.site import Site
from playground.web.town import ROOMS, settle
from playground.web.trail import DELIVERIES, SEEN, Trail
from tests.support.http import get
from tests.support.servers import Client, free_port

LOG = str(1_795_632_061_000 << 20)


class Page:
    """A page with the neighbours that a test gives it."""

    def __init__(self, iris: FakeIris, logs: Path) -> None:
        self.iris = iris
        self.port = int(iris.url.rpartition(":")[2])
        self.logs = logs


@pytest.fixture
async def bot() -> AsyncIterator[int]:
    """A program that says what a bot and a demo model would say."""

    async def commands(_request: web.Request) -> web.Response:
        listed = [{"usage": "/스자 힌트", "summary": "힌트를 하나 들어요"}]
        return web.json_response({"bot": "twentyq", "prefix": "/스자", "commands": listed})

    async def ready(_request: web.Request) -> web.Response:
        components = {"valkey_mq": {"status": "down"}, "postgres": {"status": "ok"}}
        return web.json_response({"status": "degraded", "components": components}, status=503)

    async def suggestions(_request: web.Request) -> web.Response:
        return web.json_response({"organism": ["동물인가요?"]})

    app = web.Application()
    app.router.add_get("/commands", commands)
    app.router.add_get("/health/ready", ready)
    app.router.add_get("/demo/suggestions", suggestions)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield port
    await runner.cleanup()


@pytest.fixture
def env(valkey_server: Valkey, bot: int, tmp_path: Path) -> dict[str, str]:
    return {
        "MQ_PORT": str(valkey_server.port),
        "LOG_DIR": str(tmp_path),
        "TWENTYQ_SERVER_PORT": str(bot),
        "HTTP_PORT": str(free_port()),
        "REPLY_MARK": "[데모]",
        "GEMINI_BASE_URL": f"http://127.0.0.1:{bot}",
    }


@pytest.fixture
async def page(env: dict[str, str], valkey: Client, tmp_path: Path) -> AsyncIterator[Page]:
    async with Neighbours(env) as neighbours, Trail(env) as trail:
        iris = FakeIris(port=free_port(), more=Site(neighbours, trail).routes())
        settle(iris.world)
        async with iris:
            yield Page(iris, tmp_path)


# ---- files ----------------------------------------------------------------------------------------------


async def test_the_page_and_its_files_come_from_here_alone(page: Page) -> None:
    index = await get(page.port, "/")
    assert index.status == 200
    assert index.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'self'" in index.headers["Content-Security-Policy"]
    assert "http" not in index.text
    for name in ("main.js", "style.css", "icon.svg"):
        file = await get(page.port, f"/static/{name}")
        assert file.status == 200
        assert "@import" not in file.text
        assert "https://" not in file.text
    known = (await get(page.port, "/static/main.js")).headers["ETag"]
    assert (await get(page.port, "/static/main.js", {"If-None-Match": known})).status == 304


@pytest.mark.parametrize("name", ["nothing.js", "..%2f__main__.py", "%2e%2e%2fsite.py"])
async def test_other_files_are_not_served(page: Page, name: str) -> None:
    assert (await get(page.port, f"/static/{name}")).status == 404


async def test_every_module_imports_what_is_there(page: Page) -> None:
    static = Path(__file__).parents[3] / "playground" / "web" / "static"
    for path in static.glob("*.js"):
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("import "):
                name = line.rpartition('"./')[2].rstrip('";')
                assert (static / name).exists(), f"{path.name}: {line}"


# ---- the neighbours -------------------------------------------------------------------------------------


async def test_what_can_be_typed_and_what_the_demo_model_knows(page: Page) -> None:
    (bot,) = (await get(page.port, "/page/commands")).json
    assert (bot["bot"], bot["title"], bot["prefix"]) == ("twentyq", "스무고개", "/스자")
    assert bot["commands"] == [{"usage": "/스자 힌트", "summary": "힌트를 하나 들어요"}]
    assert (await get(page.port, "/page/suggestions")).json == {"organism": ["동물인가요?"]}
    assert (await get(page.port, "/page/about")).json == {"demo": True}


async def test_how_the_programs_are(page: Page, env: dict[str, str]) -> None:
    bot, server = (await get(page.port, "/page/health")).json
    assert (bot["name"], bot["status"], bot["weak"]) == ("twentyq", "degraded", {"valkey_mq": "down"})
    assert bot["docs"] == f"http://localhost:{env['TWENTYQ_SERVER_PORT']}/docs"
    assert (server["name"], server["status"], server["weak"]) == ("llm-server", "away", {})


async def test_in_the_compose_network_programs_have_names(env: dict[str, str]) -> None:
    async with Neighbours(env, by_name=True) as neighbours:
        assert {one["status"] for one in await neighbours.health()} == {"away"}
        assert neighbours._url(PROGRAMS[0]) == f"http://twentyq-bot:{env['TWENTYQ_SERVER_PORT']}"


async def test_a_real_model_has_no_suggestions_and_an_absent_bot_no_commands(env: dict[str, str]) -> None:
    changed = env | {"REPLY_MARK": "", "TWENTYQ_SERVER_PORT": str(free_port())}
    async with Neighbours(changed) as neighbours:
        assert await neighbours.suggestions() == {}
        assert await neighbours.commands() == []


async def test_the_town_has_rooms_with_people(page: Page) -> None:
    rooms = (await get(page.port, "/playground/rooms")).json
    assert {room["name"]: tuple(one["name"] for one in room["people"]) for room in rooms} == ROOMS
    names = [person["name"] for person in (await get(page.port, "/playground/people")).json]
    assert len(names) == len(set(names))


# ---- the way of a line ----------------------------------------------------------------------------------


async def line_on_its_way(valkey: Client, logs: Path) -> str:
    """A line that was taken, answered, and seen in its room."""
    entry = (await valkey.xadd("kakao:20q", {"text": "/스자", "room": "1", "logId": LOG})).decode()
    await valkey.set(f"{SEEN}{LOG}", entry)
    stamp = "2026-11-25T18:00:00.000000Z"
    records = {
        "iris-bridge.log": {"event": "line_taken", "entry": entry, "stream": "kakao:20q", "timestamp": stamp},
        "server.log": {"event": "grpc_request", "request_id": entry, "method": "/s/M", "milliseconds": 2.5, "timestamp": stamp},
        "twentyq.log": {"event": "line_ended", "entry": entry, "command": "ask", "result": "answered", "milliseconds": 7, "timestamp": stamp},
    }  # fmt: skip
    for name, record in records.items():
        other = {"event": "line_ended", "entry": "other", "result": entry, "timestamp": stamp}
        lines = [json.dumps(other), f"no record of {entry}", json.dumps([entry]), json.dumps(record)]
        half = json.dumps(record)[:-9]  # it is being written
        (logs / name).write_text("\n".join([*lines, half]), "utf-8")
    reply = (await valkey.xadd("kakao:bot:reply", {"chatId": "1", "text": "!"})).decode()
    told = {"entry": reply, "replyTo": entry, "dedupKey": f"{entry}/0", "type": "final", "chatId": "1"}
    await valkey.xadd(DELIVERIES, told | {"state": "confirmed", "logId": LOG, "at": "1"})
    return str(entry)


async def test_the_way_of_a_line_and_of_its_answer(page: Page, valkey: Client) -> None:
    assert (await get(page.port, f"/page/ways?log={LOG}")).json is None
    entry = await line_on_its_way(valkey, page.logs)
    found = (await get(page.port, f"/page/ways?log={LOG}")).json
    assert {step["place"] for step in found["steps"]} == {"bridge", "bot", "llm", "room"}
    assert (found["entry"], found["done"]) == (entry, True)
    assert next(step["detail"] for step in found["steps"] if step["place"] == "bridge") == "kakao:20q"
    assert (await get(page.port, f"/page/ways?entry={entry}")).json == found


@pytest.mark.parametrize("query", ["", "log=x", "entry=1", f"log={'9' * 20}", "entry=*"])
async def test_a_way_of_nothing_is_refused(page: Page, query: str) -> None:
    answer = await get(page.port, f"/page/ways?{query}")
    assert (answer.status, "wanted" in answer.json["error"]) == (422, True)


async def test_without_valkey_there_is_no_way(env: dict[str, str]) -> None:
    changed = env | {"MQ_PORT": str(free_port())}
    async with (
        Neighbours(changed) as neighbours,
        Trail(changed) as trail,
        FakeIris(more=Site(neighbours, trail).routes()) as iris,
    ):
        answer = await get(int(iris.url.rpartition(":")[2]), f"/page/ways?log={LOG}")
        assert (answer.status, answer.json) == (503, {"error": "valkey-mq: ConnectionError"})


async def deliveries(page: Page, count: int, after: str) -> list[Any]:
    """What is told first behind an entry."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{page.iris.url}/page/deliveries?after={after}") as socket,
    ):
        return [await socket.receive_json(timeout=10) for _ in range(count)]


async def test_deliveries_are_told_and_resumed(page: Page, valkey: Client) -> None:
    fields: Any = {"entry": "1-0", "replyTo": "0-1", "type": "waiting", "state": "confirmed", "secret": "x"}
    ids = [(await valkey.xadd(DELIVERIES, fields | {"logId": str(number)})).decode() for number in range(3)]
    first = await deliveries(page, 3, "0")
    assert [told["id"] for told in first] == ids
    wanted = {name: fields[name] for name in ("entry", "replyTo", "type", "state")}
    assert first[0] == wanted | {"logId": "0", "id": ids[0]}
    assert [told["id"] for told in await deliveries(page, 1, ids[1])] == ids[2:]
    assert [told["id"] for told in await deliveries(page, 3, "no+id")] == ids
