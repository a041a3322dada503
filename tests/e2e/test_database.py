"""PostgreSQL is away for a whole game: play goes on, records say so, and the game is there in the end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.embedded import Postgres
from tests.e2e.system import SECRET, System
from tests.support.http import get
from tests.support.polling import until
from tests.support.servers import socket_directory


@pytest.fixture
async def postgres() -> AsyncIterator[Postgres]:
    """One that the test may stop."""
    made = Postgres(socket_directory() / "data")
    await made.start(user="twentyq_app", database="twentyq")
    yield made
    await made.stop()


@pytest.fixture
async def system(tmp_path: Path, postgres: Postgres) -> AsyncIterator[System]:
    """With that PostgreSQL."""
    async with System(tmp_path, postgres) as made:
        yield made


@pytest.mark.parametrize("before_the_bot", [True, False], ids=["never seen", "seen before"])
async def test_a_game_without_postgres(system: System, postgres: Postgres, before_the_bot: bool) -> None:
    if before_the_bot:
        await postgres.stop()
    await system.start_llm()
    bot = await system.start_bot()
    if not before_the_bot:
        await postgres.stop()
    for line, answer in (
        ("/스자 시작 생물", "[생물 ·"),
        ("/스자 살아 있나요?", "Q1"),
        ("/스자 힌트", "💡"),
        ("/스자 정답 강아지", "아쉽지만"),
        ("/스자 상태", "질문 1개"),
        ("/스자 전적", "지금은 전적을 볼 수 없어요"),
        ("/스자 전적 룸", "지금은 전적을 볼 수 없어요"),
        ("/스자 순위", "지금은 전적을 볼 수 없어요"),
    ):
        assert answer in await system.answer("r", line)
    assert "맞혔어요" in await system.answer("r", f"/스자 정답 {SECRET}", user="준")
    assert "🗓 오늘의 문제" in await system.answer("r", "/스자 오늘")
    ready = await get(bot.port, "/health/ready")  # type: ignore[attr-defined]
    assert (ready.status, ready.json["status"]) == (200, "degraded")
    assert ready.json["components"]["postgres"]["status"] == "down"
    bot.check()
    await postgres.start(user="twentyq_app", database="twentyq")

    async def counted() -> bool:
        return "1판, 직접 맞힌 판 1개" in await system.answer("r", "/스자 전적", user="준")

    await until(counted, seconds=60, what="the game in PostgreSQL")
