"""Lines through the real kit on a real Valkey: one process, and two that relieve each other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from botkit import turn
from botkit.bot import DISMISSALS_AT_ONCE
from botkit.chat.catalog import Catalog
from botkit.chat.errors import StoreUnavailable
from botkit.chat.kit_texts import MESSAGES, KitTexts
from botkit.chat.message import Reply
from botkit.runtime.tasks import cancel
from botkit.stream import consumer, owner
from botkit.stream.consumer import Hand
from botkit.valkey.clients import FULL
from botkit.valkey.records import Conflict, Fenced
from tests.support.desk import GROUP, STREAM, Desk, JournalStore, Look, pending, replies, say
from tests.support.polling import until
from tests.support.servers import Client

MakeDesk = Callable[..., Desk]

SAY = KitTexts(Catalog.load(MESSAGES))
SORRY = SAY.catalog.render("error.bug", {})


@pytest.fixture
def desk(cache: Client, mq: Client, blocking: Client) -> MakeDesk:
    return lambda **options: Desk(cache, mq, blocking, **options)


@asynccontextmanager
async def running(desk: Desk) -> AsyncIterator[Desk]:
    task = asyncio.create_task(desk.run())
    try:
        yield desk
    finally:
        desk.stop.set()
        await task


@asynccontextmanager
async def dying(desk: Desk) -> AsyncIterator[Desk]:
    """A process that is killed at the end: it gives nothing up and writes nothing more."""
    task = asyncio.create_task(desk.run())
    try:
        yield desk
    finally:
        desk.dead = True
        await cancel({task})


async def answers(mq: Client, count: int) -> list[dict[str, str]]:
    async def enough() -> list[dict[str, str]]:
        found = [reply for reply in await replies(mq) if reply["type"] != "waiting"]
        return found if len(found) >= count else []

    return await until(enough, what=f"{count} answers")


def _is_held(desk: Desk, call: str) -> Callable[[], Awaitable[bool]]:
    async def held() -> bool:
        return call in desk.held

    return held


def _is_empty(hand: Hand) -> Callable[[], Awaitable[bool]]:
    async def empty() -> bool:
        return len(hand) == 0

    return empty


def _holds(hand: Hand, count: int) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return len(hand) == count

    return holds


async def nothing_pending(mq: Client) -> None:
    async def empty() -> bool:
        return await pending(mq) == 0

    await until(empty, what="nothing pending")


class Gate:
    """A model call that the test ends."""

    def __init__(self) -> None:
        self.reached: list[str] = []
        self._open = asyncio.Event()

    async def __call__(self, text: str) -> None:
        if text.startswith("slow"):
            self.reached.append(text)
            await self._open.wait()

    def open(self) -> None:
        self._open.set()

    async def waited_for(self, text: str) -> None:
        async def there() -> bool:
            return text in self.reached

        await until(there, what=f"{text} being judged")


async def test_a_line_is_answered_once_and_acknowledged(desk: MakeDesk, mq: Client) -> None:
    entry = await say(mq, "r1", "/t hello", user="u1")
    async with running(desk()):
        found = await answers(mq, 1)
    assert found == [
        {
            "chatId": "r1", "text": "noted hello", "type": "final", "replyTo": entry, "bot": "test",
            "dedupKey": f"{entry}/0", "seq": "0", "total": "1",
        }
    ]  # fmt: skip
    assert await pending(mq) == 0


async def test_the_thread_is_echoed(desk: MakeDesk, mq: Client) -> None:
    await mq.xadd(STREAM, {"room": "r", "text": "/t hi", "userId": "u", "threadId": " 77 "})
    async with running(desk()):
        found = await answers(mq, 1)
    assert found[0]["threadId"] == "77"


async def test_lines_of_a_room_stay_in_order_and_rooms_run_side_by_side(desk: MakeDesk, mq: Client) -> None:
    gate = Gate()
    for number in range(10):
        await say(mq, "stuck", f"/t slow {number}", user=f"u{number % 3}")
        await say(mq, "free", f"/t {number}", user=f"u{number % 3}")
    async with running(desk(think=gate)):
        free = await answers(mq, 10)
        assert [reply["text"] for reply in free] == [f"noted {n}" for n in range(10)]
        gate.open()
        everything = await answers(mq, 20)
    stuck = [reply["text"] for reply in everything if reply["chatId"] == "stuck"]
    assert stuck == [f"noted slow {n}" for n in range(10)]


@pytest.mark.parametrize(
    "fields",
    [
        {"room": "r", "userId": "u"},
        {"text": "/t hi", "userId": "u"},
        {"room": " ", "text": "/t hi"},
        {"room": "r", "text": b"/t \xff\xfe"},
        {"room": b"\xc3\x28", "text": "/t hi"},
        {"unknown": "x"},
    ],
)
async def test_an_entry_that_cannot_be_answered_is_acknowledged(
    desk: MakeDesk, mq: Client, fields: dict[str, str]
) -> None:
    await mq.xadd(STREAM, fields)
    await say(mq, "r2", "/t after")
    async with running(desk()):
        found = await answers(mq, 1)
        await nothing_pending(mq)
    assert [reply["text"] for reply in found] == ["noted after"]


@pytest.mark.parametrize("text", ["hello", "t hi", "/T hi", "!라이브", "\u200b", "x" * 100_000])
async def test_what_is_not_for_this_bot_is_passed_over(desk: MakeDesk, mq: Client, text: str) -> None:
    await say(mq, "r", text)
    async with running(desk()):
        await nothing_pending(mq)
    assert await replies(mq) == []


async def test_a_huge_line_of_ours_is_refused(desk: MakeDesk, mq: Client) -> None:
    await say(mq, "9" * 40, "/t " + "가" * 100_000, user="8" * 40)
    async with running(desk()):
        (found,) = await answers(mq, 1)
    assert found["text"] == SAY.catalog.render("error.line_too_long", {"limit": 200})
    assert found["chatId"] == "9" * 40


async def test_a_refusal_changes_nothing(desk: MakeDesk, mq: Client) -> None:
    made = desk()
    await say(mq, "r", "/t refuse this")
    async with running(made):
        (found,) = await answers(mq, 1)
    assert found["text"] == SAY.catalog.render("error.not_permitted", {})
    assert (await made.store.peek("r")).applied == ()


async def test_a_bug_costs_one_line(desk: MakeDesk, mq: Client, caplog: pytest.LogCaptureFixture) -> None:
    await say(mq, "r", "/t crash")
    await say(mq, "r", "/t still here")
    async with running(desk()):
        found = await answers(mq, 2)
    assert [reply["text"] for reply in found] == [SORRY, "noted still here"]


async def test_a_line_that_waited_too_long_is_dropped(desk: MakeDesk, mq: Client) -> None:
    await say(mq, "r", "/t old", entry="1000-0")
    await say(mq, "r", "/t fresh", entry="120000-0")
    async with running(desk(clock=lambda: 130.0)):
        found = await answers(mq, 1)
        await nothing_pending(mq)
    assert [reply["text"] for reply in found] == ["noted fresh"]


async def test_who_was_told_to_wait_is_told_when_it_was_too_long(desk: MakeDesk, mq: Client) -> None:
    gate, now = Gate(), 1.0
    await say(mq, "r", "/t slow", entry="1000-0")
    await say(mq, "r", "/t next", entry="1001-0", user="민지")
    made = desk(think=gate, clock=lambda: now, notice_seconds=0.0)
    async with running(made):
        waiting = await until(lambda: notices(mq, 2), what="two notices")
        now = 200.0
        gate.open()
        found = await answers(mq, 2)
    assert {notice["text"] for notice in waiting} == {
        SAY.catalog.render("queue.cut", {}),
        SAY.waiting(name="민지", ahead=1),
    }
    assert found[1]["text"] == SAY.catalog.render("error.line_expired", {"name": "민지"})


async def test_who_waits_for_a_free_slot_is_not_told_of_a_queue(desk: MakeDesk, mq: Client) -> None:
    gate = Gate()
    async with running(desk(think=gate, rooms_at_once=1, notice_seconds=0.0)):
        await say(mq, "busy", "/t slow")
        await gate.waited_for("slow")
        await say(mq, "idle", "/t first here")
        waiting = await until(lambda: notices(mq, 2), what="two notices")
        gate.open()
        await answers(mq, 2)
    assert {notice["text"] for notice in waiting} == {SAY.catalog.render("queue.cut", {})}


async def notices(mq: Client, count: int) -> list[dict[str, str]]:
    found = [reply for reply in await replies(mq) if reply["type"] == "waiting"]
    return found if len(found) >= count else []


async def test_no_notice_follows_the_answer(desk: MakeDesk, mq: Client) -> None:
    for number in range(30):
        await say(mq, f"r{number}", "/t quick")
    async with running(desk(notice_seconds=0.002)):
        await answers(mq, 30)
    seen: set[str] = set()
    for reply in await replies(mq):
        assert reply["replyTo"] not in seen
        if reply["type"] == "final":
            seen.add(reply["replyTo"])


async def test_five_people_and_forty_lines_may_wait(desk: MakeDesk, mq: Client) -> None:
    gate = Gate()
    await say(mq, "r", "/t slow", user="u0")
    async with running(desk(think=gate)):
        await gate.waited_for("slow")
        for number in range(6):
            await say(mq, "r", f"/t p{number}", user=f"p{number}")
        (refused,) = await answers(mq, 1)
        for number in range(36):
            await say(mq, "r", f"/t many {number}", user="p0")
        both = await answers(mq, 2)
        gate.open()
        everything = await answers(mq, 43)
    full = SAY.catalog.render("error.too_many_waiting", {})
    assert [reply["text"] for reply in both] == [full, full]
    assert refused["replyTo"] == both[0]["replyTo"]
    accepted = [reply["text"] for reply in everything if reply["text"] != full]
    assert accepted == [
        "noted slow",
        *(f"noted p{n}" for n in range(5)),
        *(f"noted many {n}" for n in range(35)),
    ]


async def test_a_standby_takes_over_and_judges_nothing_twice(
    desk: MakeDesk, cache: Client, mq: Client
) -> None:
    gate = Gate()
    first = desk(name="first", think=gate, lease_seconds=0.5)
    second = desk(name="second", lease_seconds=0.5)
    for number in range(3):
        await say(mq, "r", f"/t {number}")
    await say(mq, "r", "/t slow")
    await say(mq, "r", "/t last")
    async with dying(first):
        await gate.waited_for("slow")
    async with running(second):
        found = await answers(mq, 5)
        await nothing_pending(mq)
    assert [reply["text"] for reply in found] == ["noted 0", "noted 1", "noted 2", "noted slow", "noted last"]
    journal = await second.store.peek("r")
    assert len(journal.applied) == 5
    assert not set(first.judged[:3]) & set(second.judged)


async def test_an_applied_line_is_answered_again_but_not_judged_again(desk: MakeDesk, mq: Client) -> None:
    first, second = desk(name="first", lease_seconds=0.2), desk(name="second", lease_seconds=0.2)
    first.hold("finish")
    entry = await say(mq, "r", "/t once")
    async with dying(first):

        async def applied() -> bool:
            return entry in (await first.store.peek("r")).applied

        await until(applied)
    assert await replies(mq) == []
    async with running(second):
        (found,) = await answers(mq, 1)
        await nothing_pending(mq)
    assert found["text"] == "noted once"
    assert second.judged == []


async def standing(desk: Desk, call: str) -> None:
    async def there() -> bool:
        return call in desk.held

    await until(there, what=f"{desk.name} before {call}")


async def gone(desk: Desk) -> None:
    async def left() -> bool:
        return desk.lease.epoch == ""

    await until(left, what=f"{desk.name} giving way")


@pytest.mark.parametrize("refuses", [False, True])
async def test_a_paused_owner_cannot_save_any_more(desk: MakeDesk, mq: Client, refuses: bool) -> None:
    zombie, heir = (
        desk(name="zombie", lease_seconds=0.2),
        desk(name="heir", lease_seconds=0.2, refuses=refuses),
    )
    paused = zombie.hold("save")
    await say(mq, "r", "/t note this")
    async with dying(zombie):
        await standing(zombie, "save")
        zombie.hears.clear()  # it misses its renewals, as a stopped process does
        async with running(heir):
            await answers(mq, 1)
            paused.set()
            zombie.hears.set()
            await gone(zombie)
            await nothing_pending(mq)
            (only,) = await answers(mq, 1)
            assert len((await heir.store.peek("r")).applied) == (0 if refuses else 1)
            assert only["text"].startswith("noted") is not refuses


async def test_a_paused_owner_cannot_answer_any_more(desk: MakeDesk, mq: Client) -> None:
    zombie, heir = desk(name="zombie", lease_seconds=0.2, refuses=True), desk(name="heir", lease_seconds=0.2)
    late, later = zombie.hold("finish"), heir.hold("finish")
    await say(mq, "r", "/t note this")
    async with dying(zombie):
        await standing(zombie, "finish")
        zombie.hears.clear()
        async with running(heir):
            await standing(heir, "finish")  # it has saved, and not answered yet
            late.set()
            zombie.hears.set()
            await gone(zombie)
            later.set()
            (only,) = await answers(mq, 1)
            await nothing_pending(mq)
    assert only["text"] == "noted note this"
    assert len(await answers(mq, 1)) == 1


async def test_a_save_that_was_held_up_arrives_too_late(desk: MakeDesk, mq: Client) -> None:
    """The sender has given up on it, looked again and saved once more, without judging again."""
    made = desk()
    made.is_late = lambda call: call == "save" and not made.late  # type: ignore[method-assign]
    entry = await say(mq, "r", "/t note this")
    async with running(made):
        (only,) = await answers(mq, 1)
        assert only["text"] == "noted note this"
        with pytest.raises(Conflict):
            await made.late[0]()
        assert (await made.store.peek("r")).applied == (entry,)
        assert made.judged == [entry]


async def test_a_lost_read_does_not_break_the_order(desk: MakeDesk, mq: Client) -> None:
    async with running(desk(name="p1")):
        await say(mq, "r", "/t 0")
        await answers(mq, 1)
        transaction = mq.pipeline(transaction=True)
        for number in range(1, 5):
            transaction.xadd(STREAM, {"room": "r", "text": f"/t {number}", "userId": "u"})
        transaction.xreadgroup(GROUP, "p1", {STREAM: ">"}, count=2)  # an answer that never arrived
        await transaction.execute()
        found = await answers(mq, 5)
    assert [reply["text"] for reply in found] == [f"noted {n}" for n in range(5)]


@pytest.mark.parametrize("wiped", ["group", "stream"])
async def test_a_vanished_group_loses_and_doubles_nothing(desk: MakeDesk, mq: Client, wiped: str) -> None:
    gate = Gate()
    async with running(desk(think=gate)):
        await say(mq, "done", "/t before")
        await answers(mq, 1)
        await say(mq, "r", "/t slow")
        await gate.waited_for("slow")
        if wiped == "group":
            await mq.xgroup_destroy(STREAM, GROUP)
        else:
            await mq.delete(STREAM)
        await say(mq, "other", "/t after")
        await answers(mq, 2)
        gate.open()
        found = await answers(mq, 3)
        await nothing_pending(mq)
    assert sorted(reply["text"] for reply in found) == ["noted after", "noted before", "noted slow"]


@pytest.mark.parametrize("wiped", ["group", "stream"])
async def test_a_group_that_vanishes_while_nobody_writes_loses_no_line(
    desk: MakeDesk, mq: Client, wiped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recovery finds it out, not the next read or commit."""
    monkeypatch.setattr(consumer, "RECOVER_SECONDS", 0.05)
    gate = Gate()
    async with running(desk(think=gate)) as made:
        await say(mq, "r", "/t slow")
        await gate.waited_for("slow")
        await (mq.xgroup_destroy(STREAM, GROUP) if wiped == "group" else mq.delete(STREAM))

        async def made_anew() -> bool:
            return bool(await mq.exists(STREAM)) and len(await mq.xinfo_groups(STREAM)) == 1

        await until(made_anew, what="a new group")
        gate.open()
        await until(_is_empty(made.hand), what="nothing in hand")
    assert [reply["text"] for reply in await replies(mq)] == ["noted slow"]


async def test_a_commit_on_its_way_while_the_group_is_made_anew_is_not_lost(
    desk: MakeDesk, mq: Client
) -> None:
    async with running(desk()) as made:
        gate = made.hold("finish")
        await say(mq, "a", "/t one")
        await until(_is_held(made, "finish"), what="a commit on its way")
        del made.holds["finish"]
        await mq.xgroup_destroy(STREAM, GROUP)
        await say(mq, "b", "/t other")
        await answers(mq, 1)
        gate.set()
        found = await answers(mq, 2)
        await until(_is_empty(made.hand), what="nothing in hand")
    assert [reply["text"] for reply in found] == ["noted other", "noted one"]


async def test_a_group_lost_with_its_owner_begins_where_reading_ended(desk: MakeDesk, mq: Client) -> None:
    """The owner read, answered and died before it renewed its lease once; a refusal leaves no trace in a room."""
    async with dying(desk(name="first", lease_seconds=0.05)):
        await say(mq, "r", "/t refuse")
        await answers(mq, 1)
    await mq.xgroup_destroy(STREAM, GROUP)
    heir = desk(name="heir")
    async with running(heir):
        await say(mq, "r", "/t next")
        found = await answers(mq, 2)
        await nothing_pending(mq)
    assert [reply["text"] for reply in found][1:] == ["noted next"]
    assert len(heir.judged) == 1


async def test_a_lane_stands_still_behind_a_line_that_another_owner_took(desk: MakeDesk, mq: Client) -> None:
    """A refusal changes nothing, so nothing but the lane itself keeps the next line from being judged first."""
    first = desk(name="first", lease_seconds=0.0)
    first.refuses = True
    gate = first.hold("finish")
    async with running(first):
        entry = await say(mq, "r", "/t one")
        await say(mq, "r", "/t two")
        await until(_is_held(first, "finish"), what="a commit on its way")
        heir = desk(name="heir")
        await heir.lease.acquire()
        first.refuses = False
        gate.set()
        await until(_is_empty(first.hand), what="the first process gave everything up")
    assert first.judged == [entry]
    await heir.lease.release()
    async with running(desk(name="third")):
        found = await answers(mq, 2)
    assert [reply["text"] for reply in found] == ["noted one", "noted two"]


async def test_a_wiped_lease_strands_no_line(desk: MakeDesk, mq: Client) -> None:
    gate = Gate()
    async with running(desk(think=gate)):
        await say(mq, "r", "/t slow")
        await gate.waited_for("slow")
        await mq.delete(f"{STREAM}:owner")
        gate.open()
        found = await answers(mq, 1)
        await nothing_pending(mq)
    assert [reply["text"] for reply in found] == ["noted slow"]


async def test_a_former_owner_cannot_make_the_group_anew(desk: MakeDesk, mq: Client) -> None:
    first, heir = desk(name="first", lease_seconds=0.0), desk(name="heir")
    await first.lease.acquire()
    await heir.lease.acquire()
    with pytest.raises(Fenced):
        await first.inbox.ensure_group()
    assert not await mq.exists(STREAM)
    await heir.inbox.ensure_group()
    assert len(await mq.xinfo_groups(STREAM)) == 1


async def test_a_line_that_kills_its_owner_again_and_again_becomes_a_dead_letter(
    desk: MakeDesk, mq: Client
) -> None:
    gate = Gate()
    entry = await say(mq, "r", "/t slow poison")
    for life in range(5):
        async with dying(desk(name=f"life {life}", think=gate, lease_seconds=0.05)):
            await gate.waited_for("slow poison")
            gate.reached.clear()
    last = desk(name="last", lease_seconds=0.05)
    await say(mq, "r", "/t harmless")
    async with running(last):
        found = await answers(mq, 2)
        await nothing_pending(mq)
    assert [reply["text"] for reply in found] == [SORRY, "noted harmless"]
    assert entry not in last.judged
    ((_, dead),) = await mq.xrange(f"{STREAM}:dead")
    assert dead[b"text"] == b"/t slow poison"
    assert dead[b"deliveries"] == b"6"


async def test_a_poisonous_line_takes_no_other_with_it(desk: MakeDesk, mq: Client) -> None:
    gate = Gate()
    await say(mq, "r", "/t slow poison")
    await say(mq, "r", "/t behind it", user="u2")
    await say(mq, "q", "/t elsewhere", user="u3")
    for life in range(5):
        async with dying(desk(name=f"life {life}", think=gate, lease_seconds=0.05)):
            await gate.waited_for("slow poison")
            gate.reached.clear()
    async with running(desk(name="last", lease_seconds=0.05)):
        found = await answers(mq, 3)
        await nothing_pending(mq)
    assert sorted(reply["text"] for reply in found) == sorted([SORRY, "noted behind it", "noted elsewhere"])
    assert [fields[b"text"] for _, fields in await mq.xrange(f"{STREAM}:dead")] == [b"/t slow poison"]


async def test_what_saw_more_owners_die_overtakes_nothing(desk: MakeDesk, mq: Client) -> None:
    """The answer to a read is lost, then the owner dies: later lines were delivered more often than earlier ones."""
    gate = Gate()
    async with dying(desk(name="first", think=gate)) as first:
        await say(mq, "r", "/t slow 0")
        await gate.waited_for("slow 0")
        await say(mq, "r", "/t 1")
        await until(_holds(first.hand, 2), what="two lines in hand")
        lost = mq.pipeline(transaction=True)
        for number in (2, 3):
            lost.xadd(STREAM, {"room": "r", "text": f"/t {number}", "userId": "u"})
        lost.xreadgroup(GROUP, "first", {STREAM: ">"}, count=2)
        await lost.execute()
        await until(_holds(first.hand, 4), what="four lines in hand")
    await mq.delete(f"{STREAM}:owner")
    async with running(desk(name="second")):
        found = await answers(mq, 4)
    assert [reply["text"] for reply in found] == ["noted slow 0", "noted 1", "noted 2", "noted 3"]


async def test_a_line_that_cannot_be_ended_is_begun_again(
    desk: MakeDesk, mq: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, "STANDBY_SECONDS", 0.01)
    made = desk(lease_seconds=0.5)
    broken = [ValueError("unforeseen"), ValueError("unforeseen")]
    gate = made.gate

    async def stumble(call: str, moment: str) -> None:
        await gate(call, moment)
        if (call, moment) == ("finish", "before") and broken:
            raise broken.pop()

    monkeypatch.setattr(made, "gate", stumble)
    await say(mq, "r", "/t one")
    await say(mq, "r", "/t two")
    async with running(made):
        found = await answers(mq, 2)
        await nothing_pending(mq)
    assert [reply["text"] for reply in found] == ["noted one", "noted two"]
    assert len(made.judged) == 2


async def test_a_record_from_the_future_does_not_stop_the_bot(
    desk: MakeDesk, mq: Client, cache: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """valkey-mq was replaced and its clock is behind: the next ownership is later than what the record knows."""
    monkeypatch.setattr(owner, "STANDBY_SECONDS", 0.01)
    await cache.hset("test:room:r", mapping={"epoch": "9999999999999"})
    async with running(desk()) as made:
        await say(mq, "r", "/t hello")
        found = await answers(mq, 1)
        epoch = int(made.lease.epoch)
    assert [reply["text"] for reply in found] == ["noted hello"]
    assert epoch > 9_999_999_999_999


async def test_lines_for_others_do_not_crowd_out_ours(desk: MakeDesk, mq: Client) -> None:
    made = desk()
    now, most = 0, 0
    gate = made.gate

    async def count(call: str, moment: str) -> None:
        nonlocal now, most
        await gate(call, moment)
        if call == "finish":
            now += 1 if moment == "before" else -1
            most = max(most, now)

    made.gate = count  # type: ignore[method-assign]
    backlog = mq.pipeline(transaction=False)
    for number in range(500):
        backlog.xadd(STREAM, {"room": f"r{number}", "text": "hello", "userId": "u"})
    await backlog.execute()
    async with running(made):
        await nothing_pending(mq)
    assert most == DISMISSALS_AT_ONCE


async def test_a_poisonous_line_that_is_not_ours_is_left_alone(desk: MakeDesk, mq: Client) -> None:
    first = desk(name="first")
    await first.lease.acquire()
    await first.inbox.ensure_group()
    await say(mq, "r", "hello there")
    await first.inbox.read(10)
    for _ in range(6):
        await first.inbox.claim(await first.inbox.pending(()))
    await first.lease.release()
    async with running(desk(name="second")):
        await say(mq, "r", "/t ours")
        found = await answers(mq, 1)
        await nothing_pending(mq)
    assert [reply["text"] for reply in found] == ["noted ours"]
    assert not await mq.exists(f"{STREAM}:dead")


async def test_a_full_store_is_an_apology_not_a_wait(
    desk: MakeDesk, mq: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full Valkey refuses the whole script, so nothing is unsure."""

    async def refuse(*_: object, **__: object) -> None:
        raise FULL("OOM command not allowed when used memory > 'maxmemory'")

    monkeypatch.setattr(turn, "STORE_PATIENCE", 0.0)
    monkeypatch.setattr(JournalStore, "save", refuse)
    async with running(desk()):
        await say(mq, "r", "/t note")
        (only,) = await answers(mq, 1)
        await nothing_pending(mq)
    assert only["text"] == SAY.catalog.error(StoreUnavailable())


async def test_a_drain_ends_what_runs_and_leaves_the_rest(desk: MakeDesk, mq: Client) -> None:
    gate = Gate()
    await say(mq, "r", "/t slow")
    await say(mq, "r", "/t waiting")
    made = desk(name="first", think=gate)
    task = asyncio.create_task(made.run())
    await gate.waited_for("slow")
    made.stop.set()
    gate.open()
    await task
    assert [reply["text"] for reply in await replies(mq)] == ["noted slow"]
    assert await pending(mq) == 1
    async with running(desk(name="second")):  # at once: the lease was given up
        found = await answers(mq, 2)
    assert [reply["text"] for reply in found] == ["noted slow", "noted waiting"]


async def test_a_full_queue_delays_an_answer_but_does_not_lose_it(desk: MakeDesk, mq: Client) -> None:
    gate = Gate()
    async with running(desk(think=gate)):
        await say(mq, "r", "/t slow")
        await gate.waited_for("slow")
        used = int((await mq.info("memory"))["used_memory"])
        await mq.config_set("maxmemory", used // 2)
        try:
            gate.open()

            async def refused() -> bool:
                errors = await mq.info("errorstats")
                return "errorstat_OOM" in errors

            await until(refused, what="a refused commit")
            assert await pending(mq) == 1
        finally:
            await mq.config_set("maxmemory", 0)
        (found,) = await answers(mq, 1)
        await nothing_pending(mq)
    assert found["text"] == "noted slow"


async def test_a_long_reply_is_cut_into_bubbles_that_belong_together(desk: MakeDesk, mq: Client) -> None:
    made = desk()
    original = made.turn._handlers.answers

    async def long(_command: Look, _scene: object) -> list[Reply]:
        return [Reply("\n".join(f"line {n} " + "가" * 90 for n in range(12)))]

    made.turn._handlers = type(made.turn._handlers)({**original, Look: long}, made.turn._handlers.moves)
    await say(mq, "r", "/t look")
    async with running(made):
        await answers(mq, 1)
    shown = await replies(mq)
    assert [reply["type"] for reply in shown] == ["waiting"] * (len(shown) - 1) + ["final"]
    assert [reply["seq"] for reply in shown] == [str(n) for n in range(len(shown))]
    assert all(len(reply["text"]) <= 500 for reply in shown)


async def test_what_runs_beside_the_reading_ends_with_the_ownership(desk: MakeDesk) -> None:
    began = asyncio.Event()
    ends: list[str] = []

    async def beside() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("cancelled")

    one = desk()
    task = asyncio.create_task(one.consumer.run(one.bot, one.stop, drain_seconds=1, beside=beside))
    await began.wait()
    one.stop.set()
    await task
    assert ends == ["cancelled"]


async def test_what_runs_beside_can_end_the_ownership(desk: MakeDesk, mq: Client) -> None:
    one, began = desk(lease_seconds=600), 0

    async def beside() -> None:
        nonlocal began
        began += 1
        if began == 1:
            raise owner.LeaseLost
        await asyncio.Event().wait()

    task = asyncio.create_task(one.consumer.run(one.bot, one.stop, drain_seconds=1, beside=beside))

    async def again() -> bool:
        return began == 2

    await until(again, what="a second ownership")
    one.stop.set()
    await task
    assert await mq.hget(f"{STREAM}:owner", "until") is not None
