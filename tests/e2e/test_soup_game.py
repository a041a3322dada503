"""A game of 바다거북수프 from start to end, through every part of the system."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from game_bots.turtlesoup.game import Ruling, Verdict
from game_bots.turtlesoup.store import Store
from playground.embedded import Postgres
from tests.e2e import soups
from tests.e2e.system import System
from tests.support.polling import until
from tests.support.soup_engine import SoupEngine


@pytest.fixture
async def system(tmp_path: Path, postgres_server: Postgres) -> AsyncIterator[System]:
    """With a referee that does as it is told."""
    async with System(tmp_path, postgres_server, engine=SoupEngine()) as made:
        yield made


async def tokens_of_a_story_are_not_those_of_the_next_game(system: System) -> None:
    store = Store(system.cache)
    await system.answer("r", "/스프 시작 2")
    await system.answer("r", "/스프 포기")
    assert (await store.peek("r")).soup is None
    await system.answer("r", "/스프 시작 3")
    spent = (await store.peek("r")).playing("", 0).tokens
    assert "옛날 옛적 이야기예요" in await system.answer("r", "/스프 이야기")
    assert (await store.peek("r")).playing("", 0).tokens == spent


async def test_a_long_summary_reaches_the_last_question(system: System) -> None:
    await soups.serve(system)
    await system.answer("r", "/스프 시작 2")
    store = Store(system.cache)
    stored, record = await store.look("r")
    soup = record.playing("", 0)
    for number in range(100):
        text = f"{number}번째로 {'길게 ' * 20}묻는 말인가요?"
        soup = soup.answered(text, Ruling(Verdict.NO), by=soup.players[0], now=soup.moved_at)
    await store.save("r", stored, replace(record, soup=soup))
    entry = await system.say("r", "/스프 정리")
    await system.answered([entry])
    told = "".join(reply["text"] for reply in await system.replies() if reply.get("replyTo") == entry)
    assert "문답 100개" in told
    assert all(f"{number}번째로" in told for number in range(100))


async def test_a_game_is_played_and_stands_in_the_database(system: System, postgres_server: Postgres) -> None:
    await soups.serve(system)
    room = "267947734"
    opened = await system.answer(room, "/스프 시작 2")
    assert opened.startswith("🐢 문제 21 ★★☆☆☆ · 미스터리\n\n21번 남자는")
    assert await system.answer(room, "/스프 날씨는 관계없나요?", user="준") == "Q1. 관계없습니다"
    answer = await system.answer(room, "/스프 배우인가요, 중요한 단서1?", user="준")
    assert answer == "Q2. 예 ⭐\n단서 1/3 ▓░░"
    two_lines = await system.answer(room, "/스프 남자는\n혼자가 아니오?", user="소라")
    assert two_lines == "Q3. 아니오"
    assert "💡 힌트 1: 21 직업을 보세요." in await system.answer(room, "/스프 힌트")
    close = await system.answer(room, "/스프 정답 비슷한데 단서2")
    assert close.startswith("민지님, 아주 가까워요!")
    assert close.endswith("단서 2/3 ▓▓░")
    won = await system.answer(room, "/스프 정답 진짜\n배우의 연습", user="준")
    replies = [reply["text"] for reply in await system.replies() if reply["chatId"] == room]
    told = "\n".join(replies)
    assert "🎉 준님이 '문제 21'의 진상을 밝혔어요!" in told
    assert "✔ 21 남자는 배우다. (준, Q2)\n✔ 21 우산은 소품이다. (민지)\n· 21 연습을 했다." in told
    assert "🏅 으뜸 탐정 준님 (단서 1개)" in told
    assert "질문 3 · 도전 2 · 1분" in won or "질문 3 · 도전 2 · 1분" in told
    assert "열린 판이 없어요" in await system.answer(room, "/스프 상태")
    assert "옛날 옛적 이야기예요" in await system.answer(room, "/스프 이야기")
    assert "별 5개, 고마워요" in await system.answer(room, "/스프 평가 5", user="소라")
    await tokens_of_a_story_are_not_those_of_the_next_game(system)

    async def stored() -> dict[str, Any] | None:
        connection = await soups.connected(postgres_server)
        try:
            row = await connection.fetchrow(
                "SELECT archives.*, (SELECT stars FROM turtlesoup.turtle_ratings WHERE game_id = archives.game_id)"
                " FROM turtlesoup.turtle_game_archives AS archives WHERE chat_id = $1",
                room,
            )
            return dict(row) if row and row["stars"] else None
        finally:
            await connection.close()

    game = await until(stored, what="the game and its rating in PostgreSQL")
    assert game
    assert (game["puzzle_source"], game["puzzle_id"], game["result"], game["winner_id"]) == (
        "preset",
        21,
        "solved",
        "준",
    )
    assert (game["facts_found"], game["hints_used"], game["question_count"]) == (2, 1, 3)
    assert game["tokens"] > 0
    assert game["stars"] == 5
