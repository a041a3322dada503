"""A game from start to end, through every part of the system."""

import asyncpg

from playground.embedded import Postgres
from tests.e2e.system import GROUP, SECRET, STREAM, System
from tests.support.polling import until


async def test_a_game_is_played_and_stands_in_the_database(
    running: System, postgres_server: Postgres
) -> None:
    room = "267947734"
    assert "[생물 · 보통]" in await running.answer(room, "/스자 시작 생물")
    for number in range(1, 11):
        kind = "아니오" if number % 2 else "참"
        text = await running.answer(room, f"/스자 {number}번째 {kind} 질문인가요?", user=f"사람{number % 3}")
        assert text == f"Q{number}. {number}번째 {kind} 질문인가요?\n→ {'아니오' if number % 2 else '예'}"
    assert "이미 나온 질문" in await running.answer(room, "/스자 1번째 아니오 질문인가요")
    assert "조용히 다가오는" in await running.answer(room, "/스자 힌트")
    assert "힌트는 다 썼어요" in await running.answer(room, "/스자 ㅎㅌ")
    assert "예/아니오로 답하기 어려운" in await running.answer(room, "/스자 글쎄 뭘까요?")
    assert "아쉽지만" in await running.answer(room, "/스자 정답 강아지", user="준")
    assert "30초에 한 번" in await running.answer(room, "/스자 정답 개구리", user="준")
    assert "아주 가까워요" in await running.answer(room, "/스자 정답 고래", user="소라")
    board = await running.answer(room, "/스자 상태")
    assert "질문 10개" in board
    assert "빗나간 정답: 강아지, 고래" in board
    won = await running.answer(room, f"/스자 정답은 {SECRET}!", user="하나")
    assert "하나님이 맞혔어요" in won
    assert SECRET in won
    assert "열린 판이 없어요" in await running.answer(room, "/스자 상태")

    connection = await asyncpg.connect(
        host=str(postgres_server.socket_directory), user="twentyq_app", database="twentyq"
    )
    try:

        async def stored() -> asyncpg.Record | None:
            found: asyncpg.Record | None = await connection.fetchrow(
                "SELECT * FROM twentyq.game_sessions WHERE chat_id = $1 ORDER BY id DESC LIMIT 1", room
            )
            return found

        game = await until(stored, what="the game in PostgreSQL")
        assert game is not None
        assert (game["target"], game["result"], game["winner_id"]) == (SECRET, "CORRECT", "하나")
        assert (game["question_count"], game["hint_count"], game["wrong_guess_count"]) == (10, 1, 2)
        transcript = await connection.fetch(
            "SELECT kind, text FROM twentyq.game_transcript WHERE session_id = $1 ORDER BY seq",
            game["session_id"],
        )
        assert [row["kind"] for row in transcript] == ["question"] * 10 + ["hint", "guess", "guess"]
    finally:
        await connection.close()
    assert await running.pending() == 0
    assert len(await running.mq.xinfo_groups(STREAM)) == 1
    assert (await running.mq.xinfo_groups(STREAM))[0]["name"] == GROUP.encode()


async def test_the_answer_goes_over_the_unix_socket_to_the_model(running: System) -> None:
    await running.answer("r", "/스자 시작 생물")
    await running.answer("r", "/스자 살아 있나요?")
    request = running.model.requests[-1]
    assert request.path == "/v1beta/models/gemini-3-flash-preview:generateContent"
    assert "google-genai-sdk" in request.headers["x-goog-api-client"]
    assert "<question>살아 있나요?</question>" in str(request.body)
    assert SECRET in str(request.body["systemInstruction"])
    running.llm.check() if running.llm else None


async def test_giving_up_takes_a_vote(running: System) -> None:
    await running.answer("r", "/스자 시작 생물", user="민지")
    await running.answer("r", "/스자 큰가요?", user="준")
    assert "(1/2)" in await running.answer("r", "/스자 포기", user="민지")
    assert "벌써 골랐어요" in await running.answer("r", "/스자 동의", user="민지")
    assert "투표가 열릴 때 함께하던" in await running.answer("r", "/스자 동의", user="새 사람")
    ended = await running.answer("r", "/스자 동의", user="준")
    assert SECRET in ended
    assert "열린 판이 없어요" in await running.answer("r", "/스자 큰가요?")


async def test_a_room_that_has_played_every_secret_plays_on(running: System) -> None:
    for _ in range(9):  # seven secrets are known
        started = await running.answer("r", "/스자 시작")
        assert "하나를 떠올렸어요" in started
        assert "여기까지" in await running.answer("r", "/스자 포기")
