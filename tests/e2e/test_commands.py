"""Commands around the game, played through every part of the system."""

import json
from typing import Any

from tests.e2e.system import SECRET, System
from tests.support.polling import until

BOSS = "운영자"


async def test_a_chain_answers_every_question_in_one_message(running: System) -> None:
    await running.answer("r", "/스자 시작 생물")
    await running.answer("r", "/스자 살아 있나요?")
    text = await running.answer("r", "/스자 작은가요?, 살아 있나요, 글쎄 뭘까요?, 예쁜가요?")
    assert text.splitlines() == [
        "Q2. 작은가요?",
        "→ 예",
        "건너뜀: 살아 있나요",
        "→ Q1에서 이미 나온 질문이에요. 답은 '예'였어요.",
        "건너뜀: 글쎄 뭘까요?",
        "→ 예/아니오로 답하기 어려운 말이에요. '살아 있나요?'처럼 물어봐 주세요.",
        "Q3. 예쁜가요?",
        "→ 예",
    ]
    text = await running.answer("r", "/스자 if 아니오 하나인가요, 둘인가요, 셋인가요")
    assert text.splitlines()[:2] == ["Q4. 아니오 하나인가요", "→ 아니오"]
    assert text.count("앞 답이 '예'가 아니에요.") == 2
    assert "이미 나온 질문" in await running.answer("r", "/스자 작은가요, 큰가요")
    assert "5개까지만" in await running.answer("r", "/스자 1?, 2?, 3?, 4?, 5?, 6?")
    board = await running.answer("r", "/스자 상태")
    assert "질문 4개" in board
    assert "Q3(연속). 예쁜가요? → 예" in board


async def test_a_question_that_names_the_secret_invites_to_say_so(running: System) -> None:
    await running.answer("r", "/스자 시작 생물")
    text = await running.answer("r", f"/스자 {SECRET}인가요?")
    assert text == f"Q1. {SECRET}인가요?\n→ 예\n혹시 눈치챘나요? '/스자 정답 {SECRET}' 하고 외쳐 주세요!"


async def test_twenty_questions_and_one_guess(running: System) -> None:
    room = "counted"
    assert "질문은 20개까지" in await running.answer(room, "/스자 시작 생물 20")
    for number in range(1, 18):
        text = await running.answer(room, f"/스자 {number}번째 질문인가요?")
        assert ("5개 남았어요" in text) is (number == 15)
    text = await running.answer(room, "/스자 18번째인가요, 19번째인가요, 20번째인가요, 21번째인가요")
    assert "20개를 다 썼어요" in text
    assert text.endswith("외쳐 주세요!")
    assert "20개를 다 썼어요" in await running.answer(room, "/스자 또 있나요?")
    assert "아주 가까워요" in await running.answer(room, "/스자 정답 고래")
    lost = await running.answer(room, "/스자 정답 강아지", user="준")
    assert lost.startswith("준님의 '강아지', 아쉽지만")
    assert f"제가 이겼어요! 정답은 '{SECRET}'" in lost
    assert "열린 판이 없어요" in await running.answer(room, "/스자 상태")

    async def stored() -> str:
        text = await running.answer(room, "/스자 전적")
        return text if "1판" in text else ""

    assert "성공 0% · 포기 0" in await until(stored, what="the lost game in the records")


async def test_records_stand_after_the_game(running: System) -> None:
    room = "records"

    async def ready() -> bool:
        text = await running.answer(room, "/스자 전적")
        assert (
            "아직 끝낸 판이 없어요" in text or "전적을 볼 수 없어요" in text
        )  # the tables come with the bot
        return "아직 끝낸 판이 없어요" in text

    await until(ready, what="the tables")
    assert "끝난 판이 없어요" in await running.answer(room, "/스자 전적 룸 일간")
    await running.answer(room, "/스자 시작 생물", user="민지")
    await running.answer(room, "/스자 살아 있나요?", user="준")
    won = await running.answer(room, f"/스자 정답 {SECRET}", user="민지")
    assert "MVP는 준님! 질문 1개" in won

    async def stored() -> str:
        text = await running.answer(room, "/스자 전적", user="민지")
        return text if "1판" in text else ""

    mine = await until(stored, what="the game in the records")
    assert "민지님 · 1판, 직접 맞힌 판 1개" in mine
    assert "[생물] 1판 · 성공 100%" in mine
    assert "준님 · 1판, 직접 맞힌 판 0개" in await running.answer(room, "/스자 전적 준", user="하나")
    assert "찾지 못했어요" in await running.answer(room, "/스자 전적 누구게")
    assert "1판 · 2명 · 성공 100%" in await running.answer(room, "/스자 전적 룸 주간")
    ranking = await running.answer(room, "/스자 순위")
    assert ranking.splitlines()[1:] == [
        "1. 민지 116점 · 맞힘 1 / 1판 👑 정답왕",
        "2. 준 0점 · 맞힘 0 / 1판 🔍 질문왕",
    ]


async def test_operators_and_nobody_else(system: System) -> None:
    await system.start_llm()
    await system.start_bot(ADMIN_USER_IDS=BOSS, EXCHANGE_RATE_API_URL="http://127.0.0.1:9/none")
    for line in ("/스자 사용량", "/스자 관리자 강제종료", "/스자 관리자 전체삭제"):
        assert "운영자만" in await system.answer("r", line)
    assert "열린 판이 없어요" in await system.answer("r", "/스자 관리자 강제종료", user=BOSS)
    await system.answer("r", "/스자 시작 생물")
    await system.answer("r", "/스자 큰가요?")
    ended = await system.answer("r", "/스자 관리자 강제종료", user=BOSS)
    assert ended.startswith("운영자가 판을 닫았어요.")
    assert SECRET in ended
    await system.answer("r", "/스자 시작 생물")
    assert "지웠어요" in await system.answer("r", "/스자 관리자 전체삭제", user=BOSS)
    assert "열린 판이 없어요" in await system.answer("r", "/스자 상태")
    for line, head in (("사용량", "오늘"), ("usage weekly", "최근 7일"), ("사용량 월간 3.0pro", "최근 30일")):
        report = await system.answer("r", f"/스자 {line}", user=BOSS)
        assert head in report.splitlines()[0]
        assert "1달러 = 1,400원으로 셈했어요" in report
    assert "3.0 Pro" in report
    assert "모르는 가격표" in await system.answer("r", "/스자 사용량 오늘 gpt", user=BOSS)


async def test_who_is_shut_out_is_told_and_a_room_that_is_not_listed_hears_nothing(system: System) -> None:
    await system.start_bot(
        TWENTYQ_ALLOWED_CHAT_IDS="home, shut",
        TWENTYQ_BLOCKED_CHAT_IDS="shut",
        TWENTYQ_BLOCKED_USER_IDS="악당",
    )
    assert await system.answer("shut", "/스자 상태") == "이 방에서는 쓸 수 없어요."
    assert await system.answer("home", "/스자 상태", user="악당") == "악당님은 지금 참여할 수 없어요."
    unheard = await system.say("elsewhere", "/스자 상태")
    assert "열린 판이 없어요" in await system.answer("home", "/스자 상태")
    assert await system.pending() == 0
    assert unheard not in {reply["replyTo"] for reply in await system.finals()}


async def test_which_model_referees(running: System) -> None:
    assert "gemini-3-flash-preview" in await running.answer("r", "/스자 모델")


async def test_one_id_finds_a_line_in_the_logs_of_both_programs(running: System) -> None:
    await running.answer("r", "/스자 시작 생물")
    entry = await running.say("r", "/스자 살아 있나요?")
    await running.answered([entry])

    async def told() -> list[dict[str, Any]]:
        records = [json.loads(line) for name in ("bot1", "llm") for line in running.logs[name]]
        own = [record for record in records if entry in (record.get("entry"), record.get("request_id"))]
        return own if any(record["event"] == "line_ended" for record in own) else []

    records = {record["event"]: record for record in await until(told)}
    assert records["line_ended"]["result"] == "answered"
    assert records["grpc_request"]["method"].endswith("/TwentyQAnswerQuestion")
    assert records["gemini_ended"]["outcome"] == "ok"
    steps = [records[event]["milliseconds"] for event in ("gemini_ended", "grpc_request", "line_ended")]
    assert steps[0] <= steps[1]
    assert all(step >= 0 for step in steps)
    assert "살아" not in str(records)
