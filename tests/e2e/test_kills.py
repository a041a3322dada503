"""The kill proof: a process dies at each step of a line's life, a server dies during play.

Every line gets exactly one final answer, in order, no state changes twice, nothing stays pending, and another
process has taken over within 15 seconds.
"""

import asyncio
import re
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from redis.exceptions import RedisError

from playground.demo_model.faults import Rule
from playground.processes import Child
from tests.e2e.kills import MARK, Arm, trap_on, verify
from tests.e2e.system import System
from tests.support.polling import until

TAKE_OVER_SECONDS = 15.0


async def while_the_model_thinks(system: System, bot: Child) -> asyncio.Event:
    """Kill the bot once the marked question hangs in the model."""
    system.model.script(Rule(kind="hang", match=MARK, times=1))
    killed = asyncio.Event()

    async def wait() -> None:
        async def hanging() -> bool:
            return system.model.waiting > 0

        await until(hanging, what="the model call")
        await bot.kill()
        killed.set()

    system.background.append(asyncio.create_task(wait()))
    return killed


KILLS: dict[str, Arm] = {
    "after-the-read": trap_on("mq", "read", after=True, in_answer=True),
    "during-the-model-call": while_the_model_thinks,
    "before-the-save": trap_on("cache", "save", after=False),
    "after-the-save": trap_on("cache", "save", after=True),
    "before-the-commit": trap_on("mq", "commit", after=False),
    "after-the-commit": trap_on("mq", "commit", after=True),
}


@pytest.mark.parametrize("standby", [True, False], ids=["standby", "restart"])
@pytest.mark.parametrize("step", list(KILLS))
async def test_a_bot_is_killed(running: System, step: str, standby: bool) -> None:
    (bot,) = running.bots
    for room in ("r", "other"):
        await running.answer(room, "/스자 시작 생물")
        await running.answer(room, "/스자 처음 질문인가요?")
    if standby:
        await running.start_bot()
    sprung = await KILLS[step](running, bot)
    lines = [
        ("r", f"/스자 {MARK} 질문인가요?"),
        ("r", "/스자 둘째 질문인가요?"),
        ("other", "/스자 다른 방 질문인가요?"),
        ("r", "/스자 셋째 아니오 질문인가요?"),
        ("r", "/스자 상태"),
        ("r", "/스자 정답 강아지"),
    ]
    entries = await running.say_all(lines)
    async with asyncio.timeout(20):
        await sprung.wait()
    killed_at = time.monotonic()
    if not standby:
        await running.start_bot(wait=False)
    await running.answered(entries, seconds=TAKE_OVER_SECONDS + 5)
    assert time.monotonic() - killed_at < TAKE_OVER_SECONDS
    await verify(running, lines, entries)
    board = await running.answer("r", "/스자 상태")
    assert "질문 4개" in board
    assert board.count(MARK) == 1
    assert board.count("강아지") == 1


ROOMS = [f"room{number}" for number in range(4)]


async def chatter(
    system: System, victim: Callable[[], Coroutine[Any, Any, None]]
) -> tuple[list[tuple[str, str]], list[str]]:
    """Forty questions in four rooms while something dies in the middle."""
    for room in ROOMS:
        await system.answer(room, "/스자 시작 생물")
    lines: list[tuple[str, str]] = []
    entries: list[str] = []
    dying: asyncio.Task[None] | None = None
    for number in range(40):
        room = ROOMS[number % len(ROOMS)]
        text = f"/스자 {number}번 질문인가요?"
        while True:
            try:
                entries.append(await system.say(room, text, user=f"사람{number % 3}"))
                break
            except (RedisError, OSError):
                await asyncio.sleep(0.02)
        lines.append((room, text))
        if number == 12:
            dying = asyncio.create_task(victim())
        await asyncio.sleep(0.02)
    assert dying is not None
    await dying
    return lines, entries


async def counted(system: System, room: str) -> int:
    """Questions that the room's game has counted."""
    found = re.search(r"질문 (\d+)개", await system.answer(room, "/스자 상태"))
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize("victim", ["valkey-mq", "valkey-cache", "llm-server"])
async def test_a_server_is_killed_during_play(running: System, victim: str) -> None:
    async def die() -> None:
        if victim == "llm-server":
            assert running.llm is not None
            await running.llm.kill()
            await running.start_llm()
            return
        server = running.mq_server if victim == "valkey-mq" else running.cache_server
        await server.child.kill()
        await asyncio.sleep(0.05)
        await server.start()

    lines, entries = await chatter(running, die)
    found = await running.answered(entries, seconds=40)
    await verify(running, lines, entries)
    for room in ROOMS:
        mine = {entry for entry, (where, _) in zip(entries, lines, strict=True) if where == room}
        answered = [reply for reply in found if reply["replyTo"] in mine and "→ 예" in reply["text"]]
        refused = [
            reply["text"] for reply in found if reply["replyTo"] in mine and "→ 예" not in reply["text"]
        ]
        assert await counted(running, room) == len(answered)
        if victim != "llm-server":
            assert refused == []
        assert all("AI가 잠깐 쉬고" in text for text in refused)


async def test_no_answer_is_late_after_a_clean_restart(running: System) -> None:
    """SIGTERM gives the lease up: the next process need not wait for it to run out."""
    await running.answer("r", "/스자 시작 생물")
    began = time.monotonic()
    await running.bots[0].stop()
    assert running.bots[0].exit_status == 0
    await running.start_bot()
    assert "→ 예" in await running.answer("r", "/스자 살아 있나요?")
    assert time.monotonic() - began < 8
