"""The phone in front of a system: whoever types there is heard through the bridge, and answered there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playground.iris.server import FakeIris
from playground.room import Rooms
from playground.script import NOBODY, Directions, parse, play
from tests.e2e.system import System

GAMES = Path(__file__).parent / "games"


@asynccontextmanager
async def rooms_of(system: System, iris: FakeIris) -> AsyncIterator[Rooms]:
    """The rooms of a phone, once a bridge follows it."""
    await system.start_bridge(iris.url)
    async with Rooms({"IRIS_URL": iris.url, "MQ_PORT": str(system.mq_server.port)}) as rooms:
        yield rooms


def scripts(directory: str) -> dict[str, str]:
    """The recorded chats of a directory, by name."""
    return {path.stem: path.read_text("utf-8") for path in sorted((GAMES / directory).glob("*.script"))}


async def replay(rooms: Rooms, script: str, *, directions: Directions = NOBODY) -> list[str]:
    """Play a recorded chat; what was said, one line each.

    Raises:
        Unexpected: it went otherwise than recorded.
    """
    said: list[str] = []
    await play(parse(script), rooms, said.append, directions=directions)
    return said
