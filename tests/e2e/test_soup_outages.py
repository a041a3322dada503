"""What a room hears while something is away, and that games which nobody ended are ended."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from game_bots.turtlesoup.game import IDLE_SECONDS
from game_bots.turtlesoup.store import Store
from playground.demo_model.faults import Rule
from playground.embedded import Postgres
from tests.e2e import soups
from tests.e2e.system import System
from tests.support.http import get
from tests.support.polling import until
from tests.support.servers import socket_directory
from tests.support.soup_engine import SoupEngine


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
    async with System(tmp_path, postgres, engine=SoupEngine()) as made:
        yield made


async def test_a_game_without_postgres(system: System, postgres: Postgres) -> None:
    bot = await soups.serve(system)
    await postgres.stop()
    for line, answer in (
        ("/스프 시작 2", "🐢 문제 21"),
        ("/스프 단서1 맞나요?", "Q1"),
        ("/스프 힌트", "💡"),
        ("/스프 정답 엉뚱한 이야기", "아쉽지만"),
        ("/스프 상태", "질문 1 · 도전 1"),
        ("/스프 전적", "지금은 전적을 볼 수 없어요"),
        ("/스프 전적 룸", "지금은 전적을 볼 수 없어요"),
        ("/스프 순위", "지금은 전적을 볼 수 없어요"),
        (
            "/스프 제안 발자국 | 눈밭에 발자국이 하나도 없는데 집에 와 있었다. | 눈이 오기 전에 돌아와서 나가지 않았던 것이다.",
            "잘 받았어요",
        ),
    ):
        assert answer in await system.answer("r", line)
    await system.answer("r", "/스프 정답 진짜", user="준")
    assert "별 2개" in await system.answer("r", "/스프 평가 2", user="준")
    assert "🐢 문제 31" in await system.answer("r", "/스프 시작 3")
    ready = await get(soups.port_of(bot), "/health/ready")
    assert (ready.status, ready.json["status"]) == (200, "degraded")
    bot.check()
    await postgres.start(user="twentyq_app", database="twentyq")

    async def counted() -> bool:
        return "1판, 직접 푼 판 1개" in await system.answer("r", "/스프 전적", user="준")

    await until(counted, seconds=60, what="the game in PostgreSQL")

    async def everything() -> bool:
        connection = await soups.connected(postgres)
        try:
            stars = await connection.fetchval("SELECT stars FROM turtlesoup.turtle_ratings")
            proposed = await connection.fetchval("SELECT count(*) FROM turtlesoup.turtle_puzzles")
        finally:
            await connection.close()
        return (stars, proposed) == (2, 1)

    await until(everything, seconds=60, what="rating and proposal in PostgreSQL")


async def test_every_failure_of_the_model_has_its_text_and_counts_nothing(system: System) -> None:
    await soups.serve(system)
    await system.answer("r", "/스프 시작 2")
    await system.answer("r", "/스프 우기면 그런가요?")
    texts = {
        "broken": (Rule(kind="truncated_json", match="broken"), "알아들을 수 없었어요"),
        "outside": (Rule(kind="outside_enum", match="outside"), "알아들을 수 없었어요"),
        "denied": (Rule(kind="status", status=400, match="denied"), "문제가 생겼어요"),
        # the last: from here on the key rests for the day
        "busy": (Rule(kind="status", status=429, quota="PerDay", match="busy"), "부탁이 너무 몰렸어요"),
    }
    system.model.script(*(rule for rule, _ in texts.values()))
    for word, (_, said) in texts.items():
        for line in (f"/스프 {word} 질문인가요?", f"/스프 정답 {word} 추리예요"):
            assert said in await system.answer("r", line), line
    assert "부탁이 너무 몰렸어요" in await system.answer("r", "/스프 이의 1")
    status = await system.answer("r", "/스프 상태")
    assert "질문 1 · 도전 0 · 힌트 0/3" in status
    soup = (await Store(system.cache).peek("r")).soup
    assert soup
    assert not soup.questions[0].appealed
    assert "💡 힌트 1" in await system.answer("r", "/스프 힌트")  # the puzzle's own needs no model


async def test_without_a_key_the_ai_rests_and_puzzles_are_there(system: System) -> None:
    await soups.serve(system)
    assert system.llm
    await system.llm.kill()
    await system.start_llm(
        GOOGLE_API_KEY="", GOOGLE_API_KEYS="", TURTLESOUP_PUZZLES_DIR=str(system.tmp_path / "puzzles")
    )
    assert "🐢 문제 21" in await system.answer("r", "/스프 시작 2")
    for line in ("/스프 그런가요?", "/스프 정답 배우였다"):
        assert "AI가 잠깐 쉬고" in await system.answer("r", line)
    assert "💡" in await system.answer("r", "/스프 힌트")
    await system.answer("r", "/스프 포기")
    assert "21번 남자는 배우였고" in await system.answer("r", "/스프 이야기")  # the bare truth


async def test_without_the_llm_server_the_bot_says_so_and_stays_up(system: System) -> None:
    bot = await soups.serve(system)
    await system.answer("r", "/스프 시작 2")
    assert system.llm
    await system.llm.kill()
    assert "AI가 잠깐 쉬고" in await system.answer("r", "/스프 그런가요?")
    assert "AI가 잠깐 쉬고" in await system.answer("other", "/스프 시작")
    assert "🐢 문제 21" in await system.answer("r", "/스프 문제")
    bot.check()


async def test_a_game_left_for_a_day_is_ended_by_the_next_line(system: System) -> None:
    bot = await soups.serve(system)
    store = Store(system.cache)
    for room, line, said in (
        ("asks", "/스프 그런가요?", "지금 열린 판이 없어요"),
        ("starts", "/스프 시작 3", "🐢 문제 31"),
        ("rates", "/스프 평가 5", "'문제 21'에 별 5개"),
        ("proposes", "/스프 제안", "내가 만든 퍼즐을"),
    ):
        await system.answer(room, "/스프 시작 2")
        await system.answer(room, "/스프 단서1 맞나요?")
        stored, state = await store.look(room)
        assert state.soup
        old = replace(state.soup, moved_at=state.soup.moved_at - IDLE_SECONDS)
        await store.save(room, stored, replace(state, soup=old))
        assert "지금 열린 판이 없어요" in await system.answer(room, "/스프 문제")
        text = await system.answer(room, line)
        assert text.startswith("하루 넘게 조용해서 '문제 21' 판은 닫았어요."), text
        assert said in text

    api = soups.Api(bot)

    async def ended() -> bool:
        found = (await api("GET", "/admin/archives?result=timeout")).json
        return bool(found["total"] == 4)

    await until(ended, what="the four games in PostgreSQL")
    puzzles = (await api("GET", "/admin/puzzles/stats")).json
    assert puzzles["categoryStats"][0]["totalGames"] == 4
