"""The fake phone over HTTP: Iris' routes with Iris' traps, and the playground's."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Self

import aiohttp
import pytest
from aiohttp import web

from playground.iris import phone
from playground.iris.faults import Faults
from playground.iris.server import FakeIris
from playground.processes import Child, clean_environment, python
from tests.support.http import Answer, get, request
from tests.support.polling import until
from tests.support.servers import free_port

SUCCESS = {"success": True, "message": "success"}
PNG = "iVBORw0KGgo="


@pytest.fixture
async def iris() -> AsyncIterator[FakeIris]:
    async with FakeIris(send_rate_ms=0) as made:
        yield made


def port_of(iris: FakeIris) -> int:
    return int(iris.url.rpartition(":")[2])


async def post(iris: FakeIris, path: str, body: Any) -> Answer:
    return await request("POST", port_of(iris), path, json=body)


async def faults(iris: FakeIris, **on: Any) -> Answer:
    return await request("PUT", port_of(iris), "/playground/faults", json=on)


async def said(iris: FakeIris, room: str, count: int) -> list[str]:
    """Until so many messages of ours stand in a room."""

    async def there() -> list[str]:
        rows = [row for row in iris.world.rows(room) if row["user_id"] == iris.world.bot.id]
        return [str(row["message"]) for row in rows] if len(rows) >= count else []

    return await until(there, what=f"{count} messages")


class Listener:
    """A client of `/ws`, or of the page's."""

    def __init__(self, iris: FakeIris, path: str = "/ws") -> None:
        self._url = f"{iris.url}{path}"

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession()
        self._socket = await self._http.ws_connect(self._url)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()
        await self._http.close()

    async def next(self) -> Any:
        """The next frame, None when the connection has ended."""
        async with asyncio.timeout(5):
            message = await self._socket.receive()
        return json.loads(message.data) if message.type is aiohttp.WSMsgType.TEXT else None

    async def texts(self, count: int) -> list[str]:
        """What the next frames say."""
        return [frame.get("msg", frame.get("text")) for frame in [await self.next() for _ in range(count)]]


# ---- Iris ---------------------------------------------------------------------------------------------


async def test_the_configuration_can_be_read_and_set(iris: FakeIris) -> None:
    found = (await get(port_of(iris), "/config")).json
    assert found == {
        "bot_name": "Iris",
        "bot_http_port": port_of(iris),
        "web_server_endpoint": "",
        "db_polling_rate": 100,
        "message_send_rate": 0,
        "bot_id": int(iris.world.bot.id),
    }
    assert (await post(iris, "/config/sendrate", {"rate": "70"})).json == SUCCESS
    assert (await post(iris, "/config/endpoint", {"endpoint": "http://127.0.0.1:1/x"})).json == SUCCESS
    found = (await get(port_of(iris), "/config")).json
    assert (found["message_send_rate"], found["web_server_endpoint"]) == (70, "http://127.0.0.1:1/x")
    for name, body in (("sendrate", {"rate": "fast"}), ("sendrate", {}), ("token", {"x": 1})):
        answer = await post(iris, f"/config/{name}", body)
        assert (answer.status, answer.json["status"]) == (500, False)


async def test_a_message_appears_in_its_room_and_is_pushed(iris: FakeIris) -> None:
    room = iris.world.add_room("놀이방").id
    async with Listener(iris) as listener:
        answer = await post(iris, "/reply", {"type": "text", "room": room, "data": "안녕", "threadId": "77"})
        assert (answer.status, answer.json) == (200, SUCCESS)
        frame = await listener.next()
    assert (frame["msg"], frame["room"], frame["sender"]) == ("안녕", "놀이방", "Iris")
    assert frame["json"]["chat_id"] == room
    assert json.loads(frame["json"]["v"])["isMine"] is True
    assert json.loads(frame["json"]["attachment"]) == {"src_logId": 77, "src_isThread": True}


async def test_pictures_are_sent_and_can_be_looked_at(iris: FakeIris) -> None:
    room = iris.world.add_room("놀이방").id
    await post(iris, "/reply", {"type": "image", "room": room, "data": PNG, "threadId": "77"})
    await post(iris, "/reply", {"type": "image_multiple", "room": room, "data": [PNG, PNG]})
    await said(iris, room, 3)
    rows = (await get(port_of(iris), f"/playground/rooms/{room}/rows")).json
    assert [row["thread"] for row in rows] == ["", "", ""]
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{iris.url}{rows[0]['image']}") as response,
    ):
        assert (response.content_type, await response.read()) == ("image/png", b"\x89PNG\r\n\x1a\n")
    assert (await get(port_of(iris), "/playground/images/1")).status == 404


@pytest.mark.parametrize(
    "body",
    [
        {"type": "text", "room": "놀이방", "data": "x"},
        {"type": "text", "room": str(2**63), "data": "x"},
        {"type": "text", "room": "1", "data": ["x"]},
        {"type": "image", "room": "1", "data": "no base64"},
        {"type": "markdown", "room": "1", "data": "x"},
        {"type": "text", "room": "1", "data": "x", "threadId": "one"},
        {"type": "text", "room": "1", "data": "x", "threadScope": 2},
        {"room": "1"},
        [],
    ],
)
async def test_what_iris_cannot_read_is_an_error_500(iris: FakeIris, body: Any) -> None:
    answer = await post(iris, "/reply", body)
    assert (answer.status, answer.json["status"]) == (500, False)
    assert iris.phone.asked == []


async def test_a_room_we_are_not_in_gets_nothing_and_iris_says_success(iris: FakeIris) -> None:
    assert (await post(iris, "/reply", {"room": "12", "data": "x"})).json == SUCCESS
    room = iris.world.add_room("놀이방").id
    assert (await post(iris, "/reply", {"room": room, "data": "y"})).json == SUCCESS
    assert await said(iris, room, 1) == ["y"]


async def test_queries_answer_as_iris_does(iris: FakeIris) -> None:
    room, person = iris.world.add_room("놀이방").id, iris.world.add_person("민지").id
    row = iris.world.say(room, person, "안녕")
    body = {"query": "SELECT * FROM chat_logs WHERE _id > ? ORDER BY _id LIMIT 200", "bind": [0]}
    assert (await post(iris, "/query", body)).json == {"data": [row]}
    wrongs: list[Any] = [{"query": "SELECT 1"}, {"queries": []}, {"query": body["query"], "bind": "x"}]
    for wrong in wrongs:
        answer = await post(iris, "/query", wrong)
        assert (answer.status, answer.json["status"]) == (500, False)


async def test_the_status_shows_the_last_rows(iris: FakeIris) -> None:
    room, person = iris.world.add_room("놀이방").id, iris.world.add_person("민지").id
    for number in range(60):
        iris.world.say(room, person, f"{number}")
    found = (await get(port_of(iris), "/dashboard/status")).json
    assert found["isObserving"] is True
    assert [row["message"] for row in found["lastLogs"]] == [f"{number}" for number in range(10, 60)]
    await faults(iris, dead=True)
    assert (await get(port_of(iris), "/dashboard/status")).json["isObserving"] is False


async def test_rows_are_pushed_to_the_webhook(iris: FakeIris) -> None:
    bodies: list[Any] = []

    async def note(http: web.Request) -> web.Response:
        bodies.append(await http.json())
        return web.Response(status=500)  # Iris does not care

    app = web.Application()
    app.add_routes([web.post("/hook", note)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        iris.phone.config.web_server_endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        iris.world.say(iris.world.add_room("놀이방").id, iris.world.add_person("민지").id, "안녕")

        async def posted() -> bool:
            return bool(bodies)

        await until(posted)
    finally:
        await runner.cleanup()
    assert (bodies[0]["msg"], bodies[0]["sender"]) == ("안녕", "민지")


# ---- faults -------------------------------------------------------------------------------------------


async def test_a_conflated_queue_keeps_the_newest(iris: FakeIris) -> None:
    room = iris.world.add_room("놀이방").id
    iris.phone.config.message_send_rate = 100
    await faults(iris, conflated=True)
    for text in ("하나", "둘", "셋"):
        await post(iris, "/reply", {"room": room, "data": text})
    assert await said(iris, room, 2) == ["하나", "셋"]


async def test_a_dead_kakaotalk_swallows_and_a_living_one_catches_up(iris: FakeIris) -> None:
    room, person = iris.world.add_room("놀이방").id, iris.world.add_person("민지").id
    await faults(iris, dead=True)
    assert (await post(iris, "/reply", {"room": room, "data": "사라질 말"})).json == SUCCESS
    answer = await post(iris, f"/playground/rooms/{room}/lines", {"person": person, "text": "나중에"})
    assert (answer.status, answer.json) == (202, None)
    assert iris.world.rows(room) == []
    await faults(iris)
    (row,) = iris.world.rows(room)
    assert row["message"] == "나중에"


async def test_messages_can_be_dropped_and_muted_and_refused(iris: FakeIris) -> None:
    room = iris.world.add_room("놀이방").id
    await faults(iris, drop_sends=1)
    for text in ("사라질 말", "남을 말"):
        await post(iris, "/reply", {"room": room, "data": text})
    assert await said(iris, room, 1) == ["남을 말"]
    await faults(iris, mute=True, fail_replies=1, fail_queries=1)
    assert (await post(iris, "/reply", {"room": room, "data": "x"})).status == 500
    assert (await post(iris, "/reply", {"room": room, "data": "x"})).json == SUCCESS
    assert (await post(iris, "/query", {"query": "SELECT 1"})).json["message"] == "a scripted failure"


async def test_rows_can_be_doubled_swapped_dropped_and_late(
    iris: FakeIris, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone, "REORDER_SECONDS", 0.01)
    room, person = iris.world.add_room("놀이방").id, iris.world.add_person("민지").id
    async with Listener(iris) as listener:
        iris.phone.switch(Faults(duplicate=True))
        iris.world.say(room, person, "a")
        assert await listener.texts(2) == ["a", "a"]
        iris.phone.switch(Faults(reorder=True))
        for text in "abc":
            iris.world.say(room, person, text)
        assert await listener.texts(3) == ["b", "a", "c"]
        iris.phone.switch(Faults(drop_events=1, event_delay_ms=20))
        for text in "ab":
            iris.world.say(room, person, text)
        iris.phone.switch(Faults())
        iris.world.say(room, person, "c")
        assert await listener.texts(2) == ["c", "b"]


async def test_nicknames_can_be_missing_and_ids_numbers(iris: FakeIris) -> None:
    room, person = iris.world.add_room("놀이방").id, iris.world.add_person("민지").id
    async with Listener(iris) as listener:
        iris.phone.switch(Faults(null_nicknames=True, odd_json=True))
        iris.world.say(room, person, "a")
        frame = await listener.next()
    assert frame["sender"] is None
    assert (frame["json"]["chat_id"], frame["json"]["user_id"]) == (int(room), int(person))
    assert {"what_is_this"} <= frame.keys()


async def test_a_restart_cuts_everybody_off_and_forgets_what_was_queued(iris: FakeIris) -> None:
    room = iris.world.add_room("놀이방").id
    iris.phone.config.message_send_rate = 100
    async with Listener(iris) as listener:
        for text in ("하나", "둘"):
            await post(iris, "/reply", {"room": room, "data": text})
        assert await said(iris, room, 1) == ["하나"]
        assert await listener.texts(1) == ["하나"]
        assert (await post(iris, "/playground/restart", {"seconds": 0.2})).status == 202
        assert await listener.next() is None
        with pytest.raises(aiohttp.ClientError):
            await get(port_of(iris), "/config")
        assert (await get(port_of(iris), "/playground/rooms")).status == 200

    async def back() -> bool:
        try:
            return (await get(port_of(iris), "/config")).status == 200
        except aiohttp.ClientError:
            return False

    await until(back)
    assert await said(iris, room, 1) == ["하나"]


async def test_a_history_sync_brings_old_rows(iris: FakeIris) -> None:
    room, person = iris.world.add_room("놀이방").id, iris.world.add_person("민지").id
    body = {"room": room, "person": person, "texts": ["/스자 옛날"]}
    assert (await post(iris, "/playground/history", body)).json == {"rows": 1}
    (row,) = iris.world.rows(room)
    assert json.loads(str(row["v"]))["origin"] == "SYNCMSG"
    new = iris.world.say(room, person, "지금")
    assert int(str(new["created_at"])) - int(str(row["created_at"])) >= 3599


async def test_faults_that_are_unknown_are_refused(iris: FakeIris) -> None:
    assert (await faults(iris, haunted=True)).status == 422
    assert (await faults(iris, drop_sends=-1)).status == 422
    assert (await get(port_of(iris), "/playground/faults")).json == Faults().model_dump()


# ---- the page -----------------------------------------------------------------------------------------


async def test_a_page_makes_rooms_and_people_and_reads_what_they_say(iris: FakeIris) -> None:
    room = (await post(iris, "/playground/rooms", {"name": "놀이방"})).json
    person = (await post(iris, "/playground/people", {"name": "민지"})).json
    assert room == {"id": room["id"], "name": "놀이방", "people": []}
    entered = await post(iris, f"/playground/rooms/{room['id']}/people", {"person": person["id"]})
    assert entered.json["people"] == [person]
    assert (await get(port_of(iris), "/playground/rooms")).json == [entered.json]
    assert (await get(port_of(iris), "/playground/people")).json == [person]

    async with Listener(iris, "/playground/ws") as page:
        body = {"person": person["id"], "text": "안녕"}
        answer = await post(iris, f"/playground/rooms/{room['id']}/lines", body)
        body |= {"text": "이어서", "thread": answer.json["log"]}
        second = await post(iris, f"/playground/rooms/{room['id']}/lines", body)
        assert (answer.status, [await page.next(), await page.next()]) == (201, [answer.json, second.json])
    row = answer.json
    assert row == {
        "row": row["row"],
        "log": row["log"],
        "room": room["id"],
        "person": person["id"],
        "name": "민지",
        "mine": False,
        "text": "안녕",
        "thread": "",
        "at": row["at"],
        "image": None,
    }
    assert second.json["thread"] == row["log"]
    after = await get(port_of(iris), f"/playground/rooms/{room['id']}/rows?after={row['row']}")
    assert after.json == [second.json]
    async with Listener(iris, f"/playground/ws?after={row['row']}") as page:
        assert await page.texts(1) == ["이어서"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("rooms", {"name": ""}, 422),
        ("rooms", {"title": "x"}, 422),
        ("rooms/12/people", {"person": "1"}, 404),
        ("rooms/12/lines", {"person": "1", "text": "x"}, 404),
        ("rooms/12/lines", {"person": "1", "text": "x", "thread": "the first"}, 422),
        ("rooms/12/lines", {"person": "1", "text": "x", "thread": "9" * 19}, 422),
        ("history", {"room": "1", "person": "1", "texts": []}, 422),
        ("restart", {"seconds": 1000}, 422),
    ],
)
async def test_what_a_page_cannot_mean_is_refused(iris: FakeIris, path: str, body: Any, status: int) -> None:
    answer = await post(iris, f"/playground/{path}", body)
    assert (answer.status, "error" in answer.json) == (status, True)


@pytest.mark.parametrize("after", ["x", "-1", "9" * 19])
@pytest.mark.parametrize("path", ["ws", "rooms/{room}/rows"])
async def test_a_row_that_cannot_be_is_refused(iris: FakeIris, path: str, after: str) -> None:
    room = iris.world.add_room("놀이방").id
    answer = await get(port_of(iris), f"/playground/{path.format(room=room)}?after={after}")
    assert (answer.status, "error" in answer.json) == (422, True)


async def test_a_foreign_page_cannot_post_unasked(iris: FakeIris) -> None:
    """Without the content type that makes a browser ask first, nothing is taken."""
    answer = await request("POST", port_of(iris), "/playground/rooms", data='{"name": "x"}')
    assert answer.status == 415
    assert (await get(port_of(iris), "/playground/rooms/12/rows?after=x")).status == 404
    assert iris.world.rooms == {}


async def test_the_program_listens_where_it_is_told() -> None:
    port = free_port()
    lines: list[str] = []
    child = Child(
        "iris",
        python("playground.iris", "--port", str(port), "--send-rate-ms", "70"),
        env=clean_environment(),
        on_line=lambda _, line: lines.append(line),
    )
    await child.start()
    try:

        async def listening() -> bool:
            return any("listens on" in line for line in lines)

        await until(listening, seconds=20)
        assert (await get(port, "/config")).json["message_send_rate"] == 70
    finally:
        await child.stop()
    assert child.exit_status == 0
