"""A question of a soup costs one load, one rpc, one save and one commit; reading costs less."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from playground.embedded import Postgres
from tests.e2e import soups
from tests.e2e.system import System
from tests.e2e.trips import ALONE, Cost, SqlRelay, trips
from tests.support.soup_engine import SECOND_JUDGE, SoupEngine


@pytest.fixture
async def cost(tmp_path: Path, postgres_server: Postgres) -> AsyncIterator[Cost]:
    """The LLM server keeps to itself, and the bot has played once: scripts and connections are there."""
    async with (
        System(tmp_path, postgres_server, engine=SoupEngine()) as system,
        SqlRelay(postgres_server) as sql,
    ):
        await system.well(await soups.serve(system, DB_SOCKET_PATH=str(sql.directory)))
        assert system.llm
        await system.llm.kill()
        puzzles = str(system.tmp_path / "puzzles")
        await system.start_llm(**ALONE, TURTLESOUP_PUZZLES_DIR=puzzles, GEMINI_VERIFY_MODEL=SECOND_JUDGE)
        await system.answer("warm", "/스프 시작 2")
        await system.answer("warm", "/스프 그런가요?")
        yield partial(trips, system, sql)


async def test_round_trips_of_each_kind_of_line(cost: Cost) -> None:
    start = await cost("r", "/스프 시작 2")
    assert (start.cache, start.rpcs) == (["load", "save"], {"TurtleSoupGetRandomPuzzle": 1})
    question = await cost("r", "/스프 혼자였나요?")
    assert question.cache == ["load", "save"]
    assert question.rpcs == {"TurtleSoupAnswerQuestion": 1}
    assert question.writes == ["commit"]
    assert question.sql == 0
    again = await cost("r", "/스프 혼자였나요")
    assert (again.cache, again.rpcs) == (["load"], {})
    for line in ("/스프 문제", "/스프 정리", "/스프 상태"):
        board = await cost("r", line)
        assert (board.cache, board.rpcs, board.sql) == (["HMGET"], {}, 0)
    hint = await cost("r", "/스프 힌트")
    assert (hint.cache, hint.rpcs) == (["load", "save"], {})
    close = await cost("r", "/스프 정답 비슷해요")
    assert (close.cache, close.rpcs) == (["load", "save"], {"TurtleSoupValidateSolution": 1})
    for found in (start, hint, close):
        assert found.writes == ["commit"]
