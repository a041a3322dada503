"""Readings over time."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from botkit.postgres.pool import Database
from hololive_bot.repository.link import transaction
from hololive_bot.repository.statistics import Figures, Growth, Milestone, Statistics

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 11, 25, 12, tzinfo=SEOUL).timestamp()
DAY = 86_400.0
A, B, C, D = "UCa", "UCb", "UCc", "UCd"


@pytest.fixture
def statistics(database: Database) -> Statistics:
    return Statistics(database)


async def test_growth_is_newest_less_oldest_in_the_window(statistics: Statistics) -> None:
    await statistics.append(
        [
            *(Figures(A, NOW - days * DAY, count) for days, count in ((20, 1), (9, 100), (5, 500), (1, 150))),
            *(Figures(B, NOW - days * DAY, count) for days, count in ((9, 1000), (1, 1050))),
            *(Figures(C, NOW - days * DAY, count) for days, count in ((9, 100), (1, 100))),
            Figures(D, NOW - DAY, 5),
        ]
    )
    found = await statistics.ranking(NOW - 10 * DAY, [A, B, C, D], 10)
    assert found.grown == (Growth(B, 50, 1050), Growth(A, 50, 150))
    assert found.oldest == NOW - 9 * DAY
    assert (await statistics.ranking(NOW - 10 * DAY, [A, B], 1)).grown == (Growth(B, 50, 1050),)
    assert (await statistics.ranking(NOW, [A, B], 10)).oldest is None


async def test_the_last_count_of_each_channel(statistics: Statistics) -> None:
    first = Figures(A, NOW - DAY, 1)
    await statistics.append([first, Figures(A, NOW, 2, videos=3, views=4), Figures(B, NOW, 9)])
    await statistics.append([Figures(A, NOW, 777)])
    assert await statistics.last([A, B, C]) == {A: 2, B: 9}
    assert await statistics.readings_of(A, 5) == [Figures(A, NOW, 2, 3, 4), first]


async def test_old_readings_become_one_a_day(statistics: Statistics) -> None:
    old = [NOW - 100 * DAY + hours * 3600 for hours in (-11, -5, 1, 7, 11.5)]
    await statistics.append([Figures(A, time, number) for number, time in enumerate(old)])
    await statistics.append([Figures(A, old[-1] + 3600, 5), Figures(A, NOW - DAY, 6), Figures(A, NOW, 7)])
    assert await statistics.thin_out(NOW) == 4
    assert [one.subscribers for one in await statistics.readings_of(A, 9)] == [7, 6, 5, 4]
    assert await statistics.thin_out(NOW) == 0


async def test_a_milestone_is_noted_once(statistics: Statistics, database: Database) -> None:
    async with transaction(database) as link:
        assert await statistics.note_reached(link, A, 1_000_000, NOW)
        assert not await statistics.note_reached(link, A, 1_000_000, NOW + 1)
        assert await statistics.note_reached(link, B, 1_000_000, NOW + 2)
        assert await statistics.note_near(link, A, 1_500_000, 1_490_000, NOW)
        assert not await statistics.note_near(link, A, 1_500_000, 1_495_000, NOW)
    total, page = await statistics.milestones(limit=1, offset=0)
    assert (total, page) == (2, [Milestone(B, 1_000_000, NOW + 2, told=True)])
    assert (await statistics.milestones(limit=9, offset=0, channels=[A]))[0] == 1
    assert (await statistics.milestones(limit=9, offset=2))[1] == []
    assert (await statistics.milestone_counts())["total"] == 2
