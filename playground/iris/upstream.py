"""Iris' own routes, with its traps: string ids, unknown keys refused, success said when a post is queued."""

import asyncio
import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from playground.iris.phone import Outgoing, Phone
from playground.iris.world import Refused

LONG = 2**63
SETTINGS: dict[str, tuple[str, str, Callable[[str], Any]]] = {
    "endpoint": ("endpoint", "web_server_endpoint", str),
    "botname": ("botname", "bot_name", str),
    "dbrate": ("rate", "db_polling_rate", int),
    "sendrate": ("rate", "message_send_rate", int),
    "botport": ("port", "bot_http_port", int),
}
"""`POST /config/<name>`: the key in its body, what it sets, and its kind."""


class ReplyRequest(BaseModel):
    """The body of `POST /reply`; Iris refuses keys that it does not know."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    type: str = "text"
    room: str
    data: str | list[str]
    threadId: str | None = None  # noqa: N815 - the name is Iris'


class QueryRequest(BaseModel):
    """The body of `POST /query`."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    query: str
    bind: list[str] | None = None


class Upstream:
    """The routes of upstream Iris."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone

    def routes(self) -> list[web.AbstractRouteDef]:
        """To be added to an application."""
        return [
            web.get("/config", self._config),
            web.post("/config/{name}", self._configure),
            web.post("/reply", self._reply),
            web.post("/query", self._query),
            web.get("/ws", self._listen),
            web.get("/dashboard/status", self._status),
        ]

    async def _config(self, _request: web.Request) -> web.Response:
        self._there()
        return web.json_response(asdict(self._phone.config))

    async def _configure(self, request: web.Request) -> web.Response:
        self._there()
        if request.match_info["name"] not in SETTINGS:
            return _failure("unknown setting")
        key, attribute, kind = SETTINGS[request.match_info["name"]]
        try:
            setattr(self._phone.config, attribute, kind((await request.json())[key]))
        except (ValueError, KeyError, TypeError) as error:
            return _failure(f"{type(error).__name__}: {error}")
        return web.json_response({"success": True, "message": "success"})

    async def _reply(self, request: web.Request) -> web.Response:
        self._there()
        if self._phone.faults.spend("fail_replies"):
            return _failure("a scripted failure")
        try:
            messages = _messages(ReplyRequest.model_validate_json(await request.read()))
        except ValidationError as error:
            return _failure(error.errors(include_input=False)[0]["msg"])
        except (ValueError, Refused) as error:
            return _failure(str(error))
        for message in messages:
            self._phone.enqueue(message)
        return web.json_response({"success": True, "message": "success"})

    async def _query(self, request: web.Request) -> web.Response:
        self._there()
        if self._phone.faults.spend("fail_queries"):
            return _failure("a scripted failure")
        try:
            asked = QueryRequest.model_validate_json(await request.read())
            return web.json_response({"data": self._phone.world.query(asked.query, asked.bind or [])})
        except ValidationError as error:
            return _failure(error.errors(include_input=False)[0]["msg"])
        except Refused as error:
            return _failure(str(error))

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        self._there()
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        frames: asyncio.Queue[str | None] = asyncio.Queue()
        self._phone.listeners.add(frames)
        sending = asyncio.create_task(_send(socket, frames))
        try:
            async for _ in socket:  # Iris listens to nobody
                pass
        finally:
            self._phone.listeners.discard(frames)
            sending.cancel()
        return socket

    async def _status(self, _request: web.Request) -> web.Response:
        self._there()
        return web.json_response(self._phone.status())

    def _there(self) -> None:
        """While Iris restarts nobody answers."""
        if self._phone.away:
            raise ConnectionResetError


async def _send(socket: web.WebSocketResponse, frames: asyncio.Queue[str | None]) -> None:
    while (frame := await frames.get()) is not None:
        await socket.send_str(frame)
    await socket.close()


def _messages(asked: ReplyRequest) -> list[Outgoing]:
    """What is to be sent.

    Raises:
        Refused, ValueError: Iris would fail on it.
    """
    room = str(_long(asked.room))
    thread = str(_long(asked.threadId)) if asked.threadId is not None else ""
    match asked.type, asked.data:
        case "text", str(text):
            return [Outgoing(room, text, thread)]
        case "image", str(data):  # sharing an image knows no threads
            return [Outgoing(room, "", "", _bytes(data))]
        case "image_multiple", list(data):
            return [Outgoing(room, "", "", _bytes(one)) for one in data]
    raise Refused(f"type {asked.type} with data of the wrong kind")


def _bytes(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise Refused(str(error)) from None


def _long(value: str) -> int:
    number = int(value)
    if not -LONG <= number < LONG:
        raise Refused(f'For input string: "{value}"')
    return number


def _failure(message: str) -> web.Response:
    return web.json_response({"status": False, "message": message}, status=500, dumps=json.dumps)


@web.middleware
async def vanish(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
    """A connection to a phone that is away breaks without an answer."""
    try:
        found: web.StreamResponse = await handler(request)
    except ConnectionResetError:
        if request.transport:
            request.transport.abort()
        return web.Response(status=500)
    return found
