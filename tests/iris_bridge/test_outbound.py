"""From the reply stream into the rooms, over real HTTP and a real Valkey."""

import asyncio
import time

import pytest

from botkit.stream import consumer
from iris_bridge import marks, pacing, post
from iris_bridge.stream import Watch
from playground.iris.faults import Faults
from tests.support.bridge import DEAD, DELIVERY, OWNER, REPLIES, Bench
from tests.support.http import get, request
from tests.support.polling import until

PNG = b"\x89PNG\r\n a picture"
SHORT = {"BRIDGE_ECHO_TIMEOUT_MS": "200"}


@pytest.fixture
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """KakaoTalk is tried again at once."""
    monkeypatch.setattr(pacing, "FIRST_PROBE_SECONDS", 0.1)
    monkeypatch.setattr(pacing, "LONGEST_PROBE_SECONDS", 0.2)


def old(seconds: float) -> str:
    """An entry id of the past."""
    return f"{int((time.time() - seconds) * 1000)}-0"


async def test_replies_come_in_order_and_are_told(bench: Bench) -> None:
    room, other = bench.room(), bench.room()
    async with bench.bridge():
        for number in range(10):
            await bench.reply(room, f"{number}", replyTo="5-0")
            await bench.reply(other, f"저쪽 {number}")
        await bench.says(room, [f"{number}" for number in range(10)])
        await bench.says(other, [f"저쪽 {number}" for number in range(10)])
        confirmed = await bench.ends("confirmed", count=20)
        await bench.settled()
    told = next(told for told in confirmed if told["chatId"] == room)
    rows = bench.iris.world.rows(room)
    assert (told["logId"], told["replyTo"], told["bot"], told["type"]) == (
        rows[0]["id"],
        "5-0",
        "test",
        "final",
    )
    assert len(await bench.ends("handed_off", count=20)) == 20


async def test_rooms_take_turns(bench: Bench) -> None:
    full, empty = bench.room(), bench.room()
    async with bench.bridge(BRIDGE_SEND_GAP_MS="20"):
        for number in range(10):
            await bench.reply(full, f"{number}")
        await bench.reply(empty, "나도")
        await bench.says(full, [f"{number}" for number in range(10)])
    order = [message.room for message in bench.iris.phone.asked]
    assert order.index(empty) <= 3


async def test_an_error_carries_a_warning_sign_once(bench: Bench) -> None:
    room = bench.room()
    async with bench.bridge():
        await bench.reply(room, "그게 안 돼요", kind="error")
        await bench.reply(room, "⚠️ 이것도", kind="error")
        await bench.reply(room, "모르는 종류", kind="riddle")
        await bench.says(room, ["⚠️ 그게 안 돼요", "⚠️ 이것도", "모르는 종류"])


async def test_a_reply_goes_into_its_thread(bench: Bench) -> None:
    room = bench.room()
    async with bench.bridge():
        await bench.reply(room, "이어서", threadId="1882855511966089216")
        await bench.reply(room, "그냥", threadId="")
        await bench.says(room, ["이어서", "그냥"])
    assert [row["thread_id"] for row in bench.iris.world.rows(room)] == ["1882855511966089216", None]


async def test_a_thread_that_swallows_messages_is_left(bench: Bench) -> None:
    """The first try vanishes while another room's message appears: the second goes to the room."""
    room, other = bench.room(), bench.room()
    bench.iris.phone.switch(Faults(drop_sends=1))
    async with bench.bridge(SHORT):
        await bench.reply(room, "이어서", threadId="77")
        await until(lambda: _asked(bench), what="the post that vanishes")
        await bench.reply(other, "다른 방")
        await bench.says(room, ["이어서"])
        (told,) = [told for told in await bench.ends("confirmed", count=2) if told["chatId"] == room]
    assert told["attempts"] == "2"
    assert bench.iris.world.rows(room)[0]["thread_id"] is None


@pytest.mark.usefixtures("_soon")
async def test_a_thread_that_swallows_messages_is_left_in_the_end_when_nobody_else_is_heard(
    bench: Bench,
) -> None:
    room = bench.room()
    bench.iris.phone.switch(Faults(drop_sends=2))
    async with bench.bridge(SHORT):
        await bench.reply(room, "이어서", threadId="77")
        assert (await bench.ends("confirmed"))[0]["attempts"] == "3"
    assert [message.thread for message in bench.iris.phone.asked] == ["77", "77", ""]


async def test_a_reply_is_posted_once_however_often_it_is_written(bench: Bench) -> None:
    """The key is unique within a bot and a room, and no further."""
    room, other = bench.room(), bench.room()
    async with bench.bridge():
        await bench.reply(room, "하나", dedupKey="1/0")
        await bench.reply(room, "하나", dedupKey="1/0")
        await bench.reply(other, "하나", dedupKey="1/0")
        await bench.reply(room, "하나", dedupKey="1/0", bot="another")
        await bench.settled()
    assert bench.shown(room) == ["하나", "하나"]
    assert bench.shown(other) == ["하나"]
    assert len(await bench.ends("duplicate")) == 1


async def test_equal_texts_in_a_room_are_told_apart(bench: Bench) -> None:
    room = bench.room()
    bench.iris.phone.switch(Faults(send_delay_ms=20))
    async with bench.bridge():
        for _ in range(5):
            await bench.reply(room, "→ 예")
        await bench.settled()
    assert bench.shown(room) == ["→ 예"] * 5
    confirmed = await bench.ends("confirmed", count=5)
    assert len({told["logId"] for told in confirmed}) == 5


async def test_what_kakaotalk_hides_does_not_matter(bench: Bench) -> None:
    room = bench.room()
    world = bench.iris.world
    world.listeners.insert(
        0, lambda row: row.update(message=str(row["message"]).replace("\u200b", "").rstrip())
    )
    async with bench.bridge(SHORT):
        await bench.reply(room, "접힌 글" + "\u200b" * 500 + "\n 나머지  ")
        assert (await bench.ends("confirmed"))[0]["attempts"] == "1"


# ---- pictures -----------------------------------------------------------------------------------------


async def test_a_picture_is_sent_from_its_key(bench: Bench) -> None:
    room = bench.room()
    await bench.mq.set("image:1", PNG, ex=600)
    async with bench.bridge():
        await bench.reply(room, "달력", kind="image", imageKey="image:1")
        assert (await bench.ends("confirmed"))[0]["type"] == "image"
    (row,) = bench.iris.world.rows(room)
    assert (row["type"], bench.iris.world.images[str(row["_id"])]) == ("2", PNG)


async def test_a_picture_that_is_gone_becomes_its_text(bench: Bench) -> None:
    room = bench.room()
    async with bench.bridge():
        await bench.reply(room, "달력: 7월", kind="image", imageKey="image:gone")
        await bench.reply(room, "", kind="image", imageKey="image:gone")
        await bench.says(room, ["달력: 7월"])
        await bench.settled()
    (dead,) = await bench.stream(DEAD)
    assert (dead["reason"], dead["imageKey"]) == ("image gone", "image:gone")


async def test_a_key_that_holds_no_picture_is_none(bench: Bench) -> None:
    room = bench.room()
    async with bench.bridge():
        await bench.reply(room, "달력: 7월", kind="image", imageKey=REPLIES)
        await bench.says(room, ["달력: 7월"])


async def test_a_picture_that_is_refused_or_too_large_becomes_its_text(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = bench.room()
    await bench.mq.set("image:1", PNG, ex=600)
    async with bench.bridge():
        bench.iris.phone.switch(Faults(fail_replies=1))
        await bench.reply(room, "하나", kind="image", imageKey="image:1")
        await bench.says(room, ["하나"])
        monkeypatch.setattr(post, "LARGEST_IMAGE", 3)
        await bench.reply(room, "둘", kind="image", imageKey="image:1")
        await bench.says(room, ["하나", "둘"])


# ---- what can not be sent -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"chatId": "놀이방"}, "bad chatId"),
        ({"chatId": str(2**63)}, "bad chatId"),
        ({"text": b"\xff\xfe"}, "unreadable"),
    ],
)
async def test_what_no_room_can_show_is_kept_for_an_operator(
    bench: Bench, fields: dict[str, str | bytes], reason: str
) -> None:
    async with bench.bridge():
        entry = {"chatId": bench.room(), "text": "안녕", "type": "final", "bot": "test"} | fields
        await bench.mq.xadd(REPLIES, entry)
        await bench.settled()
        ((_, dead),) = await bench.mq.xrange(DEAD)
    given = {
        name.encode(): value if isinstance(value, bytes) else value.encode() for name, value in entry.items()
    }
    assert dead == given | {
        b"reason": reason.encode(),
        b"deliveries": b"1",
        b"attempts": b"0",
        b"lastError": b"",
    }
    assert (await bench.ends("failed"))[0]["reason"] == reason


async def test_an_empty_final_shows_nothing_and_is_no_fault(bench: Bench) -> None:
    room = bench.room()
    async with bench.bridge():
        await bench.reply(room, "")
        await bench.reply(room, "안녕")
        await bench.says(room, ["안녕"])
        await bench.settled()
    assert await bench.stream(DEAD) == []


async def test_replies_of_yesterday_are_not_posted(bench: Bench) -> None:
    room = bench.room()
    for seconds, kind in ((700, "final"), (500, "final"), (100, "waiting"), (5, "waiting")):
        fields = {"chatId": room, "text": f"{kind} {seconds}", "type": kind, "bot": "test"}
        await bench.mq.xadd(REPLIES, fields, id=old(seconds))
    async with bench.bridge():
        await bench.says(room, ["final 500", "waiting 5"])
        await bench.settled()
    (dead,) = await bench.stream(DEAD)
    assert (dead["reason"], dead["text"]) == ("expired", "final 700")
    assert len(await bench.ends("stale")) == 1


async def test_what_iris_refuses_is_tried_a_few_times(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "REFUSED_SECONDS", 0.01)
    room = bench.room()
    bench.iris.phone.switch(Faults(fail_replies=2))
    async with bench.bridge():
        await bench.reply(room, "하나", threadId="77")
        await bench.says(room, ["하나"])
        assert bench.iris.world.rows(room)[0]["thread_id"] is None  # an old Iris may not know threads
        bench.iris.phone.switch(Faults(fail_replies=pacing.MOST_ATTEMPTS))
        await bench.reply(room, "둘")
        await bench.reply(room, "셋")
        await bench.says(room, ["하나", "셋"])
    (dead,) = await bench.stream(DEAD)
    assert (dead["reason"], dead["text"]) == ("refused", "둘")
    assert "a scripted failure" in dead["lastError"]


async def test_an_entry_that_kills_the_bridge_is_given_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "RECOVER_SECONDS", 0.05)
    room = bench.room()
    await bench.reply(room, "망가진 말")
    await bench.mq.xgroup_create(REPLIES, "iris-bridge", "0")
    for _ in range(6):
        await bench.mq.xreadgroup("iris-bridge", "dead", {REPLIES: "0" if _ else ">"})
    async with bench.bridge():
        await bench.settled()
    (dead,) = await bench.stream(DEAD)
    assert (dead["reason"], dead["deliveries"]) == ("too many deliveries", "7")
    assert bench.shown(room) == []


async def test_a_dead_letter_can_be_written_again_with_another_key(bench: Bench) -> None:
    room = bench.room()
    async with bench.bridge(BRIDGE_REPLY_TTL_S="1"):
        await bench.mq.xadd(REPLIES, {"chatId": room, "text": "늦은 말", "dedupKey": "1/0"}, id=old(5))
        await bench.settled()
        (dead,) = await bench.stream(DEAD)
        again = {name: dead[name] for name in ("chatId", "text")} | {
            "dedupKey": f"{dead['dedupKey']}/replay-1"
        }
        await bench.mq.xadd(REPLIES, again)
        await bench.says(room, ["늦은 말"])


# ---- when KakaoTalk does not show it ------------------------------------------------------------------


async def test_a_lost_final_is_sent_once_more_when_others_arrive(bench: Bench) -> None:
    room, other = bench.room(), bench.room()
    bench.iris.phone.switch(Faults(drop_sends=1))
    async with bench.bridge(SHORT):
        await bench.reply(room, "잃어버린 말")
        await until(lambda: _asked(bench), what="the post that vanishes")
        await bench.reply(other, "다른 방")
        await bench.says(room, ["잃어버린 말"])


async def test_what_never_appears_is_given_up_while_others_arrive(bench: Bench) -> None:
    """Our account is in no such room: Iris says success, KakaoTalk sends nothing."""
    other = bench.room()
    async with bench.bridge(SHORT):
        await bench.reply("12345", "아무도 못 듣는 말")
        said: list[str] = []

        async def given_up() -> bool:
            said.append(f"{len(said)}")
            await bench.reply(other, said[-1])
            await bench.says(other, said)
            return any(told["state"] == "failed" for told in await bench.stream(DELIVERY))

        await until(given_up, what="the end of the tries")
        (told,) = await bench.ends("failed")
    assert (told["reason"], told["attempts"]) == ("unconfirmed", "2")
    assert [dead["reason"] for dead in await bench.stream(DEAD)] == ["unconfirmed"]


async def test_an_interim_notice_is_sent_once_whatever_comes_of_it(bench: Bench) -> None:
    room, other = bench.room(), bench.room()
    bench.iris.phone.switch(Faults(drop_sends=1))
    async with bench.bridge(SHORT):
        await bench.reply(room, "생각하고 있어요", kind="waiting")
        await until(lambda: _asked(bench), what="the post that vanishes")
        await bench.reply(other, "다른 방")
        await bench.ends("unconfirmed")
        await bench.reply(room, "답이에요")
        await bench.says(room, ["답이에요"])
    assert await bench.stream(DEAD) == []


async def test_a_part_of_an_answer_is_no_interim_notice(bench: Bench) -> None:
    room, other = bench.room(), bench.room()
    bench.iris.phone.switch(Faults(drop_sends=1))
    async with bench.bridge(SHORT):
        await bench.reply(room, "첫째", kind="waiting", seq="0", total="2")
        await until(lambda: _asked(bench), what="the post that vanishes")
        await bench.reply(room, "둘째", seq="1", total="2")
        await bench.reply(other, "다른 방")
        await bench.says(room, ["첫째", "둘째"])


async def test_a_row_that_was_not_pushed_still_counts(bench: Bench) -> None:
    room = bench.room()
    bench.iris.phone.switch(Faults(drop_events=1))
    async with bench.bridge(SHORT):
        await bench.reply(room, "안 보이는 말")
        assert (await bench.ends("confirmed"))[0]["attempts"] == "1"
    assert bench.shown(room) == ["안 보이는 말"]


@pytest.mark.usefixtures("_soon")
async def test_a_dead_kakaotalk_is_seen_and_brings_no_storm(bench: Bench) -> None:
    rooms = [bench.room() for _ in range(20)]
    async with bench.bridge(SHORT):
        bench.iris.phone.switch(Faults(dead=True))
        for room in rooms:
            await bench.reply(room, "하나")
            await bench.reply(room, "둘")
        await until(lambda: _ready(bench, "kakaotalk", "down"), what="the breaker")
        before = len(bench.iris.phone.asked)
        assert before <= 9  # as many as may be in flight, and no more
        bench.iris.phone.switch(Faults())
        for room in rooms:
            await bench.says(room, ["하나", "둘"])
        await until(lambda: _ready(bench, "kakaotalk", "ok"), what="the breaker")
        await bench.settled()


@pytest.mark.usefixtures("_soon")
async def test_what_appears_late_is_not_sent_again(bench: Bench) -> None:
    room = bench.room()
    bench.iris.phone.switch(Faults(send_delay_ms=500))
    async with bench.bridge(SHORT):
        await bench.reply(room, "느린 말")
        await bench.ends("confirmed")
        await bench.settled()
    assert bench.shown(room) == ["느린 말"]


@pytest.mark.usefixtures("_soon")
async def test_kakaotalk_that_only_receives_gets_few_messages(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What people say is a sign of life; each message is tried five times at most."""
    monkeypatch.setattr(pacing, "FIRST_PROBE_SECONDS", 0.02)
    monkeypatch.setattr(pacing, "LONGEST_PROBE_SECONDS", 0.02)
    room, person = bench.room(), bench.person()
    bench.iris.phone.switch(Faults(mute=True))
    async with bench.bridge(BRIDGE_ECHO_TIMEOUT_MS="30"):
        await bench.reply(room, "들리나요")
        for number in range(5):
            bench.say(room, person, f"말 {number}")
            await asyncio.sleep(0.02)
        await bench.ends("failed")
    assert len(bench.iris.phone.asked) == pacing.MOST_ATTEMPTS
    assert [dead["reason"] for dead in await bench.stream(DEAD)] == ["unconfirmed"]


async def test_without_echoes_a_post_is_the_end(bench: Bench) -> None:
    room = bench.room()
    async with bench.bridge(BRIDGE_ECHO_TIMEOUT_MS="0"):
        await bench.reply(room, "하나")
        await bench.settled()
        await bench.says(room, ["하나"])
    assert await bench.stream(DELIVERY) != []


# ---- Iris away ----------------------------------------------------------------------------------------


async def test_replies_wait_for_iris(bench: Bench) -> None:
    room = bench.room()
    async with bench.bridge():
        await bench.reply(room, "하나")
        await bench.says(room, ["하나"])
        await bench.iris.stop()
        await until(lambda: _ready(bench, "iris", "down"), what="Iris away")
        await bench.reply(room, "둘")
        await bench.reply(room, "셋")
        await bench.iris.start()
        await bench.says(room, ["하나", "둘", "셋"])


async def test_a_post_whose_answer_was_lost_is_looked_for_before_it_is_repeated(bench: Bench) -> None:
    """Iris breaks the connection, in one case before it has queued the message and in one case after."""
    room = bench.room()
    enqueue, cases = bench.iris.phone.enqueue, iter(["before", "after"])

    def broken(message: object) -> None:
        case = next(cases, "")
        if case != "before":
            enqueue(message)  # type: ignore[arg-type]
        if case:
            raise ConnectionResetError

    bench.iris.phone.enqueue = broken  # type: ignore[method-assign]
    async with bench.bridge(SHORT):
        await bench.reply(room, "하나")
        await bench.reply(bench.room(), "다른 방")
        await bench.settled()
    assert bench.shown(room) == ["하나"]


# ---- the operator -------------------------------------------------------------------------------------


async def test_an_operator_stops_the_sending(bench: Bench) -> None:
    room, key = bench.room(), {"X-API-Key": "key"}
    async with bench.bridge():
        assert (await request("POST", bench.port, "/sending/hold")).status == 401
        assert (await request("POST", bench.port, "/sending/hold", key)).json == {"held": True}
        assert await _ready(bench, "sending", "down")
        await bench.reply(room, "하나")
        await until(lambda: _in_hand(bench, 1), what="the reply to be read")
        assert (await get(bench.port, "/sending", key)).json == {"held": True}
        assert bench.iris.phone.asked == []
        await request("POST", bench.port, "/sending/resume", key)
        await bench.says(room, ["하나"])


async def test_a_day_has_only_so_many_messages(bench: Bench) -> None:
    room = bench.room()
    async with bench.bridge(BRIDGE_DAILY_CAP="3") as running:
        for number in range(5):
            await bench.reply(room, f"{number}")
        await bench.says(room, ["0", "1", "2"])
        key = running.bridge.marks.day_key(time.time())
        assert await bench.mq.pttl(key) > 0
        await until(lambda: _in_hand(bench, 2), what="two replies that wait")
        assert len(bench.iris.phone.asked) == 3
        assert await _ready(bench, "sending", "down")
        await bench.mq.delete(key)  # midnight
        await bench.says(room, ["0", "1", "2", "3", "4"])


def test_a_day_ends_at_midnight_in_korea() -> None:
    keys = marks.Marks.day_key
    made = object.__new__(marks.Marks)
    made._instance = "iris"
    noon_utc = 1_785_326_400  # 29 July 2026, 12:00; 21:00 in Korea
    assert keys(made, noon_utc) == keys(made, noon_utc + 3 * 3600 - 1)
    assert keys(made, noon_utc) != keys(made, noon_utc + 3 * 3600)


# ---- one owner ----------------------------------------------------------------------------------------


async def test_the_next_owner_goes_on(bench: Bench) -> None:
    room = bench.room()
    async with bench.bridge(), bench.bridge(connected=False) as standby:
        for number in range(5):
            await bench.reply(room, f"{number}")
        await bench.says(room, [f"{number}" for number in range(5)])
        assert not standby.bridge.link.up
        ready = await get(bench.port, "/ready")
        assert ready.json["components"]["iris"]["detail"] == {"role": "standby"}
    async with bench.bridge():
        await bench.reply(room, "5")
        await bench.says(room, [f"{number}" for number in range(6)])


async def test_a_former_owner_posts_nothing(bench: Bench) -> None:
    room = bench.room()
    async with bench.bridge():
        await bench.reply(room, "하나")
        await bench.says(room, ["하나"])
        await bench.mq.hset(OWNER, mapping={"epoch": str(2**52), "until": str(2**52)})
        await bench.reply(room, "둘")
        await until(lambda: _ready_without(bench), what="the ownership to end")
        assert bench.shown(room) == ["하나"]
        await bench.mq.hset(OWNER, "until", "0")
        await bench.says(room, ["하나", "둘"])


async def test_a_lost_group_is_made_again_and_nothing_is_posted_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "RECOVER_SECONDS", 0.05)
    room = bench.room()
    bench.iris.phone.switch(Faults(send_delay_ms=20))
    async with bench.bridge():
        for number in range(10):
            await bench.reply(room, f"{number}")
        await until(lambda: _shown(bench, room), what="the first message")
        await bench.mq.xgroup_destroy(REPLIES, "iris-bridge")
        await bench.says(room, [f"{number}" for number in range(10)])
        await bench.settled()


async def test_the_stream_is_trimmed_up_to_what_the_slowest_group_has_read(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "TIDY_SECONDS", 0.05)
    monkeypatch.setattr(consumer, "RECOVER_SECONDS", 0.05)
    room = bench.room()
    await bench.mq.config_set("stream-node-max-entries", "1")
    await bench.mq.xgroup_create(REPLIES, "slow", "0", mkstream=True)
    try:
        async with bench.bridge(SHORT):
            for number in range(8):
                await bench.reply(room, f"{number}")
            await bench.settled()
            await _rounds(bench, 2)
            assert await bench.mq.xlen(REPLIES) == 8
            ((_, read),) = await bench.mq.xreadgroup("slow", "reader", {REPLIES: ">"}, count=5)
            await bench.mq.xack(REPLIES, "slow", *[entry for entry, _ in read[:3]])
            await until(lambda: _length(bench, 5), what="3 of 8 entries to go")
            await bench.mq.xgroup_destroy(REPLIES, "slow")
            await until(lambda: _length(bench, 1), what="everything but the last to go")
            bench.iris.phone.switch(Faults(dead=True))
            await bench.reply(room, "모르는 일")
            await until(lambda: _length(bench, 1), what="the last of them to go")
            await _rounds(bench, 2)
            assert [reply["text"] for reply in await bench.stream(REPLIES)] == ["모르는 일"]
    finally:
        await bench.mq.config_set("stream-node-max-entries", "100")


async def test_what_was_posted_is_seen_through_at_the_end(bench: Bench) -> None:
    room = bench.room()
    bench.iris.phone.switch(Faults(send_delay_ms=150))
    async with bench.bridge() as running:
        await bench.reply(room, "하나")
        await bench.reply(room, "둘")
        await until(lambda: _asked(bench), what="a post")
        running.stop.set()
        await running.task
    assert bench.shown(room) == ["하나"]
    assert len(await bench.ends("confirmed")) == 1
    assert (await bench.mq.xpending(REPLIES, "iris-bridge"))["pending"] == 1


async def test_alarms_ring_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    async with bench.bridge() as running:
        watch = Watch(bench.mq, running.bridge.names, running.bridge.marks, cap=10)
        monkeypatch.setattr("iris_bridge.stream.log.error", lambda event, **_: rung.append(event))
        await watch.look()
        assert rung == []
        await bench.mq.xadd(DEAD, {"reason": "x"})
        await bench.mq.set(running.bridge.marks.day_key(time.time()), "8", ex=60)
        await watch.look()
        await watch.look()
        assert rung == ["dead_letters_waiting", "daily_cap_near"]
        await bench.mq.delete(DEAD)
        await watch.look()
        await bench.mq.xadd(DEAD, {"reason": "x"})
        await watch.look()
        assert rung.count("dead_letters_waiting") == 2


# ---- looking ------------------------------------------------------------------------------------------


async def _ready(bench: Bench, component: str, status: str) -> bool:
    found = await get(bench.port, "/ready")
    return bool(found.json["components"][component]["status"] == status)


async def _ready_without(bench: Bench) -> bool:
    """Nobody follows the chat log."""
    return not bench.iris.phone.listeners


async def _shown(bench: Bench, room: str) -> bool:
    return bool(bench.shown(room))


async def _asked(bench: Bench) -> bool:
    return bool(bench.iris.phone.asked)


async def _in_hand(bench: Bench, count: int) -> bool:
    """Whether so many replies have been read and not been settled."""
    groups = await bench.mq.xinfo_groups(REPLIES)
    return any(group["pending"] == count and group["lag"] == 0 for group in groups)


async def _rounds(bench: Bench, count: int) -> None:
    """Until the bridge has tidied so many times more; each time it looks at the stream's groups."""

    async def tidied() -> int:
        stats = await bench.mq.info("commandstats")
        return int(stats.get("cmdstat_xinfo|groups", {}).get("calls", 0))

    before = await tidied()

    async def enough() -> bool:
        return await tidied() >= before + count

    await until(enough, what="the stream to be tidied")


async def _length(bench: Bench, length: int) -> bool:
    return bool(await bench.mq.xlen(REPLIES) == length)
