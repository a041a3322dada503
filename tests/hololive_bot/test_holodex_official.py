"""The agency's own schedule: names instead of channels, and no reason to believe an empty list."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from hololive_bot.official import OfficialUnavailable, streams_of
from hololive_bot.streams import Source, Status
from playground.holodex.faults import Rule
from tests.hololive_bot.sources import HOUR, MINUTE, NOON, Sources, sources, stream
from tests.support.servers import Client as Valkey


@pytest.fixture
async def world(cache: Valkey) -> AsyncIterator[Sources]:
    async with sources(cache) as made:
        yield made


def row(**changed: Any) -> dict[str, Any]:
    return {
        "datetime": "2026/01/01 13:00:00",
        "isLive": False,
        "url": "https://www.youtube.com/watch?v=abc",
        "title": "t",
        "name": "名miko",
        "collaboTalents": [],
    } | changed


def read(*rows: Any) -> tuple[Any, ...]:
    talents = {"名miko": "miko", "名gura": "gura"}
    return streams_of({"dateGroupList": [{"videoList": list(rows)}]}, talents.get, now=NOON)


async def test_rows_become_streams(world: Sources) -> None:
    world.show(
        stream("now", planned=NOON - HOUR, begins=NOON - HOUR, guests=("gura",)),
        stream("soon", "gura", planned=NOON + HOUR),
    )

    found = await world.official.reading()

    assert (found.source, found.as_of) == (Source.OFFICIAL, NOON)
    [now, soon] = found.streams
    assert (now.id, now.channel_id, now.status, now.started, now.mentioned) == (
        "now",
        "miko",
        Status.LIVE,
        NOON - HOUR,
        ("gura",),
    )
    assert (soon.id, soon.channel_id, soon.status, soon.planned) == (
        "soon",
        "gura",
        Status.UPCOMING,
        NOON + HOUR,
    )


def test_an_unknown_name_is_shown_as_it_is_written() -> None:
    [found] = read(row(name="somebody new", collaboTalents=[{"name": "nobody"}, {"name": "名gura"}, {}]))

    assert (found.channel_id, found.channel_name, found.mentioned) == ("", "somebody new", ("gura",))


def test_what_is_past_and_not_said_to_be_live_is_over() -> None:
    [found] = read(row(datetime="2026/01/01 11:59:00"))

    assert (found.status, found.started) == (Status.ENDED, None)


@pytest.mark.parametrize(
    ("url", "video", "link"),
    [
        ("https://www.youtube.com/watch?v=abc&t=1", "abc", ""),
        ("https://youtube.com/live/abc", "abc", ""),
        ("https://m.youtube.com/watch?v=abc", "abc", ""),
        ("https://youtu.be/abc", "abc", ""),
        ("https://www.twitch.tv/x", "https://www.twitch.tv/x", "https://www.twitch.tv/x"),
        ("https://www.youtube.com/", "https://www.youtube.com/", "https://www.youtube.com/"),
    ],
)
def test_the_video_is_told_by_its_address(url: str, video: str, link: str) -> None:
    [found] = read(row(url=url))

    assert (found.id, found.link) == (video, link)


@pytest.mark.parametrize(
    "broken", [None, "row", row(datetime="soon"), row(name=None), row(url=7), {}, row(collaboTalents=[None])]
)
def test_broken_rows_harm_only_themselves(broken: Any) -> None:
    assert [found.id for found in read(broken, row())] == ["abc"]


@pytest.mark.parametrize("rule", [Rule(kind="status", status=500), Rule(kind="object"), Rule(kind="html")])
async def test_what_is_no_list_is_an_error(world: Sources, rule: Rule) -> None:
    world.show(stream())
    world.server.script(rule)

    with pytest.raises(OfficialUnavailable):
        await world.official.reading()


async def test_an_empty_list_is_an_error_and_not_asked_again_at_once(world: Sources) -> None:
    for _ in range(2):
        with pytest.raises(OfficialUnavailable):
            await world.official.reading()
    assert world.server.requests == 1

    world.show(stream())
    world.clock.now += 2 * MINUTE
    assert len((await world.official.reading()).streams) == 1


async def test_holostars_are_left_out_unless_they_are_wanted(cache: Valkey) -> None:
    """The page shows all groups."""
    for wanted, shown in ((False, ["a"]), (True, ["a", "b"])):
        await cache.flushall()
        async with sources(cache, holostars=wanted) as world:
            world.show(stream("a"), stream("b", "miyabi"))
            world.server.script(Rule(kind="status", status=503, path="/v2/"))
            assert [each.id for each in (await world.broadcasts.upcoming(24)).streams] == shown


async def test_the_list_is_kept_for_a_while(world: Sources) -> None:
    world.show(stream())
    await world.official.reading()
    world.clock.now += 10
    found = await world.official.reading()

    assert (found.as_of, world.server.requests) == (NOON, 1)
