"""schemathesis over the bots' OpenAPI documents: what they allow is accepted or refused as they say."""

import asyncio
import sys
import time
from pathlib import Path

import pytest

from playground.embedded import Postgres
from playground.holodex.members import load
from playground.holodex.programme import Daily
from playground.holodex.server import HolodexServer
from playground.processes import Child
from tests.e2e import soups
from tests.e2e.system import System
from tests.support.http import get
from tests.support.polling import until
from tests.support.soup_engine import SoupEngine

CONFIG = Path(__file__).with_name("schemathesis.toml")

length = pytest.mark.parametrize(
    "options",
    [("--max-examples", "2"), pytest.param(("--max-examples", "100"), marks=pytest.mark.soak)],
    ids=["short", "long"],
)


async def documented(system: System, bot: Child, options: tuple[str, ...]) -> None:
    """Nothing that the bot answers contradicts its document."""
    port: int = bot.port  # type: ignore[attr-defined]

    async def well() -> bool:
        return bool((await get(port, "/health/ready")).json["components"]["postgres"]["status"] == "ok")

    await until(well, what="the tables")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"),
        f"http://127.0.0.1:{port}/openapi.json",
        *("--header", "X-API-Key: e2e-key", "--no-color", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()[-20_000:] + system.tail()


@length
async def test_nothing_contradicts_the_document_of_twentyq(system: System, options: tuple[str, ...]) -> None:
    await system.start_llm(MAX_SESSIONS="100000")
    bot = await system.start_bot()
    await system.answer("r", "/스자 시작 생물")
    await documented(system, bot, options)


@length
async def test_nothing_contradicts_the_document_of_turtlesoup(
    tmp_path: Path, postgres_server: Postgres, options: tuple[str, ...]
) -> None:
    async with System(tmp_path, postgres_server, engine=SoupEngine()) as system:
        bot = await soups.serve(system)
        await system.answer("r", "/스프 시작")
        await documented(system, bot, options)


@length
async def test_nothing_contradicts_the_document_of_hololive(system: System, options: tuple[str, ...]) -> None:
    channels = load()
    async with HolodexServer(channels, Daily(channels), clock=time.time) as holodex:
        bot = await system.start_bot(
            module="hololive_bot",
            prefix="HOLOLIVE",
            HOLODEX_API_KEY_1="test",
            HOLODEX_BASE_URL=holodex.base_url,
            HOLOLIVE_SCHEDULE_URL=holodex.url,
        )
        await documented(system, bot, options)
