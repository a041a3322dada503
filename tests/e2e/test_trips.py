"""A question costs one load, one rpc, one save and one commit; reading costs less."""

from collections.abc import AsyncIterator
from functools import partial

import pytest

from tests.e2e.system import SECRET, System
from tests.e2e.trips import ALONE, Cost, SqlRelay, trips


@pytest.fixture
async def cost(system: System) -> AsyncIterator[Cost]:
    """The LLM server keeps to itself, and the bot has played once: scripts and connections are there."""
    async with SqlRelay(system.postgres) as sql:
        await system.start_llm(**ALONE)
        await system.well(await system.start_bot(DB_SOCKET_PATH=str(sql.directory)))
        await system.answer("warm", "/스자 시작 생물")
        await system.answer("warm", "/스자 살아 있나요?")
        yield partial(trips, system, sql)


async def test_round_trips_of_each_kind_of_line(cost: Cost) -> None:
    start = await cost("r", "/스자 시작 생물")
    assert (start.cache, start.rpcs) == (["load", "save"], {"TwentyQSelectTopic": 1})
    question = await cost("r", "/스자 큰가요?")
    assert question.cache == ["load", "save"]
    assert question.rpcs == {"TwentyQAnswerQuestion": 1}
    assert question.writes == ["commit"]
    assert question.sql == 0
    again = await cost("r", "/스자 큰가요")
    assert (again.cache, again.rpcs, again.sql) == (["load"], {}, 0)
    board = await cost("r", "/스자 상태")
    assert (board.cache, board.rpcs, board.sql) == (["HMGET"], {}, 0)
    record = await cost("r", "/스자 전적")
    assert (record.cache, record.rpcs, record.sql) == ([], {}, 1)
    hint = await cost("r", "/스자 힌트")
    assert (hint.cache, hint.rpcs) == (["load", "save"], {"TwentyQGenerateHints": 1})
    won = await cost("r", f"/스자 정답 {SECRET}")
    assert won.cache[:2] == ["load", "save"]
    assert won.rpcs.keys() <= {"EndSession"}  # which follows the answer
    for line in (start, question, board, won):
        assert line.writes == ["commit"]
