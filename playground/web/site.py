"""The page's own routes: its files, and what it asks about the system. The rooms are the fake Iris' routes.

GET /                         the page; its files below /static/
GET /page/about               {"demo": does the demo model answer?}
GET /page/commands            [{"bot", "title", "prefix", "commands": [{"usage", "summary"}]}]
GET /page/suggestions         {category: [question]} of the demo model
GET /page/health              [{"name", "title", "status", "weak", "ready", "metrics", "docs"}]
GET /page/ways?log= or ?entry=  the way of a line (see `ways`), null while there is none
WS  /page/deliveries?after=   what becomes of each bubble, behind an entry of the delivery stream (its `id`).
                              Not as server-sent events: all tabs of a browser share six connections to a host
"""

import asyncio
import contextlib
import hashlib
import re
from collections.abc import Awaitable, Callable
from importlib import resources
from typing import Any

from aiohttp import web

from botkit.runtime.tasks import cancel
from botkit.valkey.clients import FAILED
from playground.web.neighbours import Neighbours
from playground.web.trail import Trail

TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

POLICY = (
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing comes from elsewhere and nothing goes there."""

LOG = re.compile(r"\d{1,19}")
ENTRY = re.compile(r"\d{1,19}-\d{1,19}")


class Site:
    """Serves the page."""

    def __init__(self, neighbours: Neighbours, trail: Trail) -> None:
        self._neighbours = neighbours
        self._trail = trail
        self._files = {
            file.name: (file.read_bytes(), TYPES[f".{file.name.rpartition('.')[2]}"])
            for file in (resources.files("playground.web") / "static").iterdir()
        }

    def routes(self) -> list[web.AbstractRouteDef]:
        """To be added to the application of the fake Iris."""
        asked = self._neighbours
        return [
            web.get("/", self._index),
            web.get("/static/{name}", self._static),
            web.get("/page/about", self._about),
            web.get("/page/commands", _answering(asked.commands)),
            web.get("/page/suggestions", _answering(asked.suggestions)),
            web.get("/page/health", _answering(asked.health)),
            web.get("/page/ways", self._way),
            web.get("/page/deliveries", self._deliveries),
        ]

    async def _index(self, request: web.Request) -> web.Response:
        return self._file(request, "index.html")

    async def _static(self, request: web.Request) -> web.Response:
        return self._file(request, request.match_info["name"])

    def _file(self, request: web.Request, name: str) -> web.Response:
        if name not in self._files:
            raise web.HTTPNotFound
        data, kind = self._files[name]
        tag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        headers = {
            "ETag": tag,
            "Cache-Control": "no-cache",
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=data, content_type=kind, charset="utf-8", headers=headers)

    async def _about(self, _request: web.Request) -> web.Response:
        return web.json_response({"demo": self._neighbours.is_demo})

    async def _way(self, request: web.Request) -> web.Response:
        log, entry = request.query.get("log", ""), request.query.get("entry", "")
        if not (LOG.fullmatch(log) or ENTRY.fullmatch(entry)):
            raise ValueError("a log id or the id of an entry is wanted")
        try:
            found = await (self._trail.of_line(log) if log else self._trail.of_reply(entry))
        except FAILED as error:
            return web.json_response({"error": f"valkey-mq: {type(error).__name__}"}, status=503)
        return web.json_response(found)

    async def _deliveries(self, request: web.Request) -> web.StreamResponse:
        after = request.query.get("after", "0")
        if not ENTRY.fullmatch(after):
            after = "0"
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        telling = asyncio.create_task(self._tell(socket, after))
        try:
            async for _ in socket:
                pass
        finally:
            await cancel({telling})
        return socket

    async def _tell(self, socket: web.WebSocketResponse, after: str) -> None:
        with contextlib.suppress(ConnectionError):
            async for entry, told in self._trail.deliveries(after):
                await socket.send_json({"id": entry} | told)


def _answering(ask: Callable[[], Awaitable[Any]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A route that tells what a question brings."""

    async def handler(_request: web.Request) -> web.Response:
        return web.json_response(await ask())

    return handler
