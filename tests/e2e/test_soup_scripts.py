"""Every command and every refusal of 바다거북수프 as a recorded chat, typed on the phone and read there again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.embedded import Postgres
from playground.iris.server import FakeIris
from playground.room import Rooms
from playground.script import Unexpected, parse, play
from tests.e2e import soups
from tests.e2e.system import System
from tests.support.soup_engine import SoupEngine

SCRIPTS = sorted((Path(__file__).parent / "games" / "turtlesoup").glob("*.script"))


@pytest.fixture
async def rooms(tmp_path: Path, postgres_server: Postgres) -> AsyncIterator[Rooms]:
    """The rooms of a system whose operator is 운영자."""
    async with (
        System(tmp_path, postgres_server, engine=SoupEngine()) as system,
        FakeIris(send_rate_ms=0) as iris,
    ):
        await soups.serve(system, ADMIN_USER_IDS=iris.world.add_person("운영자").id)
        await system.start_bridge(iris.url)
        async with Rooms({"IRIS_URL": iris.url, "MQ_PORT": str(system.mq_server.port)}) as made:
            yield made


async def test_recorded_chats_go_as_recorded(rooms: Rooms) -> None:
    wrong: dict[str, str] = {}
    for path in SCRIPTS:
        said: list[str] = []
        try:
            await play(parse(path.read_text("utf-8")), rooms, said.append)
        except Unexpected as error:
            wrong[path.stem] = str(error)
        assert said, path.stem
    assert wrong == {}
