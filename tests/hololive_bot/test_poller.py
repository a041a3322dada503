"""The alert loop on real stores: whole rounds or none, one leader, and everything once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from botkit.postgres.pool import Database
from botkit.runtime.health import Degraded
from botkit.runtime.tasks import cancel
from botkit.stream import owner
from botkit.valkey.records import Fenced
from hololive_bot import poller as loop
from hololive_bot.repository.link import DatabaseAway
from hololive_bot.repository.watch import WatchRepository
from playground.holodex.broadcast import Broadcast, Move
from playground.holodex.faults import Rule
from playground.holodex.server import Fixed, HolodexServer
from tests.hololive_bot.alerting import Killed, Process, World, world_of
from tests.hololive_bot.sources import CHANNELS, HOUR, MINUTE, NOON, Clock, stream
from tests.support.polling import until
from tests.support.servers import Client

STAGES = (30, 15, 5)


@pytest.fixture
async def world(database: Database, cache: Client, mq: Client) -> AsyncIterator[World]:
    clock = Clock()
    server = HolodexServer(CHANNELS, Fixed(), clock=clock)
    async with world_of(server, clock, database, cache, mq) as made:
        yield made


def show(world: World, *shown: Broadcast) -> None:
    world.server.programme = Fixed(shown)


async def go_on(world: World, process: Process, until_minute: float, *, gap: float = 1) -> None:
    """Rounds every `gap` minutes."""
    while world.clock.now < NOON + until_minute * MINUTE:
        await process.poller.tick()
        await process.send()
        world.clock.now += gap * MINUTE


async def settled(world: World) -> bool:
    """Whether something was sent, and is known to have been."""
    rows = await (await world.database.pool()).fetch("SELECT status FROM alert_outbox")
    return bool(rows) and all(row["status"] != "pending" for row in rows)


async def told(world: World) -> list[tuple[float, str, str]]:
    """Minutes since noon, room, first line without its emoji."""
    return [
        ((float(reply["at"]) - NOON) / MINUTE, reply["chatId"], reply["text"].split("\n")[0].split(" ", 1)[1])
        for reply in await world.sent()
    ]


def planned(after: float = 40, **more: Any) -> Broadcast:
    start = NOON + after * MINUTE
    return stream(planned=start, **{"begins": start + 30, "lag": 20, **more})


@pytest.mark.parametrize("gap", [1, 3])
async def test_four_stages_are_four_messages(world: World, gap: float) -> None:
    """Acceptance 3."""
    await world.follow("r1", "miko", stages=STAGES)
    await world.follow("r2", "miko", "pekora", stages=STAGES)
    show(world, planned())
    await go_on(world, await world.start(), 60, gap=gap)

    for room in ("r1", "r2"):
        assert [text for _, to, text in await told(world) if to == room] == ["Miko 방송 예정"] * 3 + [
            "Miko 방송 시작"
        ]


async def test_a_restart_between_writing_and_sending_loses_and_doubles_nothing(world: World) -> None:
    """Acceptance 3, last part: at every stage the process dies after its round, before sending."""
    await world.follow("r1", "miko", stages=STAGES)
    show(world, planned())
    process = await world.start()
    while world.clock.now < NOON + HOUR:
        await process.poller.tick()
        await world.expire_lease()
        process = await world.start()
        await process.send()
        world.clock.now += MINUTE

    assert [minute for minute, _, _ in await told(world)] == [10, 25, 35, 41]


@pytest.mark.parametrize(
    "call", ["load", "followed", "alert_reading", "rooms_following", "transaction", "publish"]
)
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_death_at_any_step_loses_and_doubles_nothing(world: World, call: str, moment: str) -> None:
    await world.follow("r1", "miko", stages=(9, 6, 3))
    show(world, planned(11))
    visits = deaths = 0

    def gate(at: str, when: str) -> None:
        nonlocal visits, deaths
        if (at, when) == (call, moment):
            visits += 1
            if visits % 3 == 1:
                deaths += 1
                raise Killed

    world.gate = gate
    process = await world.start()
    while world.clock.now < NOON + 14 * MINUTE:
        try:
            await process.poller.tick()
            await process.send()
        except Killed:
            await world.expire_lease()
            process = await world.start()
            world.clock.now += 11
        else:
            world.clock.now += MINUTE

    assert deaths
    assert [text for _, _, text in await told(world)] == ["Miko 방송 예정"] * 3 + ["Miko 방송 시작"]


async def test_drift_and_move(world: World) -> None:
    """Acceptance 4."""
    await world.follow("r1", "miko", stages=(5,))
    start = NOON + 10 * MINUTE
    moves = (Move(NOON + 5.5 * MINUTE, start + 2 * MINUTE), Move(NOON + 8.5 * MINUTE, start + 30 * MINUTE))
    show(world, stream(planned=start, moves=moves))
    await go_on(world, await world.start(), 39)

    assert await told(world) == [
        (5, "r1", "Miko 방송 예정"),
        (9, "r1", "Miko 시간 변경"),
        (35, "r1", "Miko 방송 예정"),
    ]
    [_, moved, _] = await world.sent()
    assert "01/01 12:10 → 01/01 12:40 (30분 늦어졌어요)" in moved["text"]


async def test_what_a_process_knew_its_successor_knows(world: World) -> None:
    await world.follow("r1", "miko", stages=(5,))
    start = NOON + 10 * MINUTE
    show(world, stream(planned=start, removed=NOON + 6.5 * MINUTE, guests=("gura",), title="x"))
    process = await world.start()
    await go_on(world, process, 8)
    await world.expire_lease()
    await go_on(world, await world.start(), 12)

    assert [text for _, _, text in await told(world)] == ["Miko 방송 예정", "Miko 방송 취소"]
    [row] = await (await world.database.pool()).fetch("SELECT * FROM streams")
    assert (row["status"], row["guests"], row["title"]) == ("missing", ["gura"], "x")


async def test_streams_are_written_down_for_the_history(world: World) -> None:
    await world.follow("r1", "miko")
    show(
        world,
        planned(
            2,
            video="a",
            ends=NOON + 10 * MINUTE,
            topic="singing",
            duration=60,
            moves=(Move(NOON + 30, NOON + 540),),
        ),
        stream("b", "pekora", type="placeholder"),
        stream("c", "pekora", topic="membersonly"),
    )
    await go_on(world, await world.start(), 20)

    rows = await (await world.database.pool()).fetch("SELECT * FROM streams ORDER BY video_id")
    assert [(row["video_id"], row["status"], row["is_premiere"], row["is_members_only"]) for row in rows] == [
        ("a", "ended", True, False),
        ("c", "upcoming", False, True),
    ]
    ended = rows[0]
    assert ended["topic_id"] == "singing"
    assert ended["start_actual"].timestamp() == NOON + 2.5 * MINUTE
    assert NOON + 10 * MINUTE <= ended["ended_at"].timestamp() <= NOON + 14 * MINUTE
    assert ended["previous_start"].timestamp() == NOON + 2 * MINUTE
    assert ended["first_seen_at"].timestamp() == NOON


async def test_lead_times_go_on_while_holodex_is_away(world: World) -> None:
    await world.follow("r1", "miko", stages=STAGES)
    show(world, planned())
    process = await world.start()
    await process.poller.tick()
    world.server.script(Rule(kind="status", status=500))
    world.clock.now += MINUTE
    await go_on(world, process, 45)

    assert [minute for minute, _, _ in await told(world)] == pytest.approx([10, 25, 35], abs=1)


async def test_while_postgres_is_away_nothing_is_decided_and_nothing_lost(world: World) -> None:
    await world.follow("r1", "miko", stages=STAGES)
    show(world, planned())
    process = await world.start()
    await process.poller.tick()
    world.away.add("postgres")
    asked = world.server.requests
    world.clock.now = NOON + 26 * MINUTE
    for _ in range(3):
        with pytest.raises(DatabaseAway):
            await process.poller.tick()
    assert world.server.requests == asked
    world.away.clear()
    await go_on(world, process, 28)

    assert await told(world) == [(26, "r1", "Miko 방송 예정")]
    assert "14분 뒤" in (await world.sent())[0]["text"]


async def test_an_unknown_commit_is_not_repeated(world: World) -> None:
    await world.follow("r1", "miko", stages=STAGES)
    show(world, planned(15))
    answers = iter([DatabaseAway("the answer was lost")])

    def gate(call: str, moment: str) -> None:
        if (call, moment) == ("transaction", "after") and (error := next(answers, None)):
            raise error

    world.gate = gate
    process = await world.start()
    with pytest.raises(DatabaseAway):
        await process.poller.tick()
    await go_on(world, process, 2)

    assert [minute for minute, _, _ in await told(world)] == [0]


async def test_a_leader_that_was_replaced_writes_nothing(world: World) -> None:
    await world.follow("r1", "miko", stages=STAGES)
    show(world, planned())
    old = await world.start()
    await old.poller.tick()
    await world.expire_lease()
    new = await world.start()
    world.clock.now += 11 * MINUTE
    await new.poller.tick()
    await new.send()
    world.clock.now += 15 * MINUTE
    with pytest.raises(Fenced) as fenced:
        await old.poller.tick()

    assert fenced.value.epoch == int(new.lease.epoch)
    await old.send()
    assert [minute for minute, _, _ in await told(world)] == [11]


async def test_what_is_outdated_is_not_sent_when_valkey_comes_back(world: World) -> None:
    await world.follow("r1", "miko", stages=STAGES)
    show(world, planned())
    process = await world.start()
    await process.poller.tick()
    world.away.add("mq")
    for minute in (10, 25, 36):
        world.clock.now = NOON + minute * MINUTE
        await process.poller.tick()
        with pytest.raises(Exception, match="simulated"):
            await process.send()
    world.away.clear()
    await process.send()

    assert [
        (minute, "4분 뒤" in reply["text"])
        for (minute, _, _), reply in zip(await told(world), await world.sent(), strict=True)
    ] == [(36, True)]


async def test_streams_that_begin_together_come_in_one_message(world: World) -> None:
    await world.follow("r1", "miko", "pekora", "gura", "marine", stages=(5,))
    show(world, *(planned(10, video=name, channel=name) for name in ("miko", "pekora", "gura", "marine")))
    await go_on(world, await world.start(), 12)

    before, begun = await world.sent()
    assert before["text"].startswith("🔔 방송 예정 4개\u200b")
    assert begun["text"].startswith("🔔 방송 시작 4개\u200b")
    for name in ("miko", "pekora", "gura", "marine"):
        assert f"https://youtu.be/{name}" in before["text"]


async def test_who_ends_an_alert_while_it_waits_is_not_told(world: World) -> None:
    await world.follow("1", "miko", stages=(60,))
    await world.follow("2", "gura", stages=(60,))
    show(world, planned(guests=("gura",)))
    process = await world.start()
    await process.poller.tick()
    await (await world.database.pool()).execute("DELETE FROM alarms WHERE room_id = '1'")
    await process.send()

    assert [to for _, to, _ in await told(world)] == ["2"]


async def test_choices_that_cannot_be_read_harm_no_other_room(world: World) -> None:
    """Another release may have written them."""
    await world.follow("1", "miko", stages=(60,))
    await world.follow("2", "miko")
    pool = await world.database.pool()
    await pool.execute("""UPDATE rooms SET settings = '{"stages": "soon"}' WHERE room_id = '2'""")
    show(world, planned(4))
    process = await world.start()
    await process.poller.tick()
    await process.send()

    assert [to for _, to, _ in await told(world)] == ["1", "2"]


async def test_rooms_without_access_and_rooms_that_follow_nobody_hear_nothing(world: World) -> None:
    await world.follow("1", "miko", stages=(60,))
    await world.follow("2", "miko", stages=(60,))
    await world.follow("3", "gura", stages=(60,))
    pool = await world.database.pool()
    await pool.execute("INSERT INTO acl_settings VALUES ('enabled', 'true'), ('mode', 'blacklist')")
    await pool.execute("INSERT INTO acl_rooms VALUES ('2', 'blacklist')")
    show(world, planned())
    await go_on(world, await world.start(), 2)

    assert [room for _, room, _ in await told(world)] == ["1"]


async def test_the_loop_runs_leads_and_gives_up_its_lead(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, "STANDBY_SECONDS", 0.01)
    await world.follow("r1", "miko", stages=(60,))
    show(world, planned())
    one, two = (Process(world, name) for name in ("one", "two"))
    for process in (one, two):
        process.lease._milliseconds = 3000
    running = asyncio.create_task(one.poller.run()), asyncio.create_task(one.sender.run())
    await until(lambda: settled(world))
    assert one.lease.epoch
    standby = asyncio.create_task(two.poller.run())
    await cancel(running)

    async def two_leads() -> bool:
        return bool(two.lease.epoch)

    await until(two_leads)
    await two.poller.check()
    world.clock.now += 601
    with pytest.raises(Degraded):
        await two.poller.check()
    await cancel({standby})
    assert len(await world.sent()) == 1


async def test_a_replaced_leader_stands_by_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "STANDBY_SECONDS", 0.01)
    monkeypatch.setattr(loop, "AGAIN_SECONDS", 0.01)
    watch = WatchRepository(world.database)
    await watch.load(fence=2**60, now=NOON)
    process = Process(world, "one")
    refused: list[int] = []
    monkeypatch.setattr(process.poller._owner, "refused", refused.append)
    running = asyncio.create_task(process.poller.run())

    async def twice() -> bool:
        return len(refused) > 1

    await until(twice)
    await cancel({running})
    assert set(refused) == {2**60}


async def test_the_loop_survives_an_outage_and_a_bug(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "AGAIN_SECONDS", 0.01)
    await world.follow("r1", "miko", stages=(60,))
    show(world, planned())
    troubles = iter([DatabaseAway("gone"), DatabaseAway("gone")])

    def gate(call: str, moment: str) -> None:
        if (call, moment) == ("followed", "before") and (error := next(troubles, None)):
            raise error

    world.gate = gate
    process = Process(world, "one")
    process.poller._interval = lambda: 0.01
    bugs = iter([ZeroDivisionError()])
    real = process.poller.tick

    async def tick() -> float:
        if error := next(bugs, None):
            raise error
        return await real()

    monkeypatch.setattr(process.poller, "tick", tick)
    running = asyncio.create_task(process.poller.run()), asyncio.create_task(process.sender.run())
    await until(lambda: settled(world))
    await cancel(running)
    assert len(await world.sent()) == 1
    assert next(troubles, None) is None


async def test_once_an_hour_the_week_is_read_and_what_is_old_forgotten(world: World) -> None:
    process = await world.start()
    show(world, stream("far", planned=NOON + 100 * HOUR))
    pool = await world.database.pool()
    await pool.execute(
        "INSERT INTO streams (video_id, channel_id, title, status, ended_at) VALUES"
        " ('old', 'miko', 't', 'ended', to_timestamp($1)), ('young', 'miko', 't', 'ended', to_timestamp($2))",
        NOON - 401 * 24 * HOUR,
        NOON - 399 * 24 * HOUR,
    )
    for after in (0, 10, 50):
        world.clock.now = NOON + after * MINUTE
        await process.poller._chores(world.clock.now)
    assert world.server.requests == 1
    assert (await world.cache.get("holo:hx:upcoming:168")) is not None
    assert [row["video_id"] for row in await pool.fetch("SELECT video_id FROM streams")] == ["young"]
    world.server.script(Rule(kind="status", status=500))
    world.clock.now += 20 * MINUTE
    await process.poller._chores(world.clock.now)
