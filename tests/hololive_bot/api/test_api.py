"""The operators' routes over real HTTP: a key, clear errors, a trace of every change, at once in the chat."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from botkit.face import face
from botkit.runtime import http
from botkit.runtime.health import Health
from hololive_bot.app import routes
from hololive_bot.commands import grammar
from hololive_bot.outbox import Row
from hololive_bot.repository.statistics import Figures
from hololive_bot.streams import Status
from playground.embedded import Postgres, Valkey
from tests.hololive_bot.chat import MIKO, PEKORA, ROOM, TWINS, Chat, chatting
from tests.hololive_bot.sources import HOUR, NOON, stream
from tests.support.http import Answer, request
from tests.support.polling import until
from tests.support.servers import Client, free_port

KEY = {"X-API-Key": "right"}


@dataclass
class Office:
    """An operator in front of a running bot."""

    chat: Chat
    port: int

    async def ask(
        self, method: str, path: str, body: Any = None, key: dict[str, str] | None = None
    ) -> Answer:
        options = {} if body is None else {"json": body}
        return await request(method, self.port, f"/api/holo{path}", KEY if key is None else key, **options)

    async def get(self, path: str) -> Any:
        answer = await self.ask("GET", path)
        assert answer.status == 200, answer.text
        return answer.json

    async def change(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.ask(method, path, body)
        assert answer.status == 200, answer.text
        return answer.json

    async def refused(self, method: str, path: str, body: Any = None) -> int:
        answer = await self.ask(method, path, body)
        assert set(answer.json) == {"error", "message"}
        return answer.status


@asynccontextmanager
async def served(chat: Chat) -> AsyncIterator[Office]:
    """The routes of a bot, listening."""
    app = face(
        Health("hololive", "0"),
        grammar=grammar("!", is_about=lambda _: False),
        summaries={},
        catalog=chat.shared.say.catalog,
        routers=[routes(chat.settings, chat.links, chat.shared, chat.broadcasts)],
        api_key=chat.settings.http_api_key.get_secret_value(),
        origins=chat.settings.cors_origins,
    )
    stop, office = asyncio.Event(), Office(chat, free_port())
    serving = asyncio.create_task(http.serve(app, host="127.0.0.1", port=office.port, stop=stop))

    async def up() -> bool:
        try:
            return (await office.ask("GET", "/members")).status == 200
        except OSError:
            return False

    await until(up)
    yield office
    stop.set()
    await serving


@pytest.fixture
async def office(
    database: object, cache: Client, postgres_server: Postgres, valkey_server: Valkey
) -> AsyncIterator[Office]:
    async with chatting(
        postgres_server, valkey_server, HOLOLIVE_CORS_ORIGINS="http://localhost:5173"
    ) as chat:
        await chat.shared.current.prepare()
        await chat.shared.current.look()
        async with served(chat) as made:
            yield made


async def test_nothing_is_open_without_the_key(office: Office) -> None:
    described = (await request("GET", office.port, "/openapi.json")).json
    paths = [path for path in described["paths"] if path.startswith("/api/holo")]
    assert len(paths) >= 25
    for path in paths:
        for method in described["paths"][path]:
            url = path.removeprefix("/api/holo").replace("{member_id}", "x").replace("{room_id}", "1")
            url = url.replace("{key}", "x").replace("{row}", "1")
            assert (await office.ask(method.upper(), url, key={})).status == 401, (method, path)
            assert (await office.ask(method.upper(), url, key={"X-API-Key": "wrong"})).status == 403
    bearer = {"Authorization": "Bearer right"}
    assert (await office.ask("GET", "/rooms", key=bearer)).status == 200


async def test_every_answer_is_careful(office: Office) -> None:
    answer = await office.ask("GET", "/rooms", key=KEY | {"Origin": "http://localhost:5173"})
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:5173"
    other = await office.ask("GET", "/rooms", key=KEY | {"Origin": "http://evil.example"})
    assert "Access-Control-Allow-Origin" not in other.headers


async def test_a_member_is_added_renamed_and_found_in_the_chat_at_once(office: Office) -> None:
    assert "찾지 못했어요" in await office.chat.say("!정보 새얼굴이야")
    new = {"id": "new-face", "english_name": "New Face", "branch": "JP", "short_korean_name": "새얼굴이야"}
    assert (await office.change("POST", "/members", new))["short_korean_name"] == "새얼굴이야"
    assert "📘 New Face" in await office.chat.say("!정보 새얼굴이야")
    assert await office.refused("POST", "/members", new) == 409
    assert await office.refused("POST", "/members", {"id": "x"}) == 400
    for wrong in ({"debut_date": "0000-01-01"}, {"units": ["nobodys"]}, {"facts": {"height_cm": True}}):
        assert await office.refused("POST", "/members", {**new, "id": "wrong", **wrong}) == 400, wrong
    changed = await office.change("PATCH", "/members/new-face/name", {"short_korean_name": "샛별이네"})
    assert changed["short_korean_name"] == "샛별이네"
    assert "📘 New Face" in await office.chat.say("!정보 샛별이네")
    assert await office.refused("PATCH", "/members/new-face/name", {}) == 400
    assert await office.refused("PATCH", "/members/new-face/name", {"english_name": None}) == 400
    assert await office.refused("PATCH", "/members/nobody/name", {"korean_name": "x"}) == 404
    assert len(await office.get("/members")) == 129


async def test_names_come_and_go(office: Office) -> None:
    alias = {"type": "ko", "alias": "당근대장"}
    assert (
        "당근대장" in (await office.change("POST", "/members/usada-pekora/aliases", alias))["aliases"]["ko"]
    )
    assert "📘 Usada Pekora" in await office.chat.say("!정보 당근대장")
    assert await office.refused("POST", "/members/usada-pekora/aliases", alias) == 409
    await office.change("DELETE", "/members/usada-pekora/aliases", alias)
    assert "찾지 못했어요" in await office.chat.say("!정보 당근대장")
    assert await office.refused("DELETE", "/members/usada-pekora/aliases", alias) == 404
    assert await office.refused("POST", "/members/usada-pekora/aliases", {"type": "fr", "alias": "x"}) == 400


async def test_a_member_graduates_and_changes_the_channel(office: Office) -> None:
    body = {"graduated": True, "activity_end": "2026-12"}
    assert (await office.change("PATCH", "/members/usada-pekora/graduation", body))["status"] == "graduated"
    assert "활동을 마친" in await office.chat.say("!라이브 페코라")
    assert (
        await office.refused(
            "PATCH", "/members/usada-pekora/graduation", {"graduated": False, "status": "retired"}
        )
        == 400
    )
    assert (await office.change("PATCH", "/members/usada-pekora/graduation", {"graduated": False}))[
        "status"
    ] == "active"
    await office.change("PATCH", "/members/usada-pekora/channel", {"channel_id": "UCnew"})
    assert (await office.get("/profiles?channelId=UCnew"))[0]["id"] == "usada-pekora"
    assert await office.refused("PATCH", "/members/usada-pekora/channel", {"channel_id": "somewhere"}) == 400


async def test_the_access_list(office: Office) -> None:
    assert await office.get("/rooms") == {"enabled": False, "mode": "whitelist", "rooms": []}
    await office.change("POST", "/rooms", {"room_id": "77"})
    shown = await office.change("POST", "/rooms/acl", {"enabled": True})
    assert shown == {"enabled": True, "mode": "whitelist", "rooms": ["77"]}
    door = office.chat.shared.door
    assert (door.is_open_for("77"), door.is_open_for("78")) == (True, False)
    await office.change("POST", "/rooms/acl", {"mode": "blacklist"})
    assert (door.is_open_for("77"), door.is_open_for("78")) == (True, True)
    await office.change("POST", "/rooms", {"room_id": "78"})
    assert (door.is_open_for("77"), door.is_open_for("78")) == (True, False)
    await office.change("DELETE", "/rooms", {"room_id": "78"})
    assert door.is_open_for("78")
    assert await office.refused("DELETE", "/rooms", {"room_id": "78"}) == 404
    assert await office.refused("POST", "/rooms", {"room_id": "토끼방"}) == 400
    assert await office.refused("POST", "/rooms/acl", {"mode": "greylist"}) == 400


async def test_subscriptions_and_choices_of_a_room(office: Office) -> None:
    await office.chat.say("!알람 추가 미코, 페코라")
    assert await office.change("POST", "/names/room", {"room_id": ROOM, "name": "토끼방"})
    listed = await office.get("/alarms")
    assert [(one["member"], one["room_name"]) for one in listed] == [("미코", "토끼방"), ("페코라", "토끼방")]
    left = await office.change("DELETE", "/alarms", {"room_id": ROOM, "channel_id": MIKO})
    assert [one["member"] for one in left] == ["페코라"]
    assert await office.refused("DELETE", "/alarms", {"room_id": ROOM, "channel_id": MIKO}) == 404

    shown = await office.change("PATCH", f"/rooms/{ROOM}/settings", {"stages": [20], "quiet": "23:00-07:00"})
    assert shown["holds"]["stages"] == [20]
    assert "시작 20분 전" in await office.chat.say("!알람 추가 마린")
    shown = await office.change("PATCH", f"/rooms/{ROOM}/settings", {"stages": None})
    assert shown["chosen"] == {"quiet": "23:00-07:00"}
    assert (await office.get(f"/rooms/{ROOM}/settings"))["holds"]["stages"] == [5]
    assert await office.refused("PATCH", f"/rooms/{ROOM}/settings", {"volume": 1}) == 400
    assert await office.refused("PATCH", "/rooms/abc/settings", {"stages": [5]}) == 400


async def test_alert_settings_hold_at_once(office: Office) -> None:
    shown = await office.change("POST", "/settings", {"stages": [30, 10], "check_interval_seconds": 30})
    assert (shown["stages"], shown["check_interval_seconds"]) == ([30, 10], 30)
    assert office.chat.shared.current.alerts.interval == 30
    assert "시작 30분 전, 시작 10분 전" in await office.chat.say("!알람 추가 미코")
    assert (await office.change("POST", "/settings", {"stages": None}))["stages"] == [5]
    assert await office.refused("POST", "/settings", {"stages": [500]}) == 400
    assert await office.refused("POST", "/settings", {"check_interval_seconds": 1}) == 400
    assert await office.refused("POST", "/settings", {"stagse": None}) == 400
    assert await office.change("POST", "/settings", {"quiet": None})
    assert (await office.get("/settings"))["check_interval_seconds"] == 30


async def test_texts_are_changed_at_once_and_checked(office: Office) -> None:
    await office.change("PUT", "/texts/live.none", {"value": "📺 조용하네요."})
    assert await office.chat.say("!라이브") == "📺 조용하네요."
    for wrong in ("{nobody}", "{", "{count:d}"):
        assert await office.refused("PUT", "/texts/live.head", {"value": wrong}) == 400
    assert await office.refused("PUT", "/texts/calendar.weekdays", {"value": "월화수"}) == 400
    assert await office.refused("PUT", "/texts/no.such.key", {"value": "x"}) == 400
    assert await office.get("/texts") == {"live.none": "📺 조용하네요."}
    assert await office.change("DELETE", "/texts/live.none") == {}
    assert await office.refused("DELETE", "/texts/live.none") == 404
    assert "없어요" in await office.chat.say("!라이브")


async def test_streams_and_channels_are_those_of_the_commands(office: Office) -> None:
    office.chat.show(
        stream("live", MIKO, planned=NOON - HOUR, begins=NOON - HOUR),
        stream("soon", PEKORA, planned=NOON + HOUR),
    )
    live = await office.get("/streams/live")
    assert (live["source"], live["stale"]) == ("holodex", False)
    assert [(one["id"], one["status"], one["url"]) for one in live["streams"]] == [
        ("live", Status.LIVE, "https://youtube.com/watch?v=live")
    ]
    assert [one["id"] for one in (await office.get("/streams/upcoming?hours=2"))["streams"]] == ["soon"]
    assert await office.refused("GET", "/streams/upcoming?hours=0") == 400
    [record] = await office.get(f"/channels?channelId={MIKO}")
    assert record["id"] == MIKO
    assert len(await office.get(f"/channels?channelIds={MIKO},{PEKORA}")) == 2
    assert await office.refused("GET", "/channels") == 400
    asked = office.chat.server.requests
    for wrong in ("../live", "a/b", "UC%3Fx=1", "UCa b"):
        assert await office.refused("GET", f"/channels?channelId={wrong}") == 400, wrong
    assert office.chat.server.requests == asked
    assert len(await office.get(f"/channels?channelIds={MIKO},{PEKORA},{TWINS}")) == 3
    assert office.chat.server.requests == asked, "what the list of the agency holds is not asked one by one"
    assert await office.refused("GET", f"/channels?channelIds={','.join(['UCa'] * 101)}") == 400
    assert [one["id"] for one in await office.get("/channels/search?q=miko")] == [MIKO]
    office.chat.break_holodex()
    await office.chat.links.cache.flushall()
    assert await office.refused("GET", "/streams/live") == 502


async def test_profiles_by_name(office: Office) -> None:
    assert (await office.get("/profiles/name?name=패코라"))["members"][0]["id"] == "usada-pekora"
    assert (await office.get("/profiles/name?name=holox"))["result"] == "unit"
    assert (await office.get("/profiles/name?name=오오"))["result"] == "several"
    assert await office.refused("GET", "/profiles/name?name=없는사람이야") == 404


async def test_numbers(office: Office) -> None:
    statistics = office.chat.shared.statistics
    await statistics.append([Figures(MIKO, NOON, 2_480_000), Figures(PEKORA, NOON, 2_000_001)])
    assert (await office.get("/stats"))["members"] == 128
    assert [one["member"] for one in await office.get("/stats/channels")] == ["미코", "페코라"]
    [near] = await office.get("/milestones/near")
    assert (near["member"], near["next"], near["progress"]) == ("미코", 2_500_000, 0.992)
    assert len(await office.get("/milestones/near?threshold=1")) == 2, "else the closest ones"
    pool = await office.chat.links.database.pool()
    await pool.execute(
        "INSERT INTO youtube_milestones (channel_id, value, achieved_at) VALUES ($1, 1000000, now())", MIKO
    )
    for query in ("", f"?channelId={MIKO}", "?memberName=미코&limit=5"):
        assert (await office.get(f"/milestones{query}"))["total"] == 1
    assert (await office.get("/milestones?memberName=없는사람이야"))["total"] == 0
    assert (await office.get("/milestones/stats"))["last_30_days"] == 1
    assert await office.refused("GET", "/milestones?limit=101") == 400


async def test_every_change_leaves_a_trace(office: Office) -> None:
    await office.change("POST", "/rooms", {"room_id": "77"})
    await office.change("PUT", "/texts/live.none", {"value": "조용"})
    assert await office.refused("POST", "/rooms", {"room_id": "x"}) == 400
    traces = await office.get("/logs?limit=10")
    assert [(one["action"], one["subject"]) for one in traces] == [
        ("text", "live.none"),
        ("add_room", "room 77"),
    ]
    assert traces[0]["difference"] == {"live.none": [None, "조용"]}
    assert "right" not in json.dumps(traces)
    assert traces[0]["key_label"].startswith("key-")


async def test_alerts_that_need_a_look(office: Office) -> None:
    outbox, clock = office.chat.shared.outbox, office.chat.clock
    row = Row(key="k", room=ROOM, stage="CELEBRATION", payload={"text": "비밀"}, expires=clock() + HOUR)
    await outbox.add([row], now=clock())
    [listed] = await office.get("/outbox?status=pending")
    assert "비밀" not in json.dumps(listed)
    assert await office.get("/outbox?status=failed") == []
    assert await office.refused("GET", "/outbox?status=lost") == 400
    assert await office.refused("POST", f"/outbox/{listed['id']}/retry") == 409
    pool = await office.chat.links.database.pool()
    await pool.execute("UPDATE alert_outbox SET status = 'failed', expires_at = now() + interval '1 day'")
    assert (await office.change("POST", f"/outbox/{listed['id']}/retry"))["status"] == "pending"
    assert [one["id"] for one in await office.get("/outbox?status=pending")] == [listed["id"]]


async def test_without_postgres_the_routes_say_so(
    postgres_server: Postgres, valkey_server: Valkey, cache: Client
) -> None:
    away = Postgres(postgres_server.socket_directory / "none")
    async with (
        chatting(away, valkey_server, DB_HOST="127.0.0.1", DB_PORT=free_port()) as chat,
        served(chat) as office,
    ):
        assert len(await office.get("/members")) == 128
        assert await office.refused("GET", "/rooms") == 503
        assert await office.refused("POST", "/rooms", {"room_id": "1"}) == 503
