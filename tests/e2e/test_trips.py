"""A question costs one load, one rpc, one save and one commit; reading costs less."""

import pytest

from tests.e2e.system import SECRET, System
from tests.e2e.trips import ALONE, trips


@pytest.fixture
async def alone(system: System) -> System:
    """The LLM server keeps to itself, and the bot has played once: scripts and connections are there."""
    await system.start_llm(**ALONE)
    await system.start_bot()
    await system.answer("warm", "/스자 시작 생물")
    await system.answer("warm", "/스자 살아 있나요?")
    return system


async def test_round_trips_of_each_kind_of_line(alone: System) -> None:
    start = await trips(alone, "r", "/스자 시작 생물")
    assert (start.cache, start.rpcs) == (["load", "save"], {"TwentyQSelectTopic": 1})
    question = await trips(alone, "r", "/스자 큰가요?")
    assert question.cache == ["load", "save"]
    assert question.rpcs == {"TwentyQAnswerQuestion": 1}
    assert question.writes == ["commit"]
    again = await trips(alone, "r", "/스자 큰가요")
    assert (again.cache, again.rpcs) == (["load"], {})
    board = await trips(alone, "r", "/스자 상태")
    assert (board.cache, board.rpcs) == (["HMGET"], {})
    hint = await trips(alone, "r", "/스자 힌트")
    assert (hint.cache, hint.rpcs) == (["load", "save"], {"TwentyQGenerateHints": 1})
    won = await trips(alone, "r", f"/스자 정답 {SECRET}")
    assert won.cache[:2] == ["load", "save"]
    assert won.rpcs == {"EndSession": 1}
    for line in (start, question, board, won):
        assert line.writes == ["commit"]
