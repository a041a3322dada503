"""Holodex behind its client: rows, keys, limits, failures, and what is shown when it is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from botkit.runtime.health import Degraded
from botkit.valkey.clients import Address, command_client
from hololive_bot.broadcasts import Broadcasts
from hololive_bot.holodex import client as holodex_client
from hololive_bot.holodex import rows
from hololive_bot.holodex.breaker import Breaker
from hololive_bot.holodex.client import Client
from hololive_bot.holodex.errors import (
    HolodexFailed,
    KeysRefused,
    NoKey,
    RateLimited,
    Rejected,
    Resting,
    SourceBusy,
    SourceUnavailable,
    Unreachable,
)
from hololive_bot.holodex.keys import Keys
from hololive_bot.holodex.pace import Pace
from hololive_bot.holodex.rows import Wanted
from hololive_bot.streams import Kind, Source, Status
from playground.holodex.broadcast import Broadcast, Move
from playground.holodex.faults import BROKEN_ROWS, Rule
from tests.hololive_bot.sources import CHANNELS, HOUR, MINUTE, NOON, Clock, Sources, sources, stream
from tests.support.servers import Client as Valkey
from tests.support.servers import free_port


@pytest.fixture
async def world(cache: Valkey) -> AsyncIterator[Sources]:
    async with sources(cache) as made:
        yield made


def live(video: str = "v1", channel: str = "miko", **more: Any) -> Broadcast:
    return stream(video, channel, planned=NOON - HOUR, begins=NOON - HOUR, **more)


# ---- rows -------------------------------------------------------------------------------------------


async def test_a_live_stream_is_read_whole(world: Sources) -> None:
    world.show(live(title="노래", topic="singing", guests=("pekora", "gura"), viewers=777))

    [found] = (await world.broadcasts.live()).streams

    assert (found.id, found.title, found.channel_id, found.channel_name) == ("v1", "노래", "miko", "miko Ch.")
    assert (found.topic, found.status, found.kind, found.viewers) == (
        "singing",
        Status.LIVE,
        Kind.STREAM,
        777,
    )
    assert (found.planned, found.started, found.ended) == (NOON - HOUR, NOON - HOUR, None)
    assert found.mentioned == ("pekora", "gura")
    assert not found.members_only


async def test_premieres_placeholders_and_members_streams_are_told_apart(world: Sources) -> None:
    world.show(
        stream("premiere", duration=240),
        stream("event", type="placeholder", link="https://example.org/live"),
        stream("members", topic="membersonly"),
        stream("plain"),
    )

    found = {each.id: each for each in (await world.broadcasts.upcoming(24)).streams}

    assert {name: each.kind for name, each in found.items()} == {
        "premiere": Kind.PREMIERE,
        "event": Kind.PLACEHOLDER,
        "members": Kind.STREAM,
        "plain": Kind.STREAM,
    }
    assert found["event"].url == "https://example.org/live"
    assert [name for name, each in found.items() if each.members_only] == ["members"]


async def test_broken_rows_harm_only_themselves(world: Sources) -> None:
    """Acceptance 7."""
    world.show(live("a"), live("b", "pekora"))
    world.server.script(Rule(kind="broken_rows"))

    found = await world.broadcasts.alert_reading()

    assert {each.id for each in found.streams} == {"a", "b"}
    assert found.unread == {"BROKENTIME1", "BROKENCHAN1", "BROKENSTAT1"}
    assert not found.whole


@pytest.mark.parametrize("row", BROKEN_ROWS)
def test_a_broken_row_is_known_as_one(row: Any) -> None:
    found = rows.reading([row], Wanted(), as_of=NOON)

    assert found.streams == ()
    assert bool(found.unread) == found.whole


def test_rows_that_nobody_wants_are_no_broken_ones() -> None:
    good = live().row(NOON, CHANNELS, mentions=True)
    others = [
        good | {"channel": {"id": "x", "org": "Nijisanji"}},
        good | {"channel": {"id": "x", "org": "Hololive", "name": "HOLOSTARS Official"}},
        good | {"type": "clip"},
    ]

    found = rows.reading(others, Wanted(), as_of=NOON)

    assert (found.streams, found.unread, found.whole) == ((), frozenset(), True)


def test_values_of_the_wrong_kind_are_left_out() -> None:
    row = live().row(NOON, CHANNELS, mentions=True)
    odd = {
        "live_viewers": "many",
        "mentions": [None, {"id": 3}, {"id": "gura"}, {"id": "miko"}],
        "topic_id": 7,
    }
    naive = {"start_scheduled": "2026-01-01T03:00:00", "title": "a\0\ud800b"}

    [found] = rows.reading([row | odd | naive], Wanted(), as_of=NOON).streams

    assert (found.viewers, found.mentioned, found.topic, found.title) == (None, ("gura",), "", "ab")
    assert found.planned == NOON


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "x" * 3000},
        {"id": "a b"},
        {"channel": {"id": "y" * 3000, "org": "Hololive"}},
        {"start_scheduled": "9999-12-31T23:59:59-23:00"},
        {"start_scheduled": "0001-01-01T00:00:00+09:00"},
        {"start_actual": "1970-01-01T00:00:00Z"},
    ],
    ids=["long id", "no id", "long channel", "far", "before the calendar", "epoch"],
)
async def test_what_no_table_takes_is_a_broken_row(odd: dict[str, Any]) -> None:
    """One of these would break every round of the alert loop."""
    row = live().row(NOON, CHANNELS, mentions=True)

    found = rows.reading([row | odd], Wanted(), as_of=NOON)

    assert (found.streams, len(found.unread)) == ((), 1)


@pytest.mark.parametrize("count", [-1, 10**19, "9" * 30])
def test_a_count_beyond_all_measure_is_unknown(count: Any) -> None:
    record = rows.channel({"id": "c", "subscriber_count": count, "view_count": count})
    [found] = rows.reading(
        [live().row(NOON, CHANNELS, mentions=False) | {"live_viewers": count}], Wanted(), as_of=NOON
    ).streams

    assert (record.subscribers, record.views, found.viewers) == (None, None, None)


async def test_holostars_are_left_out_unless_they_are_wanted(cache: Valkey) -> None:
    for wanted, shown in ((False, {"a"}), (True, {"a", "b"})):
        await cache.flushall()
        async with sources(cache, holostars=wanted) as world:
            world.show(live("a"), live("b", "miyabi"))
            assert {each.id for each in (await world.broadcasts.live()).streams} == shown


async def test_a_long_answer_is_read_page_by_page(world: Sources) -> None:
    world.show(*(stream(f"v{number:03}", planned=NOON + number * MINUTE) for number in range(1, 231)))

    found = await world.broadcasts.alert_reading()

    assert len(found.streams) == 230
    assert [asked.query["offset"] for asked in world.server.asked] == ["0", "100", "200"]


async def test_an_answer_that_is_longer_than_what_is_read_is_not_whole(world: Sources) -> None:
    world.show(*(stream(f"v{number:03}", planned=NOON + number * MINUTE) for number in range(1, 502)))

    found = await world.broadcasts.alert_reading()

    assert (len(found.streams), found.whole) == (500, False)


async def test_a_list_shows_its_window_only(world: Sources) -> None:
    world.show(
        stream("soon"),
        stream("tomorrow", planned=NOON + 30 * HOUR),
        stream("week", planned=NOON + 100 * HOUR),
        stream("unknown", planned=None),
        stream("chat", title="free chat"),
    )

    assert [each.id for each in (await world.broadcasts.upcoming(24)).streams] == ["soon", "unknown"]
    assert [each.id for each in (await world.broadcasts.upcoming(48)).streams] == [
        "soon",
        "tomorrow",
        "unknown",
    ]
    assert [each.id for each in (await world.broadcasts.upcoming(999)).streams] == [
        "soon",
        "tomorrow",
        "week",
        "unknown",
    ]


async def test_the_schedule_of_a_channel_begins_with_what_is_live(world: Sources) -> None:
    world.show(stream("later"), live("now"), stream("other", "pekora"))

    assert [each.id for each in (await world.broadcasts.schedule("miko", 168)).streams] == ["now", "later"]


async def test_ended_streams_come_the_latest_first(world: Sources) -> None:
    world.show(
        *(stream(f"v{n}", planned=NOON - n * HOUR, begins=NOON - n * HOUR, ends=NOON - 60) for n in (3, 2, 4))
    )

    found = await world.broadcasts.ended("miko", limit=2)

    assert [(each.id, each.status, each.ended) for each in found.streams] == [
        ("v2", Status.ENDED, NOON - 60),
        ("v3", Status.ENDED, NOON - 60),
    ]
    assert [each.id for each in (await world.broadcasts.ended("miko", limit=2, offset=2)).streams] == ["v4"]


async def test_a_channel_record_has_numbers(world: Sources) -> None:
    found = await world.broadcasts.channel("gura")

    assert (found.value.id, found.value.subscribers, found.value.videos) == ("gura", 1_000_000, 1234)
    assert not found.stale


async def test_the_channels_of_the_agency_are_listed(world: Sources) -> None:
    found = await world.broadcasts.channels()

    assert {channel.id for channel in found.value} == {"miko", "pekora", "marine", "gura"}


# ---- keys -------------------------------------------------------------------------------------------


async def test_keys_are_used_in_turn(world: Sources) -> None:
    for _ in range(3):
        await world.broadcasts.alert_reading()

    assert [asked.key for asked in world.server.asked] == ["one", "two", "one"]


async def test_a_used_up_key_is_replaced_within_the_same_request(world: Sources) -> None:
    """Acceptance 6, first half."""
    world.show(live())
    world.server.script(Rule(kind="status", status=429, key="one", reset=300))

    assert len((await world.broadcasts.live()).streams) == 1
    assert [(asked.key, asked.status) for asked in world.server.asked] == [("one", 429), ("two", 200)]
    assert world.clock.slept == []

    await world.broadcasts.alert_reading()
    assert [asked.key for asked in world.server.asked][-1] == "two"

    world.server.script()
    world.clock.now += 301
    await world.broadcasts.alert_reading()
    assert [asked.key for asked in world.server.asked][-1] == "one"


async def test_with_every_key_on_hold_the_last_good_list_is_shown_with_its_age(world: Sources) -> None:
    """Acceptance 6, second half."""
    world.show(live())
    await world.broadcasts.live()
    world.server.script(Rule(kind="status", status=429, reset=600))
    world.clock.now += 5 * MINUTE

    found = await world.broadcasts.live()

    assert (len(found.streams), found.stale, found.source) == (1, True, Source.HOLODEX)
    assert found.as_of == NOON


async def test_the_wait_is_told_when_nothing_is_left_to_show(world: Sources) -> None:
    world.server.script(
        Rule(kind="status", status=429, reset=600, path="/v2/"), Rule(kind="status", status=500, path="list")
    )

    with pytest.raises(SourceBusy) as busy:
        await world.broadcasts.live()
    assert busy.value.values == {"minutes": 10}
    with pytest.raises(RateLimited) as limited:
        await world.broadcasts.alert_reading()
    assert limited.value.seconds == pytest.approx(600, abs=1)


@pytest.mark.parametrize(
    ("reset", "held"),
    [(None, 60.0), (-100.0, 1.0), (9e9, 3600.0)],
    ids=["says nothing", "lies in the past", "is far away"],
)
async def test_a_hold_has_sane_limits(world: Sources, reset: float | None, held: float) -> None:
    world.server.script(Rule(kind="status", status=429, reset=reset))

    with pytest.raises(RateLimited) as limited:
        await world.broadcasts.alert_reading()
    assert limited.value.seconds == pytest.approx(held, abs=1)


@asynccontextmanager
async def answering(world: Sources, answer: web.Response) -> AsyncIterator[None]:
    """A Holodex that gives one answer to everything."""

    async def say(_: web.Request) -> web.Response:
        return web.Response(status=answer.status, headers=answer.headers, body=answer.body)

    app = web.Application()
    app.router.add_get("/live", say)
    async with TestServer(app) as server:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(world.client, "_base_url", str(server.make_url("")).rstrip("/"))
            yield


@pytest.mark.parametrize("reset", ["nan", "inf", "soon"])
async def test_a_reset_that_is_no_number_counts_as_none(world: Sources, reset: str) -> None:
    headers = {"X-Ratelimit-Reset": reset, "X-Ratelimit-Remaining": reset}
    async with answering(world, web.Response(status=429, headers=headers)):
        with pytest.raises(RateLimited) as limited:
            await world.client.get("live", {})
    assert limited.value.seconds == pytest.approx(60, abs=1)


async def test_a_key_is_not_carried_to_another_host(world: Sources) -> None:
    there = world.server.base_url + "/live"
    async with answering(world, web.Response(status=302, headers={"Location": there})):
        with pytest.raises(Unreachable, match="302"):
            await world.client.get("live", {})
    assert world.server.requests == 0


async def test_a_bug_during_a_trial_does_not_shut_holodex_out(world: Sources) -> None:
    world.server.script(Rule(kind="status", status=500))
    with pytest.raises(Unreachable):
        await world.broadcasts.alert_reading()
    world.server.script()
    world.clock.now += 31
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.client, "_note_quota", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await world.broadcasts.alert_reading()
    await world.broadcasts.alert_reading()
    await world.broadcasts.check()


async def test_an_answer_that_is_nested_without_end_is_none(world: Sources) -> None:
    async with answering(world, web.Response(body=b"[" * 200_000)):
        with pytest.raises(Unreachable, match="no JSON"):
            await world.client.get("live", {})


async def test_a_refused_key_rests_for_an_hour_and_a_used_up_one_does_not(world: Sources) -> None:
    world.server.script(Rule(kind="status", status=403, key="one"))
    await world.broadcasts.alert_reading()
    world.server.script()
    world.clock.now += 3599
    await world.broadcasts.alert_reading()
    assert [asked.key for asked in world.server.asked] == ["one", "two", "two"]

    world.clock.now += 2
    await world.broadcasts.alert_reading()
    assert [asked.key for asked in world.server.asked][-1] == "one"


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_keys_are_no_rate_limit(world: Sources, status: Any) -> None:
    world.server.script(Rule(kind="status", status=status))

    with pytest.raises(KeysRefused):
        await world.broadcasts.alert_reading()
    assert world.server.requests == 2


async def test_other_processes_know_of_a_hold(cache: Valkey, world: Sources) -> None:
    world.server.script(Rule(kind="status", status=429, key="one"))
    await world.broadcasts.alert_reading()

    assert (await Keys(("one", "two"), cache, clock=world.clock).pick()).secret == "two"


async def test_without_valkey_a_process_knows_its_own_holds() -> None:
    away = command_client(Address("127.0.0.1", free_port()), timeout=0.2)
    clock = Clock()
    keys = Keys(("one",), away, clock=clock)
    key = await keys.pick()
    await keys.hold(key, 60, "quota")

    with pytest.raises(RateLimited):
        await keys.pick()
    clock.now += 61
    assert (await keys.pick()) == key
    await away.aclose()


# ---- failures ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rule",
    [
        Rule(kind="status", status=500, times=1),
        Rule(kind="status", status=503, times=2),
        Rule(kind="html", times=1),
        Rule(kind="truncated", times=1),
    ],
    ids=lambda rule: f"{rule.kind} {rule.status}",
)
async def test_a_failure_that_passes_is_waited_out(world: Sources, rule: Rule) -> None:
    world.show(live())
    world.server.script(rule)

    assert len((await world.broadcasts.live()).streams) == 1
    waits = [0.5, 1.0][: rule.times]
    assert world.clock.slept == pytest.approx([wait + 0.125 for wait in waits], abs=0.126)


async def test_a_broken_connection_is_made_anew(world: Sources) -> None:
    world.show(live())
    world.server.script(Rule(kind="disconnect", times=2))

    assert len((await world.broadcasts.live()).streams) == 1


async def test_a_request_that_is_refused_is_not_sent_again(world: Sources) -> None:
    world.server.script(Rule(kind="status", status=400))

    with pytest.raises(Rejected):
        await world.broadcasts.alert_reading()
    assert world.server.requests == 1


async def test_no_list_is_no_empty_list(world: Sources) -> None:
    world.server.script(Rule(kind="object"))

    with pytest.raises(Unreachable):
        await world.broadcasts.alert_reading()


async def test_three_failures_in_a_row_leave_it_alone_for_a_while(world: Sources) -> None:
    world.server.script(Rule(kind="status", status=500))
    with pytest.raises(Unreachable):
        await world.broadcasts.alert_reading()
    assert world.server.requests == 3
    with pytest.raises(Degraded):
        await world.broadcasts.check()
    with pytest.raises(Resting):
        await world.broadcasts.alert_reading()
    assert world.server.requests == 3

    world.clock.now += 31
    with pytest.raises(Unreachable):
        await world.broadcasts.alert_reading()
    assert world.server.requests == 4

    world.server.script()
    world.clock.now += 31
    with pytest.raises(Resting):
        await world.broadcasts.alert_reading()
    world.clock.now += 30
    await world.broadcasts.alert_reading()
    await world.broadcasts.check()


def test_only_one_request_is_on_trial() -> None:
    breaker = Breaker()
    for _ in range(3):
        assert breaker.admits(0)
        breaker.failed(0)

    assert not breaker.admits(29)
    assert breaker.admits(30)
    assert not breaker.admits(30)
    breaker.abandoned()
    assert breaker.admits(30)
    breaker.succeeded()
    assert breaker.is_closed


async def test_a_slow_answer_is_given_up(world: Sources) -> None:
    world.server.script(Rule(kind="hang"))

    with pytest.raises(HolodexFailed):
        await world.client.get("live", {}, seconds=0.1)


async def test_waiting_for_our_own_turn_is_no_failure_of_theirs(world: Sources, cache: Valkey) -> None:
    """A hundred questions at once wait for their turns; alerts must not rest because of them."""
    pace = Pace(cache, gap=30.0)
    async with holodex_client.session("test") as http:
        client = Client(
            http, world.keys, pace, clock=world.clock, random=Random(7), base_url=world.server.base_url
        )
        await client.get("live", {})
        for number in range(4):
            with pytest.raises(Unreachable):
                await client.get("live", {"offset": str(number)}, seconds=0.05)
        assert client.breaker.is_closed
    assert world.server.requests == 1


async def test_equal_questions_share_a_request(world: Sources) -> None:
    world.show(live())
    world.server.script(Rule(delay_ms=50))

    found = await asyncio.gather(*(world.broadcasts.live() for _ in range(5)))

    assert {len(each.streams) for each in found} == {1}
    assert world.server.requests == 1


async def test_who_stops_waiting_does_not_stop_the_others(world: Sources) -> None:
    world.server.script(Rule(delay_ms=100))
    first, second = (asyncio.create_task(world.broadcasts.alert_reading()) for _ in range(2))
    while not world.server.requests:
        await asyncio.sleep(0.01)
    first.cancel()

    assert (await second).streams == ()
    assert world.server.requests == 1


# ---- what is kept -----------------------------------------------------------------------------------


async def test_a_list_is_asked_once_in_its_time(world: Sources) -> None:
    for ask, fresh in (
        (world.broadcasts.live, 60),
        (lambda: world.broadcasts.upcoming(24), 300),
        (lambda: world.broadcasts.schedule("miko", 100), 300),
        (lambda: world.broadcasts.channel("miko"), 1200),
        (world.broadcasts.channels, 600),
    ):
        before = world.server.requests
        await ask()
        world.clock.now += fresh - 1
        await ask()
        assert world.server.requests == before + 1
        world.clock.now += 2
        await ask()
        assert world.server.requests == before + 2


async def test_the_alert_loop_renews_the_players_lists(world: Sources) -> None:
    world.show(live("a"), stream("b"))
    await world.broadcasts.alert_reading()

    assert [each.id for each in (await world.broadcasts.live()).streams] == ["a"]
    assert [each.id for each in (await world.broadcasts.upcoming(24)).streams] == ["b"]
    assert world.server.requests == 1


async def test_an_outage_shows_the_last_good_record(world: Sources) -> None:
    await world.broadcasts.channel("gura")
    await world.broadcasts.channels()
    world.server.script(Rule(kind="status", status=500))
    world.clock.now += 2 * HOUR

    one, all_of_them = await world.broadcasts.channel("gura"), await world.broadcasts.channels()

    assert (one.stale, one.as_of, one.value.subscribers) == (True, NOON, 1_000_000)
    assert (all_of_them.stale, len(all_of_them.value)) == (True, 4)


async def test_an_outage_is_never_no_data(world: Sources) -> None:
    world.server.script(Rule(kind="status", status=500))

    for ask in (
        world.broadcasts.live,
        lambda: world.broadcasts.upcoming(24),
        lambda: world.broadcasts.schedule("miko", 100),
        lambda: world.broadcasts.channel("miko"),
        world.broadcasts.channels,
        lambda: world.broadcasts.ended("miko"),
    ):
        with pytest.raises(SourceUnavailable):
            await ask()


async def test_a_channel_is_found_in_the_lists_of_all_when_it_cannot_be_asked(world: Sources) -> None:
    world.show(live("a"), stream("b"), stream("far", planned=NOON + 100 * HOUR), stream("c", "pekora"))
    await world.broadcasts.alert_reading()
    world.clock.now += MINUTE
    await world.broadcasts.upcoming(168)
    world.server.script(Rule(kind="status", status=500))

    found = await world.broadcasts.schedule("miko", 168)

    assert ([each.id for each in found.streams], found.stale) == (["a", "b", "far"], True)
    assert found.as_of == NOON


async def test_without_a_key_the_official_schedule_is_shown(cache: Valkey) -> None:
    async with sources(cache, keys=()) as world:
        world.show(live("a"), stream("b", "gura"))

        found = await world.broadcasts.live()

        assert ([each.id for each in found.streams], found.source) == (["a"], Source.OFFICIAL)
        assert [each.id for each in (await world.broadcasts.schedule("gura", 24)).streams] == ["b"]
        with pytest.raises(NoKey):
            await world.broadcasts.alert_reading()
        with pytest.raises(Degraded, match="HOLODEX_API_KEY_1"):
            await world.broadcasts.check()


async def test_what_another_release_kept_is_asked_anew(cache: Valkey, world: Sources) -> None:
    await cache.set("holo:hx:live", b"1\n{}", px=60_000)

    assert (await world.broadcasts.live()).as_of == NOON


async def test_without_valkey_everything_still_works(world: Sources) -> None:
    away = command_client(Address("127.0.0.1", free_port()), timeout=0.2)
    async with sources(away) as lonely:
        lonely.show(live())
        assert len((await lonely.broadcasts.live()).streams) == 1
        assert isinstance(lonely.broadcasts, Broadcasts)
    await away.aclose()


# ---- speed ------------------------------------------------------------------------------------------


async def test_requests_keep_a_distance(cache: Valkey) -> None:
    clock = Clock()
    pace = Pace(cache, sleep=clock.sleep, gap=50.0)
    for _ in range(4):
        await pace.wait()

    assert clock.slept == pytest.approx([50, 100, 150], abs=1)


async def test_processes_share_the_distance(cache: Valkey) -> None:
    clock = Clock()
    for _ in range(3):
        await Pace(cache, sleep=clock.sleep, gap=50.0).wait()

    assert clock.slept == pytest.approx([50, 100], abs=1)


async def test_a_scarce_quota_slows_everything_down(cache: Valkey) -> None:
    async with sources(cache, keys=("one",)) as world:
        world.server.quota.limit = 40
        for _ in range(37):
            await world.broadcasts.alert_reading()
        assert world.clock.slept == []
        for _ in range(3):
            await world.broadcasts.alert_reading()

        assert sum(world.clock.slept) > 1.5


async def test_a_start_that_moves_is_shown_moved(world: Sources) -> None:
    world.show(stream(planned=NOON + HOUR, moves=(Move(NOON + 10, NOON + 2 * HOUR),)))
    assert (await world.broadcasts.alert_reading()).streams[0].planned == NOON + HOUR
    world.clock.now += 20
    assert (await world.broadcasts.alert_reading()).streams[0].planned == NOON + 2 * HOUR
