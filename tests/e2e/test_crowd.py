"""Rooms full of people: every line answered once and in order, nothing mixed up, everything counted."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from playground.demo_model.faults import Rule
from playground.embedded import Postgres
from tests.e2e.crowd import SPOILT, TWENTYQ, Crowd, resident
from tests.e2e.system import System
from tests.support.polling import until
from tests.support.servers import socket_directory


@pytest.fixture
async def system(tmp_path: Path) -> AsyncIterator[System]:
    """With a PostgreSQL of its own, which nobody else fills."""
    postgres = Postgres(socket_directory() / "data")
    await postgres.start(user="twentyq_app", database="twentyq")
    async with System(tmp_path, postgres, proxied=False) as made:
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
    llm = await system.start_llm(HTTP_RATE_LIMIT_RPM="0")
    bot = await system.start_bot()
    warm = Crowd(system, TWENTYQ, rooms=range(900, 904), people=2, lines=5, faults=0)
    await warm.play()
    before = resident(bot), resident(llm)
    crowd = Crowd(system, TWENTYQ, rooms=range(rooms), people=people, lines=lines, faults=0.02)
    seconds = await crowd.play()
    after = resident(bot), resident(llm)
    crowd.check()
    assert await system.pending() == 0

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
    connection = await asyncpg.connect(
        host=str(system.postgres.socket_directory), user="twentyq_app", database="twentyq"
    )
    try:

        async def whole() -> list[asyncpg.Record]:
            found: list[asyncpg.Record] = await connection.fetch(_GAMES)
            return found if len(found) == games else []

        return await until(whole, seconds=60, what=f"{games} games in PostgreSQL")
    finally:
        await connection.close()


_GAMES = """
SELECT game.chat_id, game.question_count,
       (SELECT count(*) FROM twentyq.game_transcript AS line
        WHERE line.session_id = game.session_id AND line.kind = 'question') AS transcript,
       (SELECT jsonb_object_agg(log.user_id, log.question_count) FROM twentyq.game_logs AS log
        WHERE log.session_id = game.session_id AND log.question_count > 0) AS people
FROM twentyq.game_sessions AS game ORDER BY game.id
"""
