"""The outbox and its sender, on a real PostgreSQL and a real Valkey: everything leaves once, in time, or never."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from botkit.chat.message import Reply
from botkit.postgres.pool import Database
from botkit.runtime.health import Degraded
from botkit.runtime.tasks import cancel
from botkit.stream.announcements import Publisher
from botkit.valkey.clients import UNREACHABLE, Address, command_client
from hololive_bot.outbox import KEPT_SECONDS, Outbox, Row
from hololive_bot.repository.link import transaction
from hololive_bot.sender import MARKS, Sender
from tests.hololive_bot.sources import NOON, Clock
from tests.support.polling import until
from tests.support.proxy import Proxy, Trap, script_hash
from tests.support.servers import Client, free_port

REPLIES = "kakao:bot:reply"


def row(
    room: str = "r1", *, video: str = "v", stage: str = "T-5", minute: int | None = 7, **more: Any
) -> Row:
    key = f"{room}|{video}|{stage}|{minute}"
    values = {
        "payload": {"text": f"{stage} of {video}"},
        "expires": NOON + 300,
        "due": NOON - 10,
        "together": minute,
    }
    return Row(
        **{"key": key, "room": room, "stage": stage, "video": video, "minute": minute, **values, **more}
    )


@dataclass
class Post:
    """A sender and what it sent."""

    database: Database
    mq: Client
    clock: Clock = field(default_factory=Clock)
    breaks: Callable[[Sequence[Mapping[str, Any]]], None] = lambda _: None
    shut: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.database)
        self.sender = self.another()

    def another(self, mq: Client | None = None) -> Sender:
        return Sender(
            self.outbox,
            Publisher(mq or self.mq, replies=REPLIES, bot="hololive", cut_notice="…", marks=MARKS),
            compose=self.compose,
            admits=lambda room: room not in self.shut,
            clock=self.clock,
        )

    def compose(self, payloads: Sequence[Mapping[str, Any]], now: float) -> Reply:
        self.breaks(payloads)
        return Reply(" + ".join(sorted(str(payload["text"]) for payload in payloads)))

    async def add(self, *rows: Row) -> int:
        return await self.outbox.add(rows, now=self.clock.now)

    async def send(self, after: float = 0) -> list[tuple[str, str]]:
        """Everything sent so far, as room and text, after sending what is due."""
        self.clock.now += after
        while await self.sender.send_due():
            pass
        return await self.sent()

    async def sent(self) -> list[tuple[str, str]]:
        found: Any = await self.mq.xrange(REPLIES)
        return [(fields[b"chatId"].decode(), fields[b"text"].decode()) for _, fields in found]

    async def statuses(self) -> list[tuple[str, str]]:
        return [(each["dedupe_key"], each["status"]) for each in reversed(await self.outbox.listed())]


@pytest.fixture
async def post(database: Database, mq: Client) -> Post:
    return Post(database, mq)


async def test_a_row_is_sent_with_the_fields_of_the_wire(post: Post) -> None:
    await post.add(row())
    await post.send()

    [(_, fields)] = await post.mq.xrange(REPLIES)
    assert {name.decode(): value.decode() for name, value in fields.items()} == {
        "chatId": "r1",
        "text": "T-5 of v",
        "type": "final",
        "bot": "hololive",
        "dedupKey": "alert:r1|v|T-5|7/0",
        "seq": "0",
        "total": "1",
    }
    assert await post.statuses() == [("r1|v|T-5|7", "sent")]
    assert await post.send() == [("r1", "T-5 of v")]


async def test_a_key_goes_in_once(post: Post) -> None:
    assert await post.add(row(), row(room="r2")) == 2
    assert await post.add(row(), row(room="r3")) == 1
    assert await post.add() == 0
    assert [room for room, _ in await post.send()] == ["r1", "r2", "r3"]


async def test_a_room_that_follows_none_of_them_any_more_is_told_nothing(post: Post) -> None:
    pool = await post.database.pool()
    for room, channel in (("host", "miko"), ("guest", "gura"), ("other", "pekora")):
        await pool.execute("INSERT INTO rooms (room_id) VALUES ($1)", room)
        await pool.execute("INSERT INTO alarms (room_id, channel_id) VALUES ($1, $2)", room, channel)
    await post.add(
        *(row(room=room, channels=("miko", "gura")) for room in ("host", "guest", "other", "gone"))
    )

    assert [room for room, _ in await post.send()] == ["host", "guest"]
    assert [status for _, status in await post.statuses()] == ["sent", "sent", "skipped", "skipped"]


async def test_what_begins_together_leaves_as_one_message(post: Post) -> None:
    await post.add(
        row(video="a"),
        row(video="b"),
        row(video="c", minute=8),
        row(room="r2", video="a"),
        row(video="d", stage="LIVE"),
    )

    assert sorted(await post.send()) == [
        ("r1", "LIVE of d"),
        ("r1", "T-5 of a + T-5 of b"),
        ("r1", "T-5 of c"),
        ("r2", "T-5 of a"),
    ]
    assert {status for _, status in await post.statuses()} == {"sent"}


async def test_what_comes_later_is_a_message_of_its_own(post: Post) -> None:
    await post.add(row(video="a"))
    await post.add(row(video="b"))

    assert await post.send() == [("r1", "T-5 of a"), ("r1", "T-5 of b")]


async def test_rows_that_belong_to_nothing_stay_alone(post: Post) -> None:
    await post.add(row(video="a", minute=None), row(video="b", minute=None))

    assert len(await post.send()) == 2


async def test_nothing_is_sent_before_it_is_due(post: Post) -> None:
    await post.add(row(due=NOON + 60), row("r2", due=None))

    assert await post.send() == [("r2", "T-5 of v")]
    assert await post.send(after=59) == [("r2", "T-5 of v")]
    assert len(await post.send(after=1)) == 2


async def test_what_is_only_noted_is_never_sent(post: Post) -> None:
    await post.add(row(video="a", skipped=True), row(video="b"))

    assert await post.send() == [("r1", "T-5 of b")]


async def test_what_is_too_late_expires(post: Post) -> None:
    await post.add(row(), row(video="w", expires=NOON + 600))

    assert await post.send(after=300) == [("r1", "T-5 of w")]
    assert await post.statuses() == [("r1|v|T-5|7", "expired"), ("r1|w|T-5|7", "sent")]


async def test_what_grows_too_late_while_others_are_sent_is_not_sent(post: Post) -> None:
    def slow(_payloads: object) -> None:
        post.clock.now += 200

    post.breaks = slow
    await post.add(row("r1"), row("r2"), row("r3"))

    assert [room for room, _ in await post.send()] == ["r1", "r2"]
    assert await post.send() == await post.sent()
    assert (await post.statuses())[-1] == ("r3|v|T-5|7", "expired")


async def test_the_failure_of_one_room_is_not_that_of_another(post: Post) -> None:
    """Acceptance 5: one of three rooms fails three times, then works."""
    failures = iter(range(3))

    def fail(payloads: Sequence[Mapping[str, Any]]) -> None:
        if payloads[0]["text"] == "second" and next(failures, None) is not None:
            raise ValueError("not now")

    post.breaks = fail
    await post.add(row("r1"), row("r2", payload={"text": "second"}), row("r3"))

    assert [room for room, _ in await post.send()] == ["r1", "r3"]
    for wait, count in ((1.9, 2), (0.2, 2), (4, 2), (8, 3), (60, 3)):
        assert len(await post.send(after=wait)) == count
    assert sorted(await post.sent()) == [("r1", "T-5 of v"), ("r2", "second"), ("r3", "T-5 of v")]


async def test_six_failures_are_enough_until_an_operator_tries_again(post: Post) -> None:
    def fail(_payloads: object) -> None:
        raise ValueError("never")

    post.breaks = fail
    await post.add(row(expires=NOON + 1000))
    for _ in range(7):
        await post.send(after=70)
    [shown] = await post.outbox.listed("failed")
    assert (shown["attempts"], shown["last_error"]) == (6, "ValueError")

    post.breaks = lambda _: None
    assert await post.outbox.retry(shown["id"], now=post.clock.now)
    assert not await post.outbox.retry(shown["id"], now=post.clock.now)
    assert await post.send() == [("r1", "T-5 of v")]


async def test_it_is_never_tried_again_when_it_is_too_late(post: Post) -> None:
    def fail(_payloads: object) -> None:
        raise ValueError("never")

    post.breaks = fail
    await post.add(row())
    for _ in range(8):
        await post.send(after=34)
    [shown] = await post.outbox.listed()
    assert shown["status"] == "failed"
    assert not await post.outbox.retry(shown["id"], now=NOON + 300)


async def test_a_room_that_lost_access_hears_nothing(post: Post) -> None:
    post.shut = frozenset({"r1"})
    await post.add(row("r1"), row("r2"))

    assert await post.send() == [("r2", "T-5 of v")]
    assert (await post.statuses())[0] == ("r1|v|T-5|7", "skipped")


async def test_what_was_withdrawn_is_not_sent_and_the_rest_of_its_message_is(post: Post) -> None:
    await post.add(row(video="a"), row(video="b"), row("r2", video="a"), row("r2", video="c"))
    async with transaction(post.database) as link:
        await post.outbox.withdraw([("a", "r1"), ("c", None)], now=NOON, link=link)
        await post.outbox.withdraw([], now=NOON, link=link)

    assert sorted(await post.send()) == [("r1", "T-5 of b"), ("r2", "T-5 of a")]


async def test_rows_belong_to_the_transaction_that_adds_them(post: Post) -> None:
    async def fail() -> None:
        async with transaction(post.database) as link:
            await post.outbox.add([row()], now=NOON, link=link)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await post.send() == []


async def test_while_valkey_is_away_rows_wait_and_nothing_counts_as_an_attempt(post: Post) -> None:
    away = command_client(Address("127.0.0.1", free_port()), timeout=0.2)
    post.sender = post.another(away)
    await post.add(row("r1"), row("r2"))
    for _ in range(10):
        with pytest.raises(UNREACHABLE):
            await post.send(after=10)
    post.sender = post.another()

    assert len(await post.send()) == 2
    assert {shown["attempts"] for shown in await post.outbox.listed()} == {0}
    await away.aclose()


async def test_an_answer_that_is_lost_sends_nothing_twice(post: Post, valkey_server: Any) -> None:
    """The script has run, and the connection breaks before the sender knows it."""
    proxy = Proxy(valkey_server.port)
    await proxy.start()
    client = command_client(Address("127.0.0.1", proxy.port), timeout=1.0)
    await client.select(1)
    post.sender = post.another(client)
    await post.add(row("r1"), row("r2"))

    async def cut() -> None:
        return None

    proxy.traps.append(Trap(script_hash("announce"), cut, after=True))
    with pytest.raises(UNREACHABLE):
        await post.send()
    assert len(await post.sent()) == 1
    post.sender = post.another()

    assert sorted(await post.send()) == [("r1", "T-5 of v"), ("r2", "T-5 of v")]
    await client.aclose()
    await proxy.stop()


async def test_a_sender_that_dies_after_sending_sends_nothing_twice(post: Post) -> None:
    """The message is out, and its row is still pending."""
    await post.add(row(video="a"), row(video="b"))
    async with post.outbox.take(NOON) as batch:
        [rows] = batch.messages
        publisher = Publisher(post.mq, replies=REPLIES, bot="hololive", cut_notice="…", marks=MARKS)
        assert await publisher.publish("r1", [each.key for each in rows], Reply("x"), remember=60)

    assert await post.send() == [("r1", "x")]
    assert {status for _, status in await post.statuses()} == {"sent"}


async def test_two_senders_share_the_work(post: Post) -> None:
    await post.add(*(row(f"r{n}", video=video) for n in range(60) for video in "ab"))
    one, two = post.another(), post.another()

    async def drain(sender: Sender) -> None:
        while await sender.send_due():
            pass

    await asyncio.gather(drain(one), drain(two))
    await drain(one)

    sent = await post.sent()
    assert len(sent) == len(set(sent)) == 60
    assert {text for _, text in sent} == {"T-5 of a + T-5 of b"}


async def test_a_withdrawal_and_a_sender_never_wait_for_each_other(post: Post) -> None:
    await post.add(*(row(f"r{n}", video=video) for n in range(30) for video in "abc"))

    async def withdraw() -> None:
        for n in reversed(range(30)):
            async with transaction(post.database) as link:
                await post.outbox.withdraw([("a", f"r{n}"), ("c", f"r{n}")], now=NOON, link=link)

    async def drain() -> None:
        while await post.sender.send_due():
            pass

    await asyncio.gather(withdraw(), drain())
    await drain()

    assert len(await post.sent()) == 30
    assert {status for _, status in await post.statuses()} <= {"sent", "skipped"}


async def test_the_sender_wakes_for_news_and_stops_when_told(post: Post) -> None:
    running = asyncio.create_task(post.sender.run())
    await post.add(row("r1"))
    post.sender.wake()
    await until(post.sent)
    await post.add(row("r2"))
    post.sender.wake()

    async def both() -> bool:
        return len(await post.sent()) == 2

    await until(both)
    await cancel({running})
    await post.sender.check()


async def test_alerts_that_wait_too_long_are_reported(post: Post) -> None:
    away = command_client(Address("127.0.0.1", free_port()), timeout=0.2)
    post.sender = post.another(away)
    await post.add(row(due=NOON))
    with pytest.raises(UNREACHABLE):
        await post.send(after=121)
    with pytest.raises(Degraded, match="121"):
        await post.sender.check()
    await away.aclose()


async def test_what_is_finished_is_forgotten_after_two_weeks(post: Post) -> None:
    await post.add(row("old"))
    await post.send()
    post.clock.now += KEPT_SECONDS + 1
    await post.add(row("new", expires=post.clock.now - 1), row("waiting", expires=post.clock.now + 9))
    await post.sender.send_due()
    await post.outbox.tidy(post.clock.now)

    assert [key.split("|")[0] for key, _ in await post.statuses()] == ["new", "waiting"]


async def test_every_key_of_valkey_has_an_end(post: Post) -> None:
    await post.add(row(expires=NOON + 300))
    await post.send()

    [key] = [name async for name in post.mq.scan_iter("holo:*")]
    assert 86_300 < await post.mq.ttl(key) <= 86_700
