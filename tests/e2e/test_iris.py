"""The recorded games from one end to the other: phone, bridge, stream, bot, model, and back into the room."""

import json
from pathlib import Path

import pytest

from playground.demo_model.engines import DemoEngine
from playground.embedded import Postgres
from playground.iris import phone
from playground.iris.faults import Faults
from playground.iris.server import FakeIris
from tests.e2e.phone import replay, rooms_of, scripts
from tests.e2e.system import System

FAULTS = {
    "a phone in good health": Faults(),
    "a phone with every fault of Iris": Faults(conflated=True, duplicate=True, reorder=True, odd_json=True),
}


@pytest.fixture(scope="module")
def engine() -> DemoEngine:
    """The demo model's knowledge, built once."""
    return DemoEngine()


@pytest.mark.parametrize("faults", list(FAULTS))
async def test_recorded_games_are_played_on_the_phone(
    tmp_path: Path,
    postgres_server: Postgres,
    engine: DemoEngine,
    faults: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(phone, "REORDER_SECONDS", 0.02)
    async with (
        System(tmp_path, postgres_server, engine=engine, proxied=False) as system,
        FakeIris(send_rate_ms=0) as iris,
    ):
        iris.phone.switch(FAULTS[faults])
        puzzles = tmp_path / "puzzles"
        puzzles.mkdir()
        (puzzles / "demo.json").write_text(json.dumps(engine.puzzles(), ensure_ascii=False), "utf-8")
        await system.start_llm(TURTLESOUP_PUZZLES_DIR=str(puzzles))
        await system.start_bot()
        await system.start_bot(module="game_bots.turtlesoup", prefix="TURTLESOUP")
        async with rooms_of(system, iris) as rooms:
            for game in scripts("demo").values():
                await replay(rooms, game)
        said = [line for room in iris.world.rooms for line in iris.world.rows(room)]
        answers = [row for row in said if row["user_id"] == iris.world.bot.id]
        assert len(answers) >= 25
        assert len({row["id"] for row in answers}) == len(answers)
        assert await system.mq.xlen("kakao:bot:reply:dead") == 0
