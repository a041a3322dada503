"""The kill proof of 바다거북수프: a bot dies over a question, over the solution and over a rating.

Each line is answered once and judged once, the room counts it once, and so does PostgreSQL. How long a take-over
takes is proven in `test_kills`: here the dead bot's lease ends at once.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from game_bots.turtlesoup.store import Store
from playground.embedded import Postgres
from tests.e2e import soups
from tests.e2e.kills import trap_on, verify
from tests.e2e.system import System
from tests.support.polling import until
from tests.support.soup_engine import SoupEngine

STEPS = {
    "after-the-load": ("cache", "load"),
    "after-the-save": ("cache", "save"),
    "after-the-commit": ("mq", "commit"),
}

LINES = {
    "묻는 방": ("/스프 중요한 단서2 맞나요?", "/스프 다음 것도 맞나요?"),
    "푸는 방": ("/스프 정답 진짜 단서2", "/스프 평가 2"),
    "평가하는 방": ("/스프 평가 4", "/스프 평가 1"),
}
"""Where a bot dies over the first line, while the second one waits behind it."""


@pytest.fixture
async def system(tmp_path: Path, postgres_server: Postgres) -> AsyncIterator[System]:
    """With a referee that does as it is told."""
    async with System(tmp_path, postgres_server, engine=SoupEngine()) as made:
        yield made


@pytest.mark.parametrize("step", list(STEPS))
async def test_a_bot_is_killed_over_a_soup(system: System, step: str) -> None:
    bot = await soups.serve(system)
    for room in LINES:
        await system.answer(room, "/스프 시작 2")
        await system.answer(room, "/스프 단서1 맞나요?")
    await system.answer("평가하는 방", "/스프 정답 진짜")
    where, script = STEPS[step]
    for room, lines in LINES.items():
        standby = await soups.start(system)
        sprung = await trap_on(where, script, after=True, mark=room)(system, bot)
        entries = [await system.say(room, line) for line in lines]
        async with asyncio.timeout(20):
            await sprung.wait()
        await system.mq.hset(f"{soups.STREAM}:owner", "until", "0")
        await system.answered(entries)
        heard = [(room, line) for line in lines]
        await verify(system, heard, entries, stream=soups.STREAM, group=soups.GROUP)
        bot = standby

    # A solution needs two votes to be right.
    sent = [str(request.body) for request in system.model.requests]
    for said, votes in (("<question>중요한 단서2 맞나요?<", 1), ("<player_answer>진짜 단서2<", 2)):
        assert sum(said in body for body in sent) == votes, said
    store = Store(system.cache)
    asked, solved, rated = [await store.peek(room) for room in LINES]
    assert asked.soup
    assert [question.number for question in asked.soup.questions] == [1, 2, 3]
    assert [(find.fact, find.question) for find in asked.soup.finds] == [(0, 1), (1, 2)]
    for record in (solved, rated):
        assert record.soup is None
        assert record.last
        assert record.last.rated == ("민지",)

    async def counted() -> dict[str, Any] | None:
        connection = await soups.connected(system.postgres)
        try:
            found = dict(await connection.fetchrow(_COUNTED) or {})
        finally:
            await connection.close()
        return found if found["rated"] == 2 else None

    assert await until(counted, what="both ratings in PostgreSQL") == {
        "games": ["평가하는 방 1 1 1", "푸는 방 1 1 2"],
        "stars": ["평가하는 방 4", "푸는 방 2"],
        "rated": 2,
        "counters": "2 2 2 2 6",
    }
    assert await system.cache.xlen("turtle:events:dead") == 0


_COUNTED = """
SELECT (SELECT array_agg(concat_ws(' ', chat_id, question_count, attempt_count, facts_found) ORDER BY chat_id COLLATE "C")
        FROM turtlesoup.turtle_game_archives) AS games,
       (SELECT array_agg(concat_ws(' ', chat_id, stars) ORDER BY chat_id COLLATE "C")
        FROM turtlesoup.turtle_ratings JOIN turtlesoup.turtle_game_archives USING (game_id)) AS stars,
       (SELECT count(*) FROM turtlesoup.turtle_ratings) AS rated,
       (SELECT concat_ws(' ', play_count, solve_count, question_total, rating_count, rating_total)
        FROM turtlesoup.turtle_puzzle_counters WHERE ref = 'preset:21') AS counters
"""
