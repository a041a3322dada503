"""A fake Holodex with a clock of its own and everything that reads it, as `app.py` would put it together."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from hololive_bot.broadcasts import Broadcasts
from hololive_bot.holodex import client as holodex_client
from hololive_bot.holodex.client import Client
from hololive_bot.holodex.keys import Keys
from hololive_bot.holodex.pace import Pace
from hololive_bot.holodex.rows import Wanted
from hololive_bot.holodex.shelf import Shelf
from hololive_bot.official import Official
from playground.holodex.broadcast import Broadcast
from playground.holodex.members import Channel
from playground.holodex.server import Fixed, HolodexServer
from tests.support.servers import Client as Valkey

NOON = 1_767_236_400.0
"""2026-01-01 12:00 in Seoul."""

MINUTE, HOUR = 60.0, 3600.0

CHANNELS = {
    name: Channel(name, f"{name} Ch.", name.title(), f"名{name}", suborg=suborg)
    for name, suborg in (
        ("miko", "ahololive JP"),
        ("pekora", "ahololive JP"),
        ("marine", "ahololive JP"),
        ("gura", "dEnglish"),
        ("miyabi", "mHOLOSTARS"),
    )
}


@dataclass
class Clock:
    """A clock that stands until it is moved; sleeping moves it."""

    now: float = NOON
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Sources:
    """One process's view."""

    server: HolodexServer
    clock: Clock
    client: Client
    official: Official
    broadcasts: Broadcasts
    keys: Keys

    def show(self, *shown: Broadcast) -> None:
        """The whole programme from now on."""
        self.server.programme = Fixed(shown)


def stream(
    video: str = "v1",
    channel: str = "miko",
    *,
    planned: float | None = NOON + HOUR,
    title: str = "title",
    **more: object,
) -> Broadcast:
    """A broadcast that has been announced long ago."""
    values = {"shown": 0.0, **more}
    return Broadcast(id=video, channel=channel, title=title, planned=planned, **values)  # type: ignore[arg-type]


@asynccontextmanager
async def sources(
    cache: Valkey,
    *,
    keys: Sequence[str] = ("one", "two"),
    clock: Clock | None = None,
    holostars: bool = False,
    gap: float = 0.0,
) -> AsyncIterator[Sources]:
    """A server and one reader of it."""
    clock = clock or Clock()
    server = HolodexServer(CHANNELS, Fixed(), clock=clock)
    await server.start()
    http = holodex_client.session("test")
    key_ring = Keys(keys, cache, clock=clock)
    pace = Pace(cache, sleep=clock.sleep, gap=gap)
    client = Client(
        http, key_ring, pace, clock=clock, random=Random(7), base_url=server.base_url, sleep=clock.sleep
    )
    shelf = Shelf(cache)
    by_name = {channel.talent: channel.id for channel in CHANNELS.values()}
    official = Official(
        http,
        shelf,
        talents=by_name.get,
        clock=clock,
        base_url=server.url,
        is_left_out=lambda channel: not holostars and channel == "miyabi",
    )
    broadcasts = Broadcasts(client, shelf, official, wanted=Wanted(holostars=holostars), clock=clock)
    try:
        yield Sources(server, clock, client, official, broadcasts, key_ring)
    finally:
        await client.close()
        await http.close()
        await server.stop()
