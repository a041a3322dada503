"""Rooms, finished games, migrations: what stands in the stores, read without the programs."""

from datetime import UTC, datetime

import pytest

from botkit.chat.message import Player
from botkit.runtime.clock import wall
from game_bots.turtlesoup.events import Finished, Result, dump
from game_bots.turtlesoup.game import Soup
from game_bots.turtlesoup.ledger import Ledger
from game_bots.turtlesoup.puzzles import Category, Puzzle, Source
from game_bots.twentyq.game import Riddle, Verdict
from game_bots.twentyq.room import Room
from game_bots.twentyq.store import Store
from game_bots.twentyq.topics import Topic
from tests.support.servers import Client
from tests.workspace.conftest import DROP_ALL
from workspace import games, migrations, rooms
from workspace.links import Links, Trouble
from workspace.programs import named

MINJI, JUN = Player("1", "민지"), Player("2", "준")


async def test_open_games_are_listed_without_their_secrets(links: Links, mq: Client, cache: Client) -> None:
    now = wall()
    riddle = (
        Riddle("1-0", Topic("고양이", "organism", {}), now - 60)
        .answered("살아 있나요?", Verdict.YES, by=MINJI, now=now)
        .hinted("야옹", by=JUN, now=now)
    )
    store = Store(cache)
    for room, state in (("267947734", Room(riddle=riddle)), ("2", Room())):
        stored, _ = await store.look(room)
        await store.save(room, stored, state)
    await cache.hset("20q:room:3", mapping={"data": "no json"})
    await cache.expire("20q:room:3", 60)
    first, broken = await rooms.playing(links)
    assert (first["game"], first["room"], first["players"]) == ("twentyq", "267947734", ["민지", "준"])
    assert (first["questions"], first["hints"]) == (1, 1)
    assert 60 <= first["for_seconds"] < 120
    assert first["forgotten_in_seconds"] > 12 * 3600 - 60
    assert (broken["room"], broken["players"]) == ("3", ["(unreadable)"])
    assert "고양이" not in str(first)
    assert "살아" not in str(first)


async def test_finished_games_the_newest_first(links: Links) -> None:
    pool = await (await links.database("public")).pool()
    await pool.execute(DROP_ALL)
    with pytest.raises(Trouble, match="migrate"):
        await games.finished(links, most=10, spoil=False)
    await migrations.bring_up(links, [named("twentyq")], dry=False)
    assert await games.finished(links, most=10, spoil=False) == []
    for number in range(3):
        await pool.execute(
            "INSERT INTO twentyq.game_sessions (session_id, chat_id, category, target, result,"
            " participant_count, started_at, completed_at) VALUES ($1, $1, 'food', '김치', 'FAILED', 2, $2, $3)",
            str(number),
            datetime(2026, 1, 1, 12, 0, tzinfo=UTC),
            datetime(2026, 1, 1, 12, number + 1, tzinfo=UTC),
        )
    first, second = await games.finished(links, most=2, spoil=False)
    assert [first["room"], second["room"]] == ["2", "1"]
    assert (first["took_seconds"], first["kind"], first["result"]) == (180, "food", "FAILED")
    assert "김치" not in str(first)
    (spoilt,) = await games.finished(links, most=1, spoil=True)
    assert spoilt["spoiler"] == "김치"


async def test_finished_soups_stand_among_the_games(links: Links) -> None:
    pool = await (await links.database("public")).pool()
    await pool.execute(DROP_ALL)
    await migrations.bring_up(links, [named("turtlesoup")], dry=False)
    puzzle = Puzzle("우산", "비가 왔다.", "배우였다.", Category.LOGIC, 2, Source.PRESET, number=7)
    soup = Soup("1-0", puzzle, 1000.0, 1060.0, players=(MINJI, JUN))
    over = Finished("267947734", soup, Result.SOLVED, "1", 1060.0)
    await Ledger(await links.database("turtlesoup")).write(dump(over))
    (game,) = await games.finished(links, most=5, spoil=False)
    assert (game["game"], game["room"], game["result"]) == ("turtlesoup", "267947734", "solved")
    assert (game["players"], game["questions"], game["took_seconds"]) == (2, 0, 60)
    assert "우산" not in str(game)


async def test_migrations_are_told_then_applied_then_guarded(links: Links) -> None:
    pool = await (await links.database("public")).pool()
    await pool.execute(DROP_ALL)
    told = await migrations.bring_up(links, [], dry=True)
    assert [row["schema"] for row in told] == ["llm", "twentyq", "turtlesoup", "hololive"]
    assert all(row["missing"] for row in told)
    (applied,) = await migrations.bring_up(links, [named("twentyq")], dry=False)
    assert applied["applied"] == told[1]["missing"]
    (again,) = await migrations.bring_up(links, [named("twentyq")], dry=False)
    assert again["applied"] == []
    await pool.execute("UPDATE twentyq.schema_migrations SET checksum = 'x'")
    with pytest.raises(Trouble, match="edited"):
        await migrations.bring_up(links, [named("twentyq")], dry=True)
    await pool.execute("DROP SCHEMA twentyq CASCADE")
    with pytest.raises(Trouble, match="keeps nothing"):
        await migrations.bring_up(links, [named("iris-bridge")], dry=True)
