"""바다거북수프 in a running system: a few puzzles, one of each kind, and a referee that does as it is told."""

import json
from pathlib import Path
from typing import Any

import asyncpg

from playground.embedded import Postgres
from playground.processes import Child
from tests.e2e.system import System
from tests.support.http import Answer, request
from tests.support.polling import until
from tests.support.soup_engine import SECOND_JUDGE

BOSS = "운영자"
KEY = {"X-API-Key": "e2e-key"}
STREAM, GROUP = "kakao:turtle-soup", "turtle-soup-bot-group"


def puzzle(number: int, difficulty: int, category: str = "MYSTERY", **more: Any) -> dict[str, Any]:
    """A preset; its texts are its own, and long enough to be told."""
    return {
        "id": number,
        "title": f"문제 {number}",
        "question": f"{number}번 남자는 맑은 날에도 우산을 펴고 나갔다. 왜 그랬을까요?",
        "answer": f"{number}번 남자는 배우였고 날마다 비 오는 장면을 연습했다. 우산은 소품이었다.",
        "difficulty": difficulty,
        "category": category,
        "hints": [f"{number} 직업을 보세요.", f"{number} 혼자가 아니에요.", f"{number} 누가 보고 있어요."],
        "key_facts": [f"{number} 남자는 배우다.", f"{number} 우산은 소품이다.", f"{number} 연습을 했다."],
        "warning": None,
        **more,
    }


PUZZLES = (
    puzzle(11, 1, "LOGIC"),
    puzzle(12, 1, "LOGIC"),
    puzzle(21, 2, "MYSTERY"),
    puzzle(31, 3, "ABSURD"),
    puzzle(41, 4, "HORROR", warning="죽음을 다룹니다."),
    puzzle(51, 5, "LOGIC"),
)


def written(directory: Path, puzzles: tuple[dict[str, Any], ...]) -> Path:
    """A directory with the puzzles."""
    directory.mkdir(exist_ok=True)
    (directory / "all.json").write_text(json.dumps(puzzles, ensure_ascii=False), "utf-8")
    return directory


async def serve(system: System, puzzles: tuple[dict[str, Any], ...] = PUZZLES, **changes: str) -> Child:
    """Start the LLM server with these puzzles, and the bot; wait until its tables are there, and empty."""
    connection = await connected(system.postgres)
    await connection.execute("DROP SCHEMA IF EXISTS turtlesoup CASCADE")
    await connection.close()
    written(_directory(system), puzzles)
    await start_llm(system)
    bot = await start(system, **changes)
    await until(lambda: _has_tables(system.postgres), what="the ledger's tables")
    return bot


async def start_llm(system: System) -> Child:
    """Start the LLM server with the puzzles that were written."""
    return await system.start_llm(
        TURTLESOUP_PUZZLES_DIR=str(_directory(system)), GEMINI_VERIFY_MODEL=SECOND_JUDGE
    )


def _directory(system: System) -> Path:
    return system.tmp_path / "puzzles"


async def start(system: System, **changes: str) -> Child:
    """Start a bot."""
    settings = {"ADMIN_USER_IDS": BOSS, "TURTLESOUP_EXCHANGE_RATE_API_URL": "http://127.0.0.1:1/rate"}
    return await system.start_bot(
        wait=True, module="game_bots.turtlesoup", prefix="TURTLESOUP", **settings | changes
    )


async def connected(postgres: Postgres) -> asyncpg.Connection:
    """A connection to the bots' database."""
    return await asyncpg.connect(host=str(postgres.socket_directory), user="twentyq_app", database="twentyq")


async def _has_tables(postgres: Postgres) -> bool:
    connection = await connected(postgres)
    try:
        return bool(await connection.fetchval("SELECT to_regclass('turtlesoup.turtle_ratings')"))
    finally:
        await connection.close()


def port_of(bot: Child) -> int:
    """Where a bot serves HTTP."""
    port: int = bot.port  # type: ignore[attr-defined]
    return port


class Api:
    """A bot's routes, called with the key."""

    def __init__(self, bot: Child) -> None:
        self.port = port_of(bot)

    async def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        shown = {name.replace("_", "-"): value for name, value in headers.items()}
        options = {} if body is None else {"json": body}
        return await request(method, self.port, path, KEY | shown, **options)
