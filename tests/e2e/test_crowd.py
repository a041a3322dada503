"""Rooms full of people: every line answered once and in order, nothing mixed up, everything counted."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from playground.demo_model.faults import Rule
from playground.demo_model.server import Engine
from playground.embedded import Postgres
from playground.processes import Child
from tests.e2e import soups, system
from tests.e2e.crowd import SPOILT, TURTLESOUP, TWENTYQ, Crowd, Game, resident
from tests.e2e.system import System
from tests.support.engine import EchoEngine
from tests.support.polling import until
from tests.support.servers import socket_directory
from tests.support.soup_engine import SoupEngine


@dataclass(frozen=True)
class Bot:
    """How a game is served, and where its finished games stand: questions counted, told and of each person."""

    game: Game
    group: str
    engine: Callable[[], Engine]
    serve: Callable[[System], Awaitable[Child]]
    finished: str


async def serve_twentyq(running: System) -> Child:
    """Start the LLM server and the bot."""
    await running.start_llm()
    return await running.start_bot()


BOTS = {
    "twentyq": Bot(
        TWENTYQ,
        system.GROUP,
        EchoEngine,
        serve_twentyq,
        """
SELECT game.chat_id, game.question_count,
       (SELECT count(*) FROM twentyq.game_transcript AS line
        WHERE line.session_id = game.session_id AND line.kind = 'question') AS transcript,
       (SELECT jsonb_object_agg(log.user_id, log.question_count) FROM twentyq.game_logs AS log
        WHERE log.session_id = game.session_id AND log.question_count > 0) AS people
FROM twentyq.game_sessions AS game
""",
    ),
    "turtlesoup": Bot(
        TURTLESOUP,
        soups.GROUP,
        SoupEngine,
        soups.serve,
        """
SELECT game.chat_id, game.question_count,
       (SELECT count(*) FROM turtlesoup.turtle_transcript AS line
        WHERE line.game_id = game.game_id AND line.kind = 'question') AS transcript,
       (SELECT jsonb_object_agg(player.user_id, player.question_count) FROM turtlesoup.turtle_players AS player
        WHERE player.game_id = game.game_id AND player.question_count > 0) AS people
FROM turtlesoup.turtle_game_archives AS game
""",
    ),
}


@pytest.fixture
async def postgres() -> AsyncIterator[Postgres]:
    """One that nobody else fills."""
    made = Postgres(socket_directory() / "data")
    await made.start(user="twentyq_app", database="twentyq")
    yield made
    await made.stop()


@pytest.mark.parametrize("name", BOTS)
@pytest.mark.parametrize(
    ("size", "delay_ms"), [((20, 3, 10), 30), pytest.param((100, 5, 40), 300, marks=pytest.mark.soak)]
)
async def test_a_crowd_plays(
    tmp_path: Path,
    postgres: Postgres,
    capsys: pytest.CaptureFixture[str],
    *,
    name: str,
    size: tuple[int, int, int],
    delay_ms: int,
) -> None:
    bot = BOTS[name]
    rooms, people, lines = size
    async with System(tmp_path, postgres, engine=bot.engine(), proxied=False) as running:
        running.model.delay_ms = delay_ms
        running.model.script(Rule(kind="truncated_json", match=SPOILT))
        served = await bot.serve(running)
        assert running.llm
        warm = Crowd(running, bot.game, rooms=range(900, 904), people=2, lines=5, faults=0)
        await warm.play()
        before = resident(served), resident(running.llm)
        crowd = Crowd(running, bot.game, rooms=range(rooms), people=people, lines=lines, faults=0.02)
        seconds = await crowd.play()
        after = resident(served), resident(running.llm)
        crowd.check()
        assert (await running.mq.xpending(bot.game.stream, bot.group))["pending"] == 0
        rows = await finished(postgres, bot.finished, games=rooms + 4)

    for room, tally in crowd.tallies.items():
        (game,) = (row for row in rows if row["chat_id"] == room)
        assert (game["question_count"], game["transcript"]) == (len(tally.numbers), len(tally.numbers))
        assert json.loads(game["people"]) == dict(tally.asked_by)
    answered = sum(len(tally.numbers) for tally in crowd.tallies.values())
    refused = sum(tally.refused for tally in crowd.tallies.values())
    assert refused > 0
    ordered = sorted(crowd.taken)
    with capsys.disabled():
        print(
            f"\n{len(ordered)} lines in {seconds:.0f} s, {answered} questions answered, {refused} refused by a fault;"
            f" p50 {ordered[len(ordered) // 2] * 1000:.0f} ms, p99 {ordered[-len(ordered) // 100] * 1000:.0f} ms;"
            f" bot {before[0]:.0f} → {after[0]:.0f} MB, LLM server {before[1]:.0f} → {after[1]:.0f} MB"
        )
    assert after[0] < before[0] + 40
    assert after[1] < before[1] + 60


async def finished(postgres: Postgres, query: str, *, games: int) -> list[asyncpg.Record]:
    """The finished games, once there are so many."""
    connection = await soups.connected(postgres)
    try:

        async def whole() -> list[asyncpg.Record]:
            found: list[asyncpg.Record] = await connection.fetch(query)
            return found if len(found) == games else []

        return await until(whole, seconds=60, what=f"{games} games in PostgreSQL")
    finally:
        await connection.close()
