"""Every command and every refusal of the games as a recorded chat, typed on the phone and read there again."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from botkit.chat.errors import UserError
from game_bots.turtlesoup.messages import Say as SoupSay
from game_bots.twentyq.messages import Say
from playground.demo_model.server import Engine
from playground.embedded import Postgres
from playground.iris.server import FakeIris
from playground.processes import Child
from playground.script import Unexpected
from tests.e2e import soups
from tests.e2e.phone import replay, rooms_of, scripts
from tests.e2e.stage import IMPATIENT, directions
from tests.e2e.system import System
from tests.e2e.trips import SqlRelay
from tests.support.engine import EchoEngine
from tests.support.http import get
from tests.support.soup_engine import SoupEngine

NOBODY_CAN_PLAY = {
    "nothing_left": "the LLM server has always something; its tests take it away: tests/botkit/llm/test_llm.py",
    "line_expired": "takes two minutes: tests/botkit/stream/test_delivery.py",
    "not_idle": "only an operator's clean-up by HTTP meets it: tests/e2e/test_api.py",
}
"""Refusals that no script shows, and where they are shown."""


@dataclass(frozen=True)
class Game:
    """How a game is served, and what it refuses."""

    prefix: str
    engine: Callable[[], Engine]
    start_llm: Callable[[System], Awaitable[Child]]
    serve: Callable[..., Awaitable[Child]]
    errors: tuple[type[UserError], ...]


async def serve_twentyq(system: System, **changes: str) -> Child:
    """Start the LLM server and the bot."""
    await system.start_llm()
    changes["TWENTYQ_EXCHANGE_RATE_API_URL"] = "http://127.0.0.1:1/rate"
    bot = await system.start_bot(wait=True, module="game_bots.twentyq", prefix="TWENTYQ", **changes)
    await system.well(bot)
    return bot


GAMES = {
    "twentyq": Game("TWENTYQ", EchoEngine, System.start_llm, serve_twentyq, Say.errors),
    "turtlesoup": Game("TURTLESOUP", SoupEngine, soups.start_llm, soups.serve, SoupSay.errors),
}


@pytest.mark.parametrize("name", GAMES)
async def test_recorded_chats_go_as_recorded_and_show_every_refusal(
    tmp_path: Path, postgres_server: Postgres, name: str
) -> None:
    game = GAMES[name]
    async with SqlRelay(postgres_server) as sql, FakeIris(send_rate_ms=0) as iris:
        settings = {
            f"{game.prefix}_ACCESS_ENABLED": "true",
            f"{game.prefix}_BLOCKED_USER_IDS": iris.world.add_person("말썽꾼").id,
            f"{game.prefix}_BLOCKED_CHAT_IDS": iris.world.add_room("막힌 방").id,
            "DB_SOCKET_PATH": str(sql.directory),
            **IMPATIENT,
        }
        async with System(
            tmp_path, postgres_server, engine=game.engine(), proxied=True, **settings
        ) as system:
            bot = await game.serve(system, ADMIN_USER_IDS=iris.world.add_person("운영자").id)
            stage = directions(system, sql, start_llm=partial(game.start_llm, system))
            async with rooms_of(system, iris) as rooms:
                for title, script in scripts(name).items():
                    try:
                        assert await replay(rooms, script, directions=stage)
                    except Unexpected as error:
                        pytest.fail(f"{title}.script, {error}")
            figures = (await get(soups.port_of(bot), "/metrics")).text
    shown = set(re.findall(r'bot_lines_done_total\{result="(\w+)"\}', figures))
    missing = {error.code for error in game.errors} - shown - NOBODY_CAN_PLAY.keys()
    assert not missing, sorted(missing)
