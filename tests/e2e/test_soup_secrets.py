"""Nothing that a room reads before the end tells the solution, however hard the model tries."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from game_bots.turtlesoup.room import Room
from game_bots.turtlesoup.store import Store
from playground.embedded import Postgres
from tests.e2e import soups
from tests.e2e.system import System
from tests.support.http import get
from tests.support.soup_engine import SoupEngine

PEOPLE = ("민지", "준", "소라")
WISHES = ("1", "2", "3", "4", "5", "공포 5", "주제:바다 2", "논리 1 주제:눈")
LINES = 60


@pytest.fixture
async def system(tmp_path: Path, postgres_server: Postgres) -> AsyncIterator[System]:
    """With a model that cannot keep a secret."""
    async with System(tmp_path, postgres_server, engine=SoupEngine(leaky=True)) as made:
        yield made


@dataclass
class Talk:
    """Random lines of one room."""

    chance: Random
    typed: list[str] = field(default_factory=list)

    def next(self) -> str:
        """A line; what it says is known from then on."""
        number = len(self.typed)
        line = self.chance.choice(
            (
                f"/스프 {number}번째로 중요한 단서{self.chance.randint(1, 3)} 맞나요?",
                f"/스프 아마 {number}번째로 아니오인가요?",
                f"/스프 우기면 {number}번째인가요?",
                f"/스프 정말로 우기면 {number}번째인가요?",
                "/스프 힌트",
                "/스프 힌트",
                f"/스프 정답 비슷한 이야기 {number}",
                f"/스프 정답 엉뚱한 이야기 {number}",
                f"/스프 이의 {self.chance.randint(1, 9)}",
                "/스프 문제",
                "/스프 정리",
                "/스프 상태",
                "/스프 시작",
                "/스프 이야기",
                "/스프 정답 알려줘",
                "/스프 평가 5",
                "/스프 거부",
            )
        )
        self.typed.append(line)
        return line


async def play(system: System, room: str, wish: str) -> None:
    """A random game of three people."""
    store, talk = Store(system.cache), Talk(Random(wish))
    await system.answer(room, f"/스프 시작 {wish}")
    for line in range(LINES):
        await system.answer(room, talk.next(), user=PEOPLE[line % 3], seconds=60)
    soup = (await store.peek(room)).soup
    assert soup
    assert soup.questions
    assert soup.hints
    heard = [reply["text"] for reply in await system.replies() if reply["chatId"] == room]
    assert len(heard) > LINES
    for text in heard:
        assert not soup.puzzle.is_told_by(text, known=talk.typed), text
    await system.answer(room, "/스프 정답 진짜", user="해결사", seconds=60)
    told = [reply["text"] for reply in await system.replies() if reply["chatId"] == room]
    assert soup.puzzle.is_told_by("\n".join(told))


async def test_no_reply_before_the_end_tells_the_solution(system: System) -> None:
    await soups.serve(system, TURTLESOUP_HINT_COOLDOWN_QUESTIONS="0")
    async with asyncio.TaskGroup() as games:
        for wish in WISHES:
            games.create_task(play(system, f"방 {wish}", wish))


async def test_what_the_model_lets_slip_is_not_counted(system: System) -> None:
    bot = await soups.serve(system, puzzles=(soups.puzzle(1, 1, hints=[]),))
    await system.answer("r", "/스프 시작 1")
    for _ in range(4):  # the server refuses the plain truth, the bot the one with hearts
        assert "한 번만 더 보내 주세요" in await system.answer("r", "/스프 힌트")
    for person in PEOPLE:
        close = await system.answer("r", "/스프 정답 비슷해요", user=person)
        assert close == f"{person}님, 아주 가까워요! 빠진 고리가 하나 있어요."
    room: Room = await Store(system.cache).peek("r")
    assert room.soup
    assert room.soup.hints == ()
    metrics = (await get(soups.port_of(bot), "/metrics")).text
    passed = re.search(r'bot_llm_calls_total\{outcome="ok",rpc="TurtleSoupGenerateHint"\} (\d+)', metrics)
    assert passed, "the server let none through, so the bot had nothing to refuse"
