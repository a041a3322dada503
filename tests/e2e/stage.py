"""What can happen to a system while a recorded chat is played: the stage directions of its scripts."""

from collections.abc import Awaitable, Callable

from game_bots.turtlesoup.store import LEDGER as SOUPS
from game_bots.twentyq.store import LEDGER as RIDDLES
from playground.demo_model.faults import Rule
from playground.script import Directions
from tests.e2e.system import System
from tests.e2e.trips import SqlRelay
from tests.support.polling import until

LEDGERS = (RIDDLES, SOUPS)

IMPATIENT = {"GEMINI_TIMEOUT": "3", "GEMINI_MAX_RETRIES": "1"}
"""Settings of a stage on which a silent model is soon given up."""


def directions(system: System, sql: SqlRelay, *, start_llm: Callable[[], Awaitable[object]]) -> Directions:
    """For a system whose bot reaches PostgreSQL through the relay."""

    def model(*rules: Rule) -> Callable[[], Awaitable[None]]:
        async def happens() -> None:
            system.model.script(*rules)

        return happens

    async def llm_leaves() -> None:
        assert system.llm
        await system.llm.kill()

    async def llm_returns() -> None:
        await start_llm()
        await system.well(system.bots[0])

    async def model_returns() -> None:
        system.model.script()
        await llm_leaves()  # it has put the key to rest
        await llm_returns()

    async def archived() -> None:
        async def nothing_waits() -> bool:
            return not any([await system.cache.xlen(ledger) for ledger in LEDGERS])

        await until(nothing_waits, what="the ledgers in PostgreSQL")

    return {
        "AI가 대답하지 않는다": model(Rule(kind="hang")),
        "AI가 엉뚱한 소리를 한다": model(Rule(kind="truncated_json")),
        "AI가 부탁을 물리친다": model(Rule(kind="status", status=400)),
        "AI가 오늘 몫을 다 썼다": model(Rule(kind="status", status=429, quota="PerDay")),
        "AI가 다시 대답한다": model(),
        "AI가 새 몫을 받는다": model_returns,
        "LLM 서버가 멈춘다": llm_leaves,
        "LLM 서버가 돌아온다": llm_returns,
        "PostgreSQL이 멈춘다": sql.stop,
        "PostgreSQL이 돌아온다": sql.start,
        "valkey-cache가 멈춘다": system.cache_proxy.stop,
        "valkey-cache가 돌아온다": system.cache_proxy.restart,
        "장부가 다 적힌다": archived,
    }
