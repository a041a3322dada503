"""Every command and every refusal as a recorded chat, typed on the phone and read there again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.iris.server import FakeIris
from playground.room import Rooms
from playground.script import parse, play
from tests.e2e.system import System
from tests.support.http import get
from tests.support.polling import until

GAMES = Path(__file__).parent / "games" / "twentyq"
SCRIPTS = {path.stem: path.read_text("utf-8") for path in GAMES.glob("*.script")}


@pytest.fixture
async def rooms(system: System) -> AsyncIterator[Rooms]:
    """The rooms of a system whose operator is 운영자."""
    async with FakeIris(send_rate_ms=0) as iris:
        operator = iris.world.add_person("운영자").id
        await system.start_llm()
        bot = await system.start_bot(
            ADMIN_USER_IDS=operator, TWENTYQ_EXCHANGE_RATE_API_URL="http://127.0.0.1:1/rate"
        )
        await system.start_bridge(iris.url)

        async def tables() -> bool:
            ready = (await get(bot.port, "/health/ready")).json  # type: ignore[attr-defined]
            return bool(ready["status"] == "ok")

        await until(tables, what="the ledger's tables")
        async with Rooms({"IRIS_URL": iris.url, "MQ_PORT": str(system.mq_server.port)}) as made:
            yield made


@pytest.mark.parametrize("name", sorted(SCRIPTS))
async def test_a_recorded_chat_goes_as_recorded(rooms: Rooms, name: str) -> None:
    said: list[str] = []
    await play(parse(SCRIPTS[name]), rooms, said.append)
    assert said
