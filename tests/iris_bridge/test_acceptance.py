"""What the bridge must survive, with a phone that has every fault of the real one and a bot that answers."""

import asyncio
import itertools

import aiohttp
import pytest

from playground.iris import phone
from playground.iris.faults import Faults
from playground.iris.phone import Outgoing
from playground.iris.server import FakeIris
from tests.support.bridge import DEAD, LINES, Bench, Parrot
from tests.support.http import get
from tests.support.polling import until
from tests.support.servers import Client

ANSWERS, BUBBLES = 50, 3
DEAD_SEEN_SECONDS = 15.0


def answers(texts: list[str]) -> list[str]:
    """What the parrot says to lines."""
    return [f"→ {text}" for text in texts]


async def test_long_answers_arrive_whole_and_in_order_through_a_conflated_queue(
    mq: Client, blocking: Client
) -> None:
    async with FakeIris(send_rate_ms=500) as iris:
        iris.phone.switch(Faults(conflated=True))
        bench = Bench(iris, mq, blocking)
        rooms, person = [bench.room() for _ in range(5)], bench.person()

        async with aiohttp.ClientSession() as http:  # as a bridge without a lane would
            for text in ("하나", "둘", "셋"):
                body = {"type": "text", "room": rooms[0], "data": text}
                async with http.post(f"{iris.url}/reply", json=body) as response:
                    assert (await response.json())["success"] is True
        await bench.says(rooms[0], ["하나", "셋"])
        iris.phone.config.message_send_rate = 20

        parrot = Parrot(mq, answer=lambda text: "|".join(f"{text} ({n})" for n in range(BUBBLES)))
        async with bench.bridge(), parrot:
            for number in range(ANSWERS):
                bench.say(rooms[number % 5], person, f"/스자 {number}")
            for at, room in enumerate(rooms):
                lines = [f"/스자 {number}" for number in range(at, ANSWERS, 5)]
                whole = [f"{line} ({part})" for line in lines for part in range(BUBBLES)]
                await bench.says(room, (["하나", "셋"] if at == 0 else []) + whole, seconds=60)


async def test_iris_restarts_during_traffic_and_everything_is_answered_once(bench: Bench) -> None:
    """Its send queue is lost, too: what was posted and not seen is looked for and posted again."""
    room, person = bench.room(), bench.person()
    lines = [f"/스자 {number}" for number in range(40)]
    bench.iris.phone.switch(Faults(send_delay_ms=5))
    async with bench.bridge(BRIDGE_ECHO_TIMEOUT_MS="300"), Parrot(bench.mq):
        for number, line in enumerate(lines):
            bench.say(room, person, line)
            if number in (7, 23):
                restarting = asyncio.create_task(bench.iris.phone.restart(0.2))
            await asyncio.sleep(0.02)
        await restarting
        await bench.says(room, answers(lines), seconds=30)
        await bench.settled()
    assert await bench.stream(DEAD) == []


async def test_webhooks_in_any_order_give_one_answer_each_in_the_order_of_the_room(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone, "REORDER_SECONDS", 0.02)
    room, person = bench.room(), bench.person()
    lines = [f"/스자 {number}" for number in range(40)]
    bench.iris.phone.switch(Faults(reorder=True, duplicate=True))
    async with bench.bridge(IRIS_DIALECT="upstream_webhook"), Parrot(bench.mq):
        bench.iris.phone.config.web_server_endpoint = f"http://127.0.0.1:{bench.port}/webhook"
        for line in lines:
            bench.say(room, person, line)
            await asyncio.sleep(0.002)
        await bench.says(room, answers(lines))


async def test_a_dead_kakaotalk_is_seen_in_time_and_brings_no_storm_when_it_is_back(bench: Bench) -> None:
    """In real time and with the gaps that are the default; only the burst of a room is let through."""
    rooms = [bench.room() for _ in range(4)]
    posts: list[float] = []
    enqueue = bench.iris.phone.enqueue
    loop = asyncio.get_running_loop()

    def noted(message: Outgoing) -> None:
        posts.append(loop.time())
        enqueue(message)

    bench.iris.phone.enqueue = noted  # type: ignore[method-assign]
    gaps = {"BRIDGE_SEND_GAP_MS": "150", "BRIDGE_ROOM_GAP_MS": "700"}
    async with bench.bridge(gaps):
        bench.iris.phone.switch(Faults(dead=True))
        for number in range(3):
            for room in rooms:
                await bench.reply(room, f"{number}")
        assert await _ready(bench)
        await until(lambda: _not_ready(bench), seconds=DEAD_SEEN_SECONDS, what="a dead KakaoTalk")
        assert len(posts) <= len(rooms)
        bench.iris.phone.switch(Faults())
        back = len(posts)
        bench.say(rooms[0], bench.person(), "다들 어디 갔어요?")  # a sign of life, no command
        for room in rooms:
            await bench.says(room, ["0", "1", "2"], seconds=30)
        assert await _ready(bench)
    gone = posts[back:]
    assert len(gone) == 3 * len(rooms)
    assert min(later - earlier for earlier, later in itertools.pairwise(gone)) >= 0.149


async def test_what_the_bots_say_is_never_a_command(bench: Bench) -> None:
    room, person = bench.room(), bench.person()
    async with bench.bridge(), Parrot(bench.mq, answer=lambda _: "/스자 다시 나") as parrot:
        bench.say(room, person, "/스자 하나")
        await bench.says(room, ["/스자 다시 나"])
        bench.say(room, person, "/스자 둘")
        await bench.says(room, ["/스자 다시 나"] * 2)
        await bench.settled()
        assert parrot.heard == ["/스자 하나", "/스자 둘"]
    async with bench.bridge():  # nor when it is caught up
        bench.say(room, person, "/스자 셋")
        await bench.heard(["/스자 하나", "/스자 둘", "/스자 셋"])
    assert len(await bench.stream(LINES)) == 3


async def test_a_history_sync_is_not_answered(bench: Bench) -> None:
    room, person = bench.room(), bench.person()
    async with bench.bridge(), Parrot(bench.mq):
        bench.say(room, person, "/스자 하나")
        await bench.says(room, ["→ /스자 하나"])
        await bench.iris.phone.restart(0.05)
        bench.iris.world.remember(room, person, [f"/스자 옛날 {number}" for number in range(300)], age=3600)
        bench.iris.world.remember(room, person, ["/스자 방금 나온 것처럼"], age=1)
        bench.say(room, person, "/스자 둘")
        await bench.says(room, ["→ /스자 하나", "→ /스자 둘"])


async def _ready(bench: Bench) -> bool:
    return (await get(bench.port, "/ready")).status == 200


async def _not_ready(bench: Bench) -> bool:
    return not await _ready(bench)
