"""Every command and every refusal of 스무고개 as a recorded chat, typed on the phone and read there again."""

from collections.abc import AsyncIterator

import pytest

from playground.iris.server import FakeIris
from playground.room import Rooms
from tests.e2e.phone import replay, rooms_of, scripts
from tests.e2e.system import System
from tests.support.http import get
from tests.support.polling import until

SCRIPTS = scripts("twentyq")


@pytest.fixture
async def rooms(system: System) -> AsyncIterator[Rooms]:
    """The rooms of a system whose operator is 운영자."""
    async with FakeIris(send_rate_ms=0) as iris:
        operator = iris.world.add_person("운영자").id
        await system.start_llm()
        bot = await system.start_bot(
            ADMIN_USER_IDS=operator, TWENTYQ_EXCHANGE_RATE_API_URL="http://127.0.0.1:1/rate"
        )

        async def tables() -> bool:
            ready = (await get(bot.port, "/health/ready")).json  # type: ignore[attr-defined]
            return bool(ready["status"] == "ok")

        await until(tables, what="the ledger's tables")
        async with rooms_of(system, iris) as made:
            yield made


@pytest.mark.parametrize("name", SCRIPTS)
async def test_a_recorded_chat_goes_as_recorded(rooms: Rooms, name: str) -> None:
    assert await replay(rooms, SCRIPTS[name])
