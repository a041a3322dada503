"""Streams that are over, page by page."""

from dataclasses import replace

import pytest

from botkit.postgres.pool import Database
from hololive_bot.repository import ended as module
from hololive_bot.repository.ended import Ended
from hololive_bot.streams import Kind, Status, Stream

NOW = 1_767_236_400.0
HOUR = 3600.0


def over(name: str, hours: float, channel: str = "UCa", **more: object) -> Stream:
    stream = Stream(
        name, "제목", channel, status=Status.ENDED, started=NOW - hours * HOUR, ended=NOW - hours * HOUR + 60
    )
    return replace(stream, **more)  # type: ignore[arg-type]


@pytest.fixture
def ended(database: Database) -> Ended:
    return Ended(database)


async def ids(ended: Ended, **query: object) -> list[str]:
    page, _ = await ended.page(NOW - 100 * HOUR, **({"channels": None} | query))  # type: ignore[arg-type]
    return [stream.id for stream in page]


async def test_what_comes_back_is_what_was_taken_in(ended: Ended) -> None:
    stream = over(
        "v1", 5, topic="singing", mentioned=("UCb",), kind=Kind.PREMIERE, members_only=True, planned=NOW
    )
    await ended.take_in([stream])
    [found], more = await ended.page(NOW - 10 * HOUR, channels=None)
    assert found == stream
    assert more is None


async def test_the_newest_come_first_and_only_those_asked_for(ended: Ended) -> None:
    await ended.take_in(
        [
            over("old", 200),
            over("b", 3, "UCb", topic="Minecraft"),
            over("a", 5),
            over("guest", 9, "UCc", mentioned=("UCa",)),
        ]
    )
    assert await ids(ended) == ["b", "a", "guest"]
    assert await ids(ended, channels=["UCa"]) == ["a", "guest"]
    assert await ids(ended, topic="minecraft") == ["b"]
    assert await ids(ended, channels=[]) == []


async def test_pages_follow_each_other_without_gap_or_double(
    ended: Ended, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 3)
    await ended.take_in([over(f"v{number}", 5 if number < 5 else 6) for number in range(10)])
    seen: list[str] = []
    mark = None
    for _ in range(10):
        page, mark = await ended.page(NOW - 100 * HOUR, channels=None, after=mark)
        seen += [stream.id for stream in page]
        if mark is None:
            break
    assert seen == ["v4", "v3", "v2", "v1", "v0", "v9", "v8", "v7", "v6", "v5"]


async def test_what_is_better_known_is_taken_over(ended: Ended, database: Database) -> None:
    pool = await database.pool()
    await pool.execute(
        "INSERT INTO streams (video_id, channel_id, title, status) VALUES ('v1', 'UCa', 'x', 'live')"
    )
    assert await ids(ended) == []
    await ended.take_in([over("v1", 5, topic="ASMR")])
    await ended.take_in([over("v1", 5, topic="", title="새 제목")])
    [found], _ = await ended.page(NOW - 10 * HOUR, channels=None)
    assert (found.title, found.topic) == ("새 제목", "ASMR")


async def test_only_what_is_over_is_taken_in(ended: Ended) -> None:
    await ended.take_in(
        [
            over("live", 1, status=Status.LIVE),
            over("nobody", 1, ""),
            over("timeless", 1, started=None, ended=None),
            over("planned", 1, started=None, ended=None, planned=NOW - HOUR),
        ]
    )
    assert await ids(ended) == ["planned"]
