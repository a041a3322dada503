"""Rooms full of people at their soups: every line answered once and in order, everything counted once."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from playground.demo_model.faults import Rule
from playground.embedded import Postgres
from tests.e2e import soups
from tests.e2e.crowd import SPOILT, TURTLESOUP, Crowd, resident
from tests.e2e.system import System
from tests.support.polling import until
from tests.support.servers import socket_directory
from tests.support.soup_engine import SoupEngine


@pytest.fixture
async def system(tmp_path: Path) -> AsyncIterator[System]:
    """With a PostgreSQL of its own, which nobody else fills."""
    postgres = Postgres(socket_directory() / "data")
    await postgres.start(user="twentyq_app", database="twentyq")
    async with System(tmp_path, postgres, engine=SoupEngine(), proxied=False) as made:
        yield made
    await postgres.stop()


@pytest.mark.parametrize(
    ("size", "delay_ms"), [((20, 3, 10), 30), pytest.param((100, 5, 40), 300, marks=pytest.mark.soak)]
)
async def test_a_crowd_plays(
    system: System, capsys: pytest.CaptureFixture[str], size: tuple[int, int, int], delay_ms: int
) -> None:
    rooms, people, lines = size
    system.model.delay_ms = delay_ms
    system.model.script(Rule(kind="truncated_json", match=SPOILT))
    bot = await soups.serve(system)
    assert system.llm
    warm = Crowd(system, TURTLESOUP, rooms=range(900, 904), people=2, lines=5, faults=0)
    await warm.play()
    before = resident(bot), resident(system.llm)
    crowd = Crowd(system, TURTLESOUP, rooms=range(rooms), people=people, lines=lines, faults=0.02)
    seconds = await crowd.play()
    after = resident(bot), resident(system.llm)
    crowd.check()
    group = await system.mq.xpending(soups.STREAM, soups.GROUP)
    assert group["pending"] == 0

    answered = sum(len(tally.numbers) for tally in crowd.tallies.values())
    refused = sum(tally.refused for tally in crowd.tallies.values())
    assert refused > 0
    rows = await counted(system, games=rooms + 4)
    for room, tally in crowd.tallies.items():
        (game,) = (row for row in rows if row["chat_id"] == room)
        assert (game["question_count"], game["transcript"]) == (len(tally.numbers), len(tally.numbers))
        assert json.loads(game["people"]) == dict(tally.asked_by)
    ordered = sorted(crowd.taken)
    with capsys.disabled():
        print(
            f"\n{len(ordered)} lines in {seconds:.0f} s, {answered} questions answered, {refused} refused by a fault;"
            f" p50 {ordered[len(ordered) // 2] * 1000:.0f} ms, p99 {ordered[-len(ordered) // 100] * 1000:.0f} ms;"
            f" bot {before[0]:.0f} → {after[0]:.0f} MB, LLM server {before[1]:.0f} → {after[1]:.0f} MB"
        )
    assert after[0] < before[0] + 40
    assert after[1] < before[1] + 60


async def counted(system: System, *, games: int) -> list[asyncpg.Record]:
    """Every finished game with the questions in its transcript and of each person."""
    connection = await soups.connected(system.postgres)
    try:

        async def whole() -> list[asyncpg.Record]:
            found: list[asyncpg.Record] = await connection.fetch(_GAMES)
            return found if len(found) == games else []

        return await until(whole, seconds=60, what=f"{games} games in PostgreSQL")
    finally:
        await connection.close()


_GAMES = """
SELECT game.chat_id, game.question_count,
       (SELECT count(*) FROM turtlesoup.turtle_transcript AS line
        WHERE line.game_id = game.game_id AND line.kind = 'question') AS transcript,
       (SELECT jsonb_object_agg(player.user_id, player.question_count) FROM turtlesoup.turtle_players AS player
        WHERE player.game_id = game.game_id AND player.question_count > 0) AS people
FROM turtlesoup.turtle_game_archives AS game ORDER BY game.id
"""
