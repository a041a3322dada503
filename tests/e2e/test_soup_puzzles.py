"""Which puzzle a room gets: everything once, then something new, then the oldest again."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from game_bots.turtlesoup.puzzles import Category, Played, Source
from game_bots.turtlesoup.store import Store
from playground.demo_model.faults import Rule
from playground.embedded import Postgres
from tests.e2e import soups
from tests.e2e.system import System
from tests.support.polling import until
from tests.support.soup_engine import SoupEngine

SHIPPED = Path("llm_server/turtlesoup/puzzles")
HARDEST = 22
"""Puzzles of level 5 among those that are shipped."""


@pytest.fixture
async def system(tmp_path: Path, postgres_server: Postgres) -> AsyncIterator[System]:
    """With a referee that does as it is told."""
    async with System(tmp_path, postgres_server, engine=SoupEngine()) as made:
        yield made


async def titles(system: System, room: str, games: int, wish: str) -> list[str]:
    """The first lines of so many games, each given up at once."""
    found: list[str] = []
    for _ in range(games):
        opened = await system.answer(room, f"/스프 시작 {wish}")
        found.append(next(line for line in opened.splitlines() if line.startswith("🐢")))
        assert "/스프 평가 5" in await system.answer(room, "/스프 포기")
    return found


async def test_every_preset_of_a_level_before_one_comes_again(system: System) -> None:
    root = Path(__file__).parents[2] / SHIPPED
    shipped = [one for path in sorted(root.glob("*.json")) for one in json.loads(path.read_text("utf-8"))]
    hardest = {one["title"] for one in shipped if one["difficulty"] == 5}
    assert len(hardest) == HARDEST
    await soups.serve(system, tuple(shipped))
    found = await titles(system, "r", HARDEST, "5")
    assert len(set(found)) == HARDEST
    assert {one.partition("★")[0].removeprefix("🐢 ").strip() for one in found} == hardest
    # Everything was played: the model makes new ones now, as long as it can.
    assert all(" 퍼즐 " in one for one in await titles(system, "r", 2, "5"))
    record = await Store(system.cache).peek("r")
    assert len(record.presets) == HARDEST
    # Another room, and another level of this one, have their own memory.
    assert " 퍼즐 " not in (await titles(system, "other", 1, "5"))[0]
    assert " 퍼즐 " not in (await titles(system, "r", 1, "4"))[0]


async def test_without_a_model_the_oldest_comes_again_as_it_was(system: System) -> None:
    await soups.serve(system)
    first = await titles(system, "r", 2, "1")
    assert len(set(first)) == 2
    await idle(system, "r")
    system.model.script(Rule(kind="status", status=400))
    again = await system.answer("r", "/스프 시작 1")
    for title in [first[0], first[1]]:
        # What was prepared before the model went away comes first.
        if " 퍼즐 " in again:
            await system.answer("r", "/스프 포기")
            again = await system.answer("r", "/스프 시작 1")
        assert again.startswith("이 방에는 준비된 퍼즐을 다 냈어요.")
        assert title in again
        await system.answer("r", "/스프 포기")
        again = await system.answer("r", "/스프 시작 1")


async def test_what_was_prepared_for_another_wish_comes_before_one_comes_again(system: System) -> None:
    await soups.serve(system, (soups.puzzle(11, 1), soups.puzzle(12, 1)))
    first = await titles(system, "r", 1, "")
    await idle(system, "r")
    assert {*first, *await titles(system, "r", 1, "1")} == {
        f"🐢 문제 {number} ★☆☆☆☆ · 미스터리" for number in (11, 12)
    }


async def test_a_preset_that_is_no_more_does_not_stand_in_the_way(system: System) -> None:
    await soups.serve(system, (soups.puzzle(11, 1),))
    system.model.script(Rule(kind="status", status=400))
    store = Store(system.cache)
    stored, record = await store.look("r")
    gone, there = (Played(number, 1, Category.MYSTERY, dark=False) for number in (99, 11))
    await store.save("r", stored, replace(record, presets=(gone, there)))
    again = await system.answer("r", "/스프 시작 1")
    assert again.startswith("이 방에는 준비된 퍼즐을 다 냈어요.")
    assert "🐢 문제 11" in again
    assert "난이도나 갈래를 빼거나" in await system.answer("other", "/스프 시작 5")


async def test_with_a_model_that_makes_none_the_oldest_is_told_anew(system: System) -> None:
    await soups.serve(system)
    await system.answer("r", "/스프 시작 3")
    system.model.script(Rule(kind="truncated_json", match="새 수수께끼를 하나 지으세요"))
    await system.answer("r", "/스프 포기")
    again = await system.answer("r", "/스프 시작 3")
    assert "다시 꺼냈어요" in again
    assert "다시 들려주는 이야기. 31번 남자는" in again
    assert "같은 퍼즐을 다시 푸는 중이라" in await system.answer("r", "/스프 이야기")
    soup = (await Store(system.cache).peek("r")).soup
    assert soup
    assert (soup.puzzle.source, soup.puzzle.ref) == (Source.REWRITTEN, "preset:31")


async def test_the_next_puzzle_is_there_before_it_is_asked_for(system: System) -> None:
    await soups.serve(system)
    await titles(system, "r", 1, "3")
    prepared = await idle(system, "r")
    asked = len(system.model.requests)
    assert prepared in (await titles(system, "r", 1, "3"))[0]
    assert asked > 0  # the only preset was played, so the model was asked, ahead of time
    assert len(system.model.requests) <= asked + 1  # and again only for the game after it


async def test_a_published_puzzle_goes_to_rooms_that_have_not_read_it(system: System) -> None:
    bot = await soups.serve(system)
    api = soups.Api(bot)
    told = await system.answer(
        "home",
        "/스프 제안\n제목: 하얀 발자국\n상황: 눈밭에 발자국이 하나도 없는데 남자는 집에 와 있었다. 왜일까요?\n"
        "진상: 눈이 오기 전에 돌아와서 밤새 한 번도 나가지 않았던 것이다.",
    )
    assert "'하얀 발자국' 잘 받았어요" in told

    async def waiting() -> str:
        text = await system.answer("office", "/스프 관리자 제안", user=soups.BOSS)
        return text if "하얀 발자국 (민지)" in text else ""

    listed = await until(waiting, what="the proposal in the list")
    number = next(
        line.split()[0].removeprefix("#") for line in listed.splitlines() if "하얀 발자국 (민지)" in line
    )
    shown = await system.answer("office", f"/스프 관리자 제안 {number}", user=soups.BOSS)
    assert "· 제안\n" in shown
    assert "밤새 한 번도 나가지 않았던" in shown
    said = await system.answer("office", f"/스프 관리자 승인 {number}", user=soups.BOSS)
    assert "이제 다른 방에 나가요" in said

    async def published() -> bool:
        found = (await api("GET", f"/admin/puzzles/{number}")).json
        return bool(found["puzzle"]["status"] == "published")

    await until(published, what="the review in PostgreSQL")
    # The room in which an operator read it knows the truth, as does the one that it comes from.
    assert "하얀 발자국" not in await system.answer("office", "/스프 시작 3")
    opened = await system.answer("elsewhere", "/스프 시작 3")
    assert opened.startswith("🐢 하얀 발자국 ★★★☆☆ · 미스터리\n낸 사람: 민지\n\n눈밭에")
    assert "하얀 발자국" not in await system.answer("home", "/스프 시작 3")
    by_http = {"sessionId": "web:1", "userId": "u1", "chatId": "home", "difficulty": 3}
    assert (await api("POST", "/api/turtlesoup/games", by_http)).json["scenarioTitle"] != "하얀 발자국"
    refused = await system.answer("elsewhere", f"/스프 관리자 제안 {number}", user=soups.BOSS)
    assert refused == "이 방에서 지금 풀고 있는 퍼즐이에요. 판이 끝난 뒤에 보여 드릴게요."
    gone = await api("DELETE", f"/admin/puzzles/{number}")
    assert gone.status == 200
    assert "하얀 발자국" in await system.answer("elsewhere", "/스프 문제")


async def idle(system: System, room: str) -> str:
    """Wait until a room has its next puzzle; its title."""

    async def prepared() -> str:
        record = await Store(system.cache).peek(room)
        return record.prepared.puzzle.title if record.prepared else ""

    return await until(prepared, what="the next puzzle")


async def test_without_a_wish_levels_come_as_they_are_left(system: System) -> None:
    many: Sequence[int] = range(100, 112)
    await soups.serve(system, (*(soups.puzzle(number, 1) for number in many), soups.puzzle(200, 5)))
    found = await titles(system, "r", 13, "")
    assert len(set(found)) == 13
    assert sum("★☆☆☆☆" in one for one in found) == 12
