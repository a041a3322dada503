"""The bot's commands on real stores and a fake Holodex, put together as in `app.py`; only the clock is chosen."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from pydantic import SecretStr

from botkit.chat.errors import UserError
from botkit.chat.message import Player, Reply, Scene
from botkit.service import Connections
from botkit.stream import wire
from hololive_bot.app import Shared, furnish, share
from hololive_bot.broadcasts import Broadcasts
from hololive_bot.commands import grammar
from hololive_bot.desk import Desk
from hololive_bot.holodex import client as holodex_client
from hololive_bot.holodex.client import Client
from hololive_bot.holodex.keys import Keys
from hololive_bot.holodex.pace import Pace
from hololive_bot.holodex.rows import Wanted
from hololive_bot.holodex.shelf import Shelf
from hololive_bot.mentions import is_about
from hololive_bot.official import Official
from hololive_bot.settings import HololiveSettings
from hololive_bot.store import Store
from playground.embedded import Postgres, Valkey
from playground.holodex.broadcast import Broadcast
from playground.holodex.faults import Rule
from playground.holodex.members import load as channels
from playground.holodex.server import Fixed, HolodexServer
from tests.hololive_bot.sources import Clock

MIKO, PEKORA = "UC-hM6YJuNYVAmUWxeIr9FeA", "UC1DCedRgGHBdm81E1llLhOQ"
TWINS, MIYABI = "UCt9H_RpQzhxzlyBxFqrdHqA", "UC6t3-_N8A6ME1JShZHHqOMw"
ROOM = "18293847561928374"
API_KEY = "right"


@dataclass
class Chat:
    """Rooms in front of the handlers, without the streams between."""

    clock: Clock
    server: HolodexServer
    shared: Shared
    broadcasts: Broadcasts
    desk: Desk
    store: Store
    links: Connections
    settings: HololiveSettings
    entries: int = field(default=0)

    def show(self, *shown: Broadcast) -> None:
        """The whole programme from now on."""
        self.server.programme = Fixed(shown)

    def break_holodex(self) -> None:
        """From now on neither Holodex nor the official schedule answers."""
        self.server.script(Rule(kind="status", status=503, times=None))

    async def reply(self, line: str, *, room: str = ROOM) -> list[Reply]:
        """Type a line; what is answered."""
        self.entries += 1
        self.clock.now += 1.5
        entry = f"{int(self.clock() * 1000)}-{self.entries}"
        index = self.shared.directory.index
        words = grammar("!", is_about=lambda text: is_about(text, index))
        parsed = words.parse(line)
        if parsed is None:
            return []
        scene = Scene(room, Player("1", "민지"), self.clock(), entry)
        try:
            if not parsed.form.lane:
                return list(await self.desk.handlers.answers[type(parsed.command)](parsed.command, scene))
            stored, state = await self.store.load(room, entry=entry, epoch="1")
            outcome = await self.desk.handlers.moves[type(parsed.command)](parsed.command, scene, state)
            if outcome.state is not None:
                await self.store.save(
                    room,
                    stored,
                    outcome.state,
                    entry=entry,
                    replies=wire.dump_replies(outcome.replies),
                    epoch="1",
                    finished=None,
                )
            return list(outcome.replies)
        except UserError as error:
            return [Reply(self.shared.say.catalog.error(error))]

    async def say(self, line: str, *, room: str = ROOM) -> str:
        """Type a line; the text of the answer, empty when there is none."""
        return "\n".join(reply.text for reply in await self.reply(line, room=room))


@asynccontextmanager
async def chatting(
    postgres: Postgres, valkey: Valkey, *, asker: Any = None, **settings: object
) -> AsyncIterator[Chat]:
    """Everything but the delivery; `settings` are environment names."""
    read = HololiveSettings.model_validate(
        {
            "DB_SOCKET_PATH": str(postgres.socket_directory),
            "DB_PASSWORD": "x",
            "CACHE_HOST": "127.0.0.1",
            "CACHE_PORT": valkey.port,
            "MQ_HOST": "127.0.0.1",
            "MQ_PORT": valkey.port,
            **settings,
        }
    ).model_copy(update={"http_api_key": SecretStr(API_KEY)})
    clock = Clock()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(HolodexServer(channels(), Fixed(), clock=clock))
        links = await Connections.open(stack, read, name="test", schema="hololive")
        shared = share(read, links)
        broadcasts = await _broadcasts(stack, links, shared, server, clock)
        words = grammar("!", is_about=lambda _: True)
        desk = furnish(read, links, shared, broadcasts, words=words, asker=asker)
        yield Chat(clock, server, shared, broadcasts, desk, Store(shared.rooms), links, read)


async def _broadcasts(
    stack: AsyncExitStack,
    links: Connections,
    shared: Shared,
    server: HolodexServer,
    clock: Clock,
) -> Broadcasts:
    """As `app.read_from`, on the chosen clock."""
    http = await stack.enter_async_context(holodex_client.session("test"))
    client = Client(
        http,
        Keys(("one", "two"), links.cache, clock=clock),
        Pace(links.cache, sleep=clock.sleep, gap=0.0),
        clock=clock,
        random=Random(7),
        base_url=server.base_url,
        sleep=clock.sleep,
    )
    stack.push_async_callback(client.close)
    shelf = Shelf(links.cache)

    def channel_called(name: str) -> str | None:
        found = shared.directory.index.exactly(name)
        return found.channel_id if found else None

    official = Official(http, shelf, talents=channel_called, clock=clock, base_url=server.url)
    return Broadcasts(client, shelf, official, wanted=Wanted(), clock=clock)
