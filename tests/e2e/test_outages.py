"""What a room hears while something is away, and that nothing restarts because of it."""

from playground.demo_model.faults import Rule
from tests.e2e.system import System
from tests.support.http import get
from tests.support.polling import until


async def test_without_a_google_key_the_ai_rests_and_everything_lives(system: System) -> None:
    llm = await system.start_llm(GOOGLE_API_KEY="", GOOGLE_API_KEYS="")
    bot = await system.start_bot()
    ready = await get(system.llm_port, "/health/ready")
    assert ready.status == 503
    assert ready.json["status"] == "degraded"
    assert ready.json["components"]["gemini"]["detail"]["api_key_present"] is False
    assert "GOOGLE_API_KEY" in str(ready.json["components"]["gemini"])
    assert (await get(system.llm_port, "/health")).status == 200
    assert "[생물 ·" in await system.answer("r", "/스자 시작 생물")  # topics need no model
    assert "AI가 잠깐 쉬고" in await system.answer("r", "/스자 살아 있나요?")
    assert "AI가 잠깐 쉬고" in await system.answer("r", "/스자 힌트")
    assert "AI가 잠깐 쉬고" in await system.answer("r", "/스자 정답 강아지")
    assert "힌트 1개 남음" in await system.answer("r", "/스자 상태")
    assert "맞혔어요" in await system.answer("r", "/스자 정답 고양이")
    llm.check()
    bot.check()


async def test_without_the_llm_server_the_bot_says_so_and_stays_up(system: System) -> None:
    bot = await system.start_bot()
    assert "AI가 잠깐 쉬고" in await system.answer("r", "/스자 시작 생물")
    assert "스무고개. 모든 말은" in await system.answer("r", "/스자")
    ready = await get(bot.port, "/health/ready")  # type: ignore[attr-defined]
    assert ready.status == 200
    assert ready.json["status"] == "degraded"
    assert ready.json["components"]["llm_server"]["status"] == "down"
    await system.start_llm()

    async def well_again() -> bool:
        return "[생물 ·" in await system.answer("r2", "/스자 시작 생물")

    await until(well_again)


async def test_a_bot_without_its_stores_is_alive_but_not_ready(running: System) -> None:
    bot = running.bots[0]
    port = bot.port  # type: ignore[attr-defined]
    await running.cache_server.child.kill()
    await running.mq_server.child.kill()

    async def not_ready() -> bool:
        return (await get(port, "/health/ready")).status == 503

    await until(not_ready)
    body = (await get(port, "/health/ready")).json
    assert {body["components"][name]["status"] for name in ("valkey_cache", "valkey_mq")} == {"down"}
    assert (await get(port, "/health")).status == 200
    await running.mq_server.start()
    await running.cache_server.start()
    assert "[생물 ·" in await running.answer("r", "/스자 시작 생물")
    bot.check()


async def test_every_failure_of_the_model_has_its_text_and_counts_nothing(running: System) -> None:
    await running.answer("r", "/스자 시작 생물")
    texts = {
        "broken": (Rule(kind="truncated_json", match="broken"), "알아들을 수 없었어요"),
        "outside": (Rule(kind="outside_enum", match="outside"), "알아들을 수 없었어요"),
        "denied": (Rule(kind="status", status=400, match="denied"), "문제가 생겼어요"),
        # the last: from here on the key rests for the day
        "busy": (Rule(kind="status", status=429, quota="PerDay", match="busy"), "부탁이 너무 몰렸어요"),
    }
    running.model.script(*(rule for rule, _ in texts.values()))
    for word, (_, said) in texts.items():
        text = await running.answer("r", f"/스자 {word} 질문인가요?")
        assert said in text, word
    assert "질문 0개" in await running.answer("r", "/스자 상태")
