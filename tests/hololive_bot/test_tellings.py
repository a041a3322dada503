"""Who is told of birthdays and round numbers, and never twice."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from botkit.postgres.pool import Database
from hololive_bot.directory import Directory
from hololive_bot.messages import load
from hololive_bot.outbox import Outbox
from hololive_bot.preferences import Preferences
from hololive_bot.repository.rooms import RoomRepository
from hololive_bot.repository.statistics import Figures, Statistics
from hololive_bot.seed import load as seed
from hololive_bot.tellings import Tellings

SEOUL = ZoneInfo("Asia/Seoul")
MIKO, PEKORA, TWINS = "UC-hM6YJuNYVAmUWxeIr9FeA", "UC1DCedRgGHBdm81E1llLhOQ", "UCt9H_RpQzhxzlyBxFqrdHqA"


def at(month: int, day: int, hour: int = 0, minute: int = 6) -> float:
    return datetime(2026, month, day, hour, minute, tzinfo=SEOUL).timestamp()


@pytest.fixture
def tellings(database: Database) -> Tellings:
    return Tellings(
        database,
        outbox=Outbox(database),
        rooms=RoomRepository(database, defaults=Preferences),
        statistics=Statistics(database),
        directory=Directory(seed()),
        say=load(),
    )


async def follow(database: Database, room: str, *channels: str, **chosen: object) -> None:
    pool = await database.pool()
    await pool.execute("INSERT INTO rooms (room_id, settings) VALUES ($1, $2)", room, json.dumps(chosen))
    for channel in channels:
        await pool.execute("INSERT INTO alarms (room_id, channel_id) VALUES ($1, $2)", room, channel)


async def told(database: Database) -> list[tuple[str, str]]:
    pool = await database.pool()
    rows = await pool.fetch("SELECT room_id, payload FROM alert_outbox ORDER BY room_id, id")
    return [(row["room_id"], json.loads(row["payload"])["text"]) for row in rows]


async def test_a_birthday_is_told_to_those_who_follow(tellings: Tellings, database: Database) -> None:
    await follow(database, "1", MIKO, PEKORA)
    await follow(database, "2", PEKORA)
    await follow(database, "3", MIKO, celebrations=False)
    assert await tellings.celebrate(at(3, 5)) == 1
    assert await tellings.celebrate(at(3, 5, 9)) == 0
    assert await told(database) == [("1", "🎂 오늘은 미코 생일이에요! 함께 축하해 주세요.")]
    assert await tellings.celebrate(at(3, 6)) == 0


async def test_an_anniversary_has_its_years_and_twins_have_their_own_days(
    tellings: Tellings, database: Database
) -> None:
    await follow(database, "1", TWINS)
    for month, day in ((2, 1), (2, 2), (7, 31)):
        await tellings.celebrate(at(month, day))
    assert [text for _, text in await told(database)] == [
        "🎂 오늘은 후와와 생일이에요! 함께 축하해 주세요.",
        "🎂 오늘은 모코코 생일이에요! 함께 축하해 주세요.",
        "🎉 오늘은 모코코 데뷔 3주년이에요! 함께 축하해 주세요.",
        "🎉 오늘은 후와와 데뷔 3주년이에요! 함께 축하해 주세요.",
    ]


async def test_a_quiet_room_is_told_in_the_morning_or_not_at_all(
    tellings: Tellings, database: Database
) -> None:
    await follow(database, "1", MIKO, quiet="23:00-07:00")
    await follow(database, "2", MIKO, quiet="00:00-00:00")
    await follow(database, "3", MIKO, quiet="00:05-00:01")
    await tellings.celebrate(at(3, 5))
    pool = await database.pool()
    rows = await pool.fetch("SELECT room_id, due_at, expires_at FROM alert_outbox ORDER BY room_id")
    assert [row["room_id"] for row in rows] == ["1", "2"]
    whose = await pool.fetch("SELECT DISTINCT channels FROM alert_outbox")
    assert [row["channels"] for row in whose] == [[MIKO]], "who ends it in the night is not told"
    assert [row["due_at"].timestamp() for row in rows] == [at(3, 5, 7, 0), at(3, 5)]
    assert {row["expires_at"].timestamp() for row in rows} == {at(3, 6, 0, 0)}


async def test_a_round_number_is_told_once(tellings: Tellings, database: Database) -> None:
    await follow(database, "1", PEKORA)
    await follow(database, "2", PEKORA, milestones=False)
    await follow(database, "3", MIKO)
    now = at(3, 5)
    await tellings.tell_change(2_499_000, Figures(PEKORA, now, 2_500_100))
    await tellings.tell_change(2_499_000, Figures(PEKORA, now + 60, 2_500_200))
    assert await told(database) == [("1", "🎉 페코라 채널이 구독자 250만명을 넘었어요! (지금 250만 100명)")]


async def test_coming_near_is_told_once(tellings: Tellings, database: Database) -> None:
    await follow(database, "1", PEKORA)
    for count in (2_474_000, 2_475_000, 2_476_000):
        await tellings.tell_change(2_400_000, Figures(PEKORA, at(3, 5), count))
    assert await told(database) == [("1", "📍 페코라 채널이 구독자 250만명까지 2만 5000명 남았어요.")]


async def test_the_first_reading_tells_nothing_and_nobody_may_be_listening(
    tellings: Tellings, database: Database
) -> None:
    await tellings.tell_change(None, Figures(PEKORA, at(3, 5), 2_500_100))
    await tellings.tell_change(2_499_000, Figures(PEKORA, at(3, 5), 2_500_100))
    assert await told(database) == []
    await follow(database, "1", PEKORA)
    await tellings.tell_change(2_499_000, Figures(PEKORA, at(3, 5), 2_500_100))
    assert await told(database) == [], "it was noted when nobody listened"
