"""The fake Iris as a server: Iris' routes for the bridge, the playground's for whoever plays the people.

Iris' routes are those of upstream: `GET /config`, `POST /config/{endpoint,botname,dbrate,sendrate,botport}`,
`POST /reply`, `POST /query` (the bridge's statements only), `WS /ws`, `GET /dashboard/status`, and the
webhook (`web_server_endpoint`). Everything is kept in memory.

The playground's routes speak JSON; bodies need `Content-Type: application/json`. Ids are strings. Errors are
`{"error": "…"}` with 404 (no such room, person or image) or 422.

    GET  /playground/rooms                  [{"id", "name", "people": [{"id", "name"}]}]
    POST /playground/rooms                  {"name"} → 201, the room
    GET  /playground/people                 [{"id", "name"}]
    POST /playground/people                 {"name"} → 201, the person
    POST /playground/rooms/{room}/people    {"person"} → the room; typing a line enters it, too
    POST /playground/rooms/{room}/lines     {"person", "text", "thread"?} → 201, the row; 202 and null
                                            while KakaoTalk is dead: it arrives later
    GET  /playground/rooms/{room}/rows      ?after=ROW → the rows behind that one, oldest first
    GET  /playground/images/{row}           the bytes of a picture
    WS   /playground/ws                     ?after=ROW → every row behind that one, of all rooms, then each
                                            new one as it comes; without `after` only new ones
    GET  /playground/faults                 every switch of `faults.Faults` and how it stands
    PUT  /playground/faults                 the same; what is left out is off
    POST /playground/restart                {"seconds"?} → 202; connections and the send queue are lost,
                                            the log stays, nobody answers Iris' routes for so long
    POST /playground/history                {"room", "person", "texts"} → KakaoTalk syncs old messages

A row is `{"row", "log", "room", "person", "name", "mine", "text", "thread", "at", "image"}`: `row` grows by
one with each, over all rooms; `log` is KakaoTalk's id and names a message as the beginning of a thread;
`mine` is true for what the bots said; `at` is in seconds; `image` is null or the path of a picture, and
`text` then 사진.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Self

from aiohttp import web

from botkit.runtime.tasks import cancel
from playground.iris.page import Page, refuse
from playground.iris.phone import Config, Phone
from playground.iris.upstream import Upstream, vanish
from playground.iris.world import World

LARGEST_BODY = 32 * 1024 * 1024


class FakeIris:
    """`async with FakeIris() as iris:` listens on 127.0.0.1; `iris.url` is for the bridge and the page."""

    def __init__(
        self,
        *,
        bot_name: str = "Iris",
        send_rate_ms: int = 50,
        endpoint: str = "",
        port: int = 0,
        clock: Callable[[], float] = time.time,
        more: Iterable[web.AbstractRouteDef] = (),
    ) -> None:
        """`more` routes are served beside ours, port 0 takes a free one."""
        self.world = World(bot_name=bot_name, clock=clock)
        config = Config(
            bot_name,
            int(self.world.bot.id),
            web_server_endpoint=endpoint,
            message_send_rate=send_rate_ms,
        )
        self.phone = Phone(self.world, config)
        self._more = list(more)
        self._port = port
        self._runner: web.AppRunner | None = None
        self._running: asyncio.Task[None] | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, host: str = "127.0.0.1") -> None:
        """Listen, and send what is asked for."""
        app = web.Application(client_max_size=LARGEST_BODY, middlewares=[vanish, refuse])
        app.add_routes([*Upstream(self.phone).routes(), *Page(self.phone).routes(), *self._more])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, self._port).start()
        bound = self._runner.addresses[0]
        self._port = bound[1]
        self.phone.config.bot_http_port = self._port
        self.url = f"http://{bound[0]}:{self._port}"
        self._running = asyncio.create_task(self.phone.run())

    async def stop(self) -> None:
        """Close; the rooms and their log stay, and `start` listens on the same port again."""
        if self._running:
            await cancel({self._running})
        if self._runner:
            await self._runner.cleanup()
