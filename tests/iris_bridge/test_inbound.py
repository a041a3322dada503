"""From the phone's chat log into the streams, over real HTTP and a real Valkey."""

import asyncio
import itertools
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from botkit.runtime import tracing
from iris_bridge import inbound, routes
from iris_bridge.settings import BridgeSettings
from playground.iris.faults import Faults
from tests.support.bridge import LINES, REPLIES, Bench
from tests.support.polling import until
from tests.support.servers import Client

CURSOR = "bridge:cursor:iris"


async def test_a_line_arrives_with_the_five_old_fields_first(bench: Bench) -> None:
    room, person = bench.room(), bench.person()
    async with bench.bridge():
        row = bench.say(room, person, "\u200b \ufeff /스자 시작 생물 \u200b")
        await bench.heard(["/스자 시작 생물"])
        ((_, fields),) = await bench.mq.xrange(LINES)
    assert [(key.decode(), value.decode()) for key, value in fields.items()] == [
        ("text", "/스자 시작 생물"),
        ("room", room),
        ("sender", "민지"),
        ("userId", person),
        ("threadId", ""),
        ("logId", row["id"]),
        ("roomName", "놀이방"),
        ("msgType", "1"),
        ("createdAt", f"{row['created_at']}000"),
        ("source", "iris"),
        ("v", "1"),
    ]


async def test_the_thread_of_a_line_is_passed_on(bench: Bench) -> None:
    room, person = bench.room(), bench.person()
    async with bench.bridge():
        first = bench.say(room, person, "/스자 하나")
        bench.say(room, person, "/스자 둘", thread=str(first["id"]))
        lines = await bench.heard(["/스자 하나", "/스자 둘"])
    assert [line["threadId"] for line in lines] == ["", first["id"]]


async def test_what_is_no_line_for_a_bot_only_moves_the_cursor(bench: Bench) -> None:
    room, person, other = bench.room(), bench.person(), bench.room("막힌 방")
    async with bench.bridge(BRIDGE_ROOM_DENY=other, BRIDGE_USER_DENY=bench.person("방해꾼")):
        bench.say(room, person, "그냥 하는 말")
        bench.say(room, person, "//스자 주석")
        bench.say(room, person, "   ")
        bench.say(room, person, "/스자 옛날", origin="SYNCMSG")
        bench.say(room, person, "/스자 옛날", origin="MCHATLOGS")
        bench.say(other, person, "/스자 막힌 방에서")
        bench.say(room, next(iter(bench.iris.world.people.values())).id, "/스자 여기")
        bench.iris.world.post(room, "/스자 봇이 하는 말")
        bench.iris.world.post(room, "", image=b"\x89PNG")
        last = bench.say(room, person, "/스자 끝")
        await bench.heard(["/스자 여기", "/스자 끝"])
        await _cursor_at(bench, last["_id"])


async def test_only_the_rooms_that_are_allowed_are_heard(bench: Bench) -> None:
    room, other, person = bench.room(), bench.room(), bench.person()
    async with bench.bridge(BRIDGE_ROOM_ALLOW=room):
        bench.say(other, person, "/스자 저쪽")
        bench.say(room, person, "/스자 이쪽")
        await bench.heard(["/스자 이쪽"])


async def test_each_prefix_has_its_stream_and_a_room_always_the_same_shard(bench: Bench) -> None:
    rooms, person = [bench.room() for _ in range(12)], bench.person()
    async with bench.bridge(BRIDGE_ROUTES="!=kakao:hololive;/스자=kakao:20q|kakao:20q-2"):
        bench.say(rooms[0], person, "!멤버")
        bench.say(rooms[0], person, "/스프 시작")
        for text in ("/스자 하나", "/스자 둘"):
            for room in rooms:
                bench.say(room, person, text)
        last = bench.say(rooms[0], person, "!끝")
        await _cursor_at(bench, last["_id"])
    shards = [await bench.stream("kakao:20q"), await bench.stream("kakao:20q-2")]
    assert [len(shard) for shard in shards] != [0, 24]
    for shard in shards:
        for room in {line["room"] for line in shard}:
            assert [line["text"] for line in shard if line["room"] == room] == ["/스자 하나", "/스자 둘"]
    assert sum(map(len, shards)) == 24
    assert [line["text"] for line in await bench.stream("kakao:hololive")] == ["!멤버", "!끝"]


async def test_the_first_start_begins_at_the_newest_row(bench: Bench) -> None:
    room, person = bench.room(), bench.person()
    bench.say(room, person, "/스자 그 전에")
    async with bench.bridge():
        bench.say(room, person, "/스자 그 뒤에")
        await bench.heard(["/스자 그 뒤에"])


async def test_what_was_said_while_the_bridge_was_away_is_taken_in_order_with_names(bench: Bench) -> None:
    room, person = bench.room(), bench.person()
    async with bench.bridge():
        bench.say(room, person, "/스자 0")
        await bench.heard(["/스자 0"])
    for number in range(1, 450):
        bench.say(room, person, f"/스자 {number}" if number % 3 == 0 else "그냥 말")
    async with bench.bridge():
        lines = await bench.heard(["/스자 0", *(f"/스자 {number}" for number in range(3, 450, 3))])
    assert {line["sender"] for line in lines} == {"민지"}


async def test_too_old_lines_are_not_answered_after_an_outage(bench: Bench) -> None:
    room, person = bench.room(), bench.person()
    async with bench.bridge():
        bench.say(room, person, "/스자 0")
        await bench.heard(["/스자 0"])
    world, now = bench.iris.world, time.time()
    world._clock = lambda: now - 130
    bench.say(room, person, "/스자 너무 옛날")
    world._clock = lambda: now
    bench.say(room, person, "/스자 방금")
    async with bench.bridge():
        await bench.heard(["/스자 0", "/스자 방금"])


async def test_iris_restarts_during_traffic_and_nothing_is_missing(bench: Bench) -> None:
    room, person = bench.room(), bench.person()
    async with bench.bridge():
        for number in range(30):
            bench.say(room, person, f"/스자 {number}")
            if number in (5, 17):
                restarting = asyncio.create_task(bench.iris.phone.restart(0.1))
            await asyncio.sleep(0.01)
        await restarting
        await bench.heard([f"/스자 {number}" for number in range(30)])


async def test_rows_that_were_not_pushed_are_asked_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    room, person = bench.room(), bench.person()
    async with bench.bridge():
        bench.say(room, person, "/스자 0")
        await bench.heard(["/스자 0"])
        bench.iris.phone.switch(Faults(drop_events=2))
        for number in range(1, 4):
            bench.say(room, person, f"/스자 {number}")
        await bench.heard([f"/스자 {number}" for number in range(4)])
    monkeypatch.setattr(inbound, "RECHECK_SECONDS", 0.05)
    async with bench.bridge():
        bench.iris.phone.switch(Faults(drop_events=1))
        bench.say(room, person, "/스자 4")
        await bench.heard([f"/스자 {number}" for number in range(5)])


async def test_the_same_log_id_is_taken_once(bench: Bench) -> None:
    """Also when the cursor was lost, or another phone of the same room reports it."""
    room, person = bench.room(), bench.person()
    async with bench.bridge():
        bench.say(room, person, "/스자 0")
        await bench.heard(["/스자 0"])
    await bench.mq.hset(CURSOR, "row", "1")
    async with bench.bridge():
        bench.say(room, person, "/스자 1")
        await bench.heard(["/스자 0", "/스자 1"])


async def test_a_new_phone_is_followed_from_its_newest_row(bench: Bench) -> None:
    room, person = bench.room(), bench.person()
    await bench.mq.hset(CURSOR, "row", str(2**40))
    async with bench.bridge():
        bench.say(room, person, "/스자 새 전화")
        await bench.heard(["/스자 새 전화"])


async def test_huge_ids_and_unknown_fields_survive(bench: Bench) -> None:
    room, person = bench.room(), bench.person()
    bench.iris.phone.switch(Faults(odd_json=True))
    async with bench.bridge():
        bench.say(room, person, "/스자 0")
        await bench.heard(["/스자 0"])  # rows that were asked for are as ever
        row = bench.say(room, person, "/스자 1")
        lines = await bench.heard(["/스자 0", "/스자 1"])
    assert (lines[1]["room"], lines[1]["userId"], lines[1]["logId"]) == (room, person, row["id"])
    assert int(lines[1]["logId"]) > 2**53


async def test_who_has_no_nickname_is_called_by_id(bench: Bench) -> None:
    room, person = bench.room(), bench.person()
    bench.iris.world._log.execute("DELETE FROM db2.open_chat_member")
    bench.iris.phone.switch(Faults(null_nicknames=True))
    async with bench.bridge():
        bench.say(room, person, "/스자 0")
        bench.say(room, person, "/스자 1")
        lines = await bench.heard(["/스자 0", "/스자 1"])
    assert {line["sender"] for line in lines} == {person}


async def test_who_types_too_fast_is_told_so_once(bench: Bench) -> None:
    room, fast, slow = bench.room(), bench.person("급한이"), bench.person("느긋이")
    async with bench.bridge(BRIDGE_USER_RATE="0.001", BRIDGE_USER_BURST="2"):
        for number in range(6):
            bench.say(room, fast, f"/스자 {number}")
        bench.say(room, slow, "/스자 나도")
        await bench.heard(["/스자 0", "/스자 1", "/스자 나도"])
        await bench.says(room, ["급한이님, 조금만 천천히 보내 주세요. 잠깐 쉬었다가 다시 받을게요."])
    (notice,) = await bench.stream(REPLIES)
    assert (notice["type"], notice["bot"], notice["chatId"]) == ("waiting", "iris", room)


async def test_a_room_has_a_limit_of_its_own(bench: Bench) -> None:
    room, other, people = bench.room(), bench.room(), [bench.person(f"사람{n}") for n in range(5)]
    async with bench.bridge(BRIDGE_ROOM_RATE="0.001", BRIDGE_ROOM_BURST="3"):
        for person in people:
            bench.say(room, person, "/스자 여기")
        bench.say(other, people[0], "/스자 저기")
        await bench.heard([*["/스자 여기"] * 3, "/스자 저기"])
        await bench.says(room, ["방이 많이 바빠요. 잠깐 숨을 고르고 다시 받을게요."])


async def test_a_row_that_breaks_the_bridge_is_passed_over(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(line: str, known: tuple[routes.Route, ...]) -> routes.Route | None:
        if "망가진" in line:
            raise ZeroDivisionError
        return routes.route_of(line, known)

    room, person = bench.room(), bench.person()
    monkeypatch.setattr(inbound, "route_of", broken)
    async with bench.bridge():
        bench.say(room, person, "/스자 망가진")
        bench.say(room, person, "/스자 멀쩡한")
        await bench.heard(["/스자 멀쩡한"])


async def test_a_key_that_is_no_stream_holds_up_no_other_bot(bench: Bench) -> None:
    room, person = bench.room(), bench.person()
    await bench.mq.set("kakao:hololive", "no stream")
    async with bench.bridge():
        bench.say(room, person, "!멤버")
        bench.say(room, person, "/스자 0")
        await bench.heard(["/스자 0"])


async def test_frames_that_are_no_rows_are_passed_over(bench: Bench) -> None:
    room, person = bench.room(), bench.person()
    async with bench.bridge():
        bench.say(room, person, "/스자 0")
        await bench.heard(["/스자 0"])
        for frame in ("", "[]", '{"json": 3}', '{"json": {"_id": "x"}}', "x" * 2_000_000, json.dumps({})):
            bench.iris.phone._push([frame])
        bench.say(room, person, "/스자 1")
        await bench.heard(["/스자 0", "/스자 1"])


@pytest.mark.parametrize(("steady", "expected"), [(60.0, [0, 1, 2]), (0.0, [0, 0, 0])])
async def test_an_iris_that_hangs_up_at_once_is_not_run_down(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, steady: float, expected: list[int]
) -> None:
    asked: list[int] = []

    def recorded(*_: float) -> Iterator[float]:
        for number in itertools.count():
            asked.append(number)
            yield 0.01

    monkeypatch.setattr(inbound, "pauses", recorded)
    monkeypatch.setattr(inbound, "STEADY_SECONDS", steady)
    async with bench.bridge() as running:
        for times in range(1, 4):

            async def hung_up(times: int = times) -> bool:
                return len(asked) == times

            await bench.iris.phone.restart(0)
            await until(hung_up, what="another connection")
            await until(running.is_connected, what="a connection to Iris")
    assert asked == expected


async def test_rows_are_asked_for_when_no_frame_can_be_read(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.iris.phone, "frame", lambda _row: '{"a new shape": true}')
    room, person = bench.room(), bench.person()
    async with bench.bridge():
        bench.say(room, person, "/스자 0")
        await bench.heard(["/스자 0"])


async def test_a_full_valkey_takes_nothing_and_loses_nothing(bench: Bench) -> None:
    room, person = bench.room(), bench.person()
    async with bench.bridge():
        bench.say(room, person, "/스자 0")
        await bench.heard(["/스자 0"])
        before = set(bench.iris.phone.listeners)
        async with _full(bench.mq):
            bench.say(room, person, "/스자 1")
            bench.say(room, person, "/스자 2")
            await until(lambda: _gone(bench, before), what="the row that cannot be taken")
        await bench.heard(["/스자 0", "/스자 1", "/스자 2"])


async def test_a_row_that_must_be_taken_again_is_weighed_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a full Valkey would use up a person's tokens, and the line would be lost for its own attempts."""
    monkeypatch.setattr(inbound, "pauses", lambda *_: itertools.repeat(0.01))
    room, person = bench.room(), bench.person()
    async with bench.bridge(BRIDGE_USER_RATE="0.001", BRIDGE_USER_BURST="2") as running:
        bench.say(room, person, "/스자 0")
        await bench.heard(["/스자 0"])
        greeted: list[int] = []
        greet = running.bridge._inbound._greet

        async def counted() -> None:
            greeted.append(1)
            await greet()

        async def four_times() -> bool:
            return len(greeted) >= 4

        monkeypatch.setattr(running.bridge._inbound, "_greet", counted)
        async with _full(bench.mq):
            bench.say(room, person, "/스자 1")
            await until(four_times, what="four attempts to take a row")
        await bench.heard(["/스자 0", "/스자 1"])
        bench.say(room, person, "/스자 2")
        await bench.says(room, ["민지님, 조금만 천천히 보내 주세요. 잠깐 쉬었다가 다시 받을게요."])


async def test_a_row_out_of_the_future_shuts_nobody_out(bench: Bench) -> None:
    room, person = bench.room(), bench.person()
    now = time.time()
    async with bench.bridge(BRIDGE_USER_RATE="1", BRIDGE_USER_BURST="1") as running:
        running.bridge._inbound._clock = lambda: now
        bench.iris.world._clock = lambda: now + 10**9
        bench.say(room, person, "/스자 0")
        await bench.heard(["/스자 0"])
        now += 5
        bench.iris.world._clock = lambda: now
        bench.say(room, person, "/스자 1")
        await bench.heard(["/스자 0", "/스자 1"])


async def test_two_bridges_on_one_iris_take_no_line_twice(bench: Bench) -> None:
    """Each has a reply stream of its own, and so a lease; the cursor lets only the last that came write."""
    room, person = bench.room(), bench.person()
    async with bench.bridge(MQ_REPLY_STREAM_KEY="kakao:other:reply"), bench.bridge():
        for number in range(20):
            bench.say(room, person, f"/스자 {number}")
            await asyncio.sleep(0.005)
        await bench.heard([f"/스자 {number}" for number in range(20)])


async def test_the_cursor_of_a_later_owner_is_not_moved(bench: Bench) -> None:
    room, person = bench.room(), bench.person()
    async with bench.bridge():
        bench.say(room, person, "/스자 0")
        await bench.heard(["/스자 0"])
        before = set(bench.iris.phone.listeners)
        await bench.mq.hset(CURSOR, "epoch", str(2**52))
        bench.say(room, person, "/스자 1")
        await until(lambda: _gone(bench, before), what="the end of the ownership")
        assert len(await bench.stream()) == 1
        await bench.mq.hset(CURSOR, "epoch", "1")
        await bench.heard(["/스자 0", "/스자 1"])


async def test_webhooks_may_come_twice_and_in_any_order(bench: Bench) -> None:
    room, person = bench.room(), bench.person()
    bench.iris.phone.switch(Faults(reorder=True, duplicate=True))
    async with bench.bridge(IRIS_DIALECT="upstream_webhook"):
        bench.iris.phone.config.web_server_endpoint = f"http://127.0.0.1:{bench.port}/webhook"
        for number in range(40):
            bench.say(room, person, f"/스자 {number}")
            await asyncio.sleep(0.002)
        lines = await bench.heard([f"/스자 {number}" for number in range(40)])
    assert {line["sender"] for line in lines} == {"민지"}


@asynccontextmanager
async def _full(mq: Client) -> AsyncIterator[None]:
    before: Any = await mq.config_get("maxmemory")
    await mq.config_set("maxmemory", "1")
    try:
        yield
    finally:
        await mq.config_set("maxmemory", before["maxmemory"])


async def _gone(bench: Bench, before: set[asyncio.Queue[str | None]]) -> bool:
    """Whether the bridge has let go of connections that it had; it may have new ones already."""
    return before.isdisjoint(bench.iris.phone.listeners)


async def _cursor_at(bench: Bench, row: str | None) -> None:
    async def there() -> bool:
        found = await bench.mq.hget(CURSOR, "row")
        return bool(found and found.decode() == row)

    await until(there, what=f"the cursor at {row}")


async def test_a_line_carries_its_trace_when_tracing_is_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_provider", "_tracer", "_propagate"):
        monkeypatch.setattr(tracing, name, None)
    exporter = InMemorySpanExporter()
    settings = BridgeSettings.model_validate({"OTEL_ENABLED": True})
    tracing.configure(settings, service="test", version="1", exporter=exporter)
    room, person = bench.room(), bench.person()
    async with bench.bridge():
        bench.say(room, person, "/스자 0")
        (line,) = await bench.heard(["/스자 0"])
    tracing.flush()
    (span,) = [span for span in exporter.get_finished_spans() if span.name == "Iris.Receive"]
    assert span.context
    ids = f"{span.context.trace_id:032x}-{span.context.span_id:016x}"
    assert re.fullmatch(f"00-{ids}-0[13]", line["traceparent"])
