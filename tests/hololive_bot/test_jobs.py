"""Timed work: done when it is due, harmless when it is done twice."""

import asyncio
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from botkit.postgres.pool import Database
from botkit.runtime.tasks import cancel
from hololive_bot import jobs as module
from hololive_bot.holodex.rows import Channel
from hololive_bot.jobs import Job, Jobs, _photo
from hololive_bot.repository.members import Members
from hololive_bot.repository.operations import Operations
from hololive_bot.repository.statistics import Figures
from hololive_bot.tellings import Tellings
from playground.holodex.faults import Rule
from tests.hololive_bot.chat import MIYABI, PEKORA, Chat
from tests.hololive_bot.sources import HOUR, NOON
from tests.support.polling import until

SEOUL = ZoneInfo("Asia/Seoul")
DAY = 86_400.0


@pytest.fixture
async def jobs(chat: Chat) -> Jobs:
    shared = chat.shared
    await shared.current.prepare()
    await shared.current.look()
    tellings = Tellings(
        chat.links.database,
        outbox=shared.outbox,
        rooms=shared.rooms,
        statistics=shared.statistics,
        directory=shared.directory,
        say=shared.say,
    )
    return Jobs(
        chat.links.database,
        broadcasts=chat.broadcasts,
        youtube=None,
        directory=shared.directory,
        statistics=shared.statistics,
        tellings=tellings,
        clock=chat.clock,
    )


async def texts(database: Database) -> list[str]:
    pool = await database.pool()
    rows = await pool.fetch("SELECT payload::jsonb ->> 'text' AS text FROM alert_outbox ORDER BY id")
    return [row["text"] for row in rows]


async def test_all_channels_are_read_and_the_ranking_follows(chat: Chat, jobs: Jobs) -> None:
    await jobs.count_everybody(NOON)
    channels = chat.server.channels
    channels[PEKORA] = replace(channels[PEKORA], subscribers=channels[PEKORA].subscribers + 12_345)
    await chat.links.cache.flushall()
    chat.clock.now += 6 * HOUR
    await jobs.count_everybody(chat.clock())
    assert "1. 페코라 +12,345" in await chat.say("!순위")
    known = await chat.shared.statistics.last(channels)
    assert len(known) > 20
    assert MIYABI not in known, "their streams are left out, and so are they"


async def test_a_round_number_is_told_by_whoever_counts(chat: Chat, jobs: Jobs, database: Database) -> None:
    await chat.say("!알람 추가 페코라")
    count = chat.server.channels[PEKORA].subscribers
    assert 500_000 < count < 750_000
    await chat.shared.statistics.append([Figures(PEKORA, NOON - DAY, 499_000)])
    await jobs.count_everybody(chat.clock())
    [told] = await texts(database)
    assert told.startswith("🎉 페코라 채널이 구독자 50만명을 넘었어요!")
    await jobs.count_everybody(chat.clock() + 1)
    assert len(await texts(database)) == 1


async def test_who_is_near_is_read_every_hour(chat: Chat, jobs: Jobs) -> None:
    await chat.shared.statistics.append(
        [Figures(PEKORA, NOON - DAY, 720_000), Figures("UC-hM6YJuNYVAmUWxeIr9FeA", NOON - DAY, 600_000)]
    )
    await jobs.count_watched(NOON)
    assert (await chat.shared.statistics.readings_of(PEKORA, 1))[0].time == NOON
    assert len(await chat.shared.statistics.readings_of("UC-hM6YJuNYVAmUWxeIr9FeA", 9)) == 1


async def test_figures_of_yesterday_are_no_reading_of_today(chat: Chat, jobs: Jobs) -> None:
    await chat.broadcasts.channels()
    chat.break_holodex()
    chat.clock.now += HOUR
    await jobs.count_everybody(chat.clock())
    assert await chat.shared.statistics.last(chat.server.channels) == {}


async def test_what_changed_at_the_agency_is_reported(chat: Chat, jobs: Jobs, database: Database) -> None:
    channels = chat.server.channels
    channels["UCnewcomer"] = replace(channels[PEKORA], id="UCnewcomer")
    await jobs.compare_channels(NOON)
    assert (await Operations(database).differences())["unknown"] == ["UCnewcomer"]
    pekora = next(one for one in await Members(database).every() if one.channel_id == PEKORA)
    assert pekora.photo == f"https://yt3.ggpht.com/{PEKORA}=s1024-c-k-c0x00ffffff-no-rj"


@pytest.mark.parametrize(
    ("photo", "kept"),
    [
        ("https://yt3.ggpht.com/a=s800-c", "https://yt3.ggpht.com/a=s1024-c"),
        ("https://yt3.googleusercontent.com/a", "https://yt3.googleusercontent.com/a"),
        ("http://yt3.ggpht.com/a=s800", None),
        ("https://ggpht.com.example.org/a", None),
        ("https://example.org/ggpht.com", None),
        ("", None),
    ],
)
def test_photos_come_from_known_hosts_only(photo: str, kept: str | None) -> None:
    assert _photo(Channel("UCa", "a", photo=photo)) == kept


@pytest.mark.parametrize(
    ("hour", "minute", "since"),
    [(0, 4, 0.0), (0, 5, (0, 5)), (23, 59, (0, 5))],
)
def test_celebrations_are_due_from_five_past_midnight(hour: int, minute: int, since: object) -> None:
    now = datetime(2026, 3, 5, hour, minute, tzinfo=SEOUL)
    job = Job("celebrations", DAY, 0.0, _nothing)
    expected = now.replace(hour=0, minute=5).timestamp() if since else 0.0
    assert Jobs._since(job, now.timestamp()) == expected
    assert Jobs._since(Job("other", DAY, 0.0, _nothing), 2 * DAY) == DAY


async def _nothing(_now: float) -> None:
    """Work that is not done."""


async def test_jobs_run_by_themselves_and_a_failure_waits(
    chat: Chat, jobs: Jobs, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.02)
    chat.server.script(Rule(kind="status", status=503, path="/channels", times=None))
    await chat.say("!알람 추가 페코라")
    chat.clock.now = datetime(2026, 1, 12, 0, 6, tzinfo=SEOUL).timestamp()
    running = asyncio.create_task(jobs.run())

    async def compared() -> bool:
        return any(asked.path.endswith("/channels") for asked in chat.server.asked)

    async def celebrated() -> bool:
        return not await Operations(database).is_due("celebrations", since=1.0)

    await asyncio.sleep(0)  # it looks at the clock
    chat.clock.now += 15
    await until(compared, what="the first of the jobs")
    assert not await celebrated(), "at first the files alone are known, without what administrators changed"
    chat.clock.now += 45
    await until(celebrated, what="the celebrations")
    assert await texts(database) == ["🎂 오늘은 페코라 생일이에요! 함께 축하해 주세요."]
    assert await Operations(database).is_due("figures", since=0.0)
    await cancel({running})
