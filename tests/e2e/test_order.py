"""Many rooms at once: each in order, none waiting for another."""

import pytest

from playground.demo_model.faults import Rule
from tests.e2e.system import GROUP, STREAM, System
from tests.support.http import get
from tests.support.polling import until

ROOMS, LINES = 50, 20


async def test_fifty_rooms_with_twenty_lines_each(running: System) -> None:
    rooms = [f"{room}" for room in range(1000, 1000 + ROOMS)]
    started = await running.say_all([(room, "/스자 시작 생물") for room in rooms])
    await running.answered(started)
    lines = [(room, f"/스자 {number}번 질문인가요?") for number in range(LINES) for room in rooms]
    entries = await running.say_all(lines)
    await running.answered(entries, seconds=90)
    finals = [reply for reply in await running.finals() if reply["replyTo"] in set(entries)]
    assert len(finals) == len(entries)
    for room in rooms:
        asked = [entry for entry, (where, _) in zip(entries, lines, strict=True) if where == room]
        told = [reply for reply in finals if reply["chatId"] == room]
        assert [reply["replyTo"] for reply in told] == asked
        assert [reply["text"] for reply in told] == [
            f"Q{n + 1}. {n}번 질문인가요?\n→ 예" for n in range(LINES)
        ]
    assert await running.pending() == 0
    firsts = {finals.index(next(r for r in finals if r["chatId"] == room)) for room in rooms}
    assert max(firsts) < len(finals) - ROOMS  # the last room began long before the first had ended


async def test_a_bot_reads_every_stream_it_is_given(system: System) -> None:
    await system.start_llm()
    bot = await system.start_bot(TWENTYQ_MQ_STREAM_KEY=f"{STREAM}, {STREAM}:2")
    assert "[생물 ·" in await system.answer("first", "/스자 시작 생물")
    entry = await system.say("second", "/스자 시작 생물", stream=f"{STREAM}:2")
    (found,) = [reply for reply in await system.answered([entry]) if reply["replyTo"] == entry]
    assert found["chatId"] == "second"
    health = (await get(bot.port, "/health")).json  # type: ignore[attr-defined]
    assert set(health["heartbeat_age_seconds"]) == {f"consumer {STREAM}", f"consumer {STREAM}:2"}
    for stream in (STREAM, f"{STREAM}:2"):
        assert (await system.mq.xpending(stream, GROUP))["pending"] == 0


async def test_a_room_whose_model_call_hangs_delays_no_other(running: System) -> None:
    for room in ("stuck", "free"):
        await running.answer(room, "/스자 시작 생물")
    running.model.script(Rule(kind="hang", match="매달린", times=1))
    hanging = await running.say("stuck", "/스자 매달린 질문인가요?")
    behind = await running.say("stuck", "/스자 뒤에 선 질문인가요?", user="준")

    async def in_flight() -> bool:
        return running.model.waiting == 1

    await until(in_flight)
    for number in range(20):
        assert "→ 예" in await running.answer("free", f"/스자 {number}번 질문인가요?")
    assert {reply["replyTo"] for reply in await running.finals()}.isdisjoint({hanging, behind})

    async def noticed() -> list[str]:
        told = [r for r in await running.replies() if r["type"] == "waiting"]
        texts = [r["text"] for r in told if r["replyTo"] in (hanging, behind)]
        return texts if len(texts) == 2 else []

    notices = await until(noticed, what="two interim notices")
    assert any("곰곰이" in text for text in notices)
    assert any("준님, 앞에 1개" in text for text in notices)
    for name in ("철수", "영희", "하나", "두리"):
        await running.say("stuck", "/스자 나도 물어봐도 되나요?", user=name)
    full = await running.answer("stuck", "/스자 여섯째인가요?", user="세찬")
    assert "줄이 꽉 찼어요" in full


@pytest.mark.soak
async def test_a_hanging_model_ends_in_an_apology(running: System) -> None:
    await running.answer("r", "/스자 시작 생물")
    running.model.script(Rule(kind="hang", match="매달린"))
    text = await running.answer("r", "/스자 매달린 질문인가요?", seconds=70)
    assert "제시간에 답하지 못했어요" in text
    assert "질문 0개" in await running.answer("r", "/스자 상태")
