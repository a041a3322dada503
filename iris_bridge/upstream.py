"""Upstream Iris over HTTP and WebSocket, as it is: no login, no replay, success said too early."""

import base64
import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from socket import AddressFamily
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from iris_bridge.addresses import is_public
from iris_bridge.events import BadEvent, Event, event, pushed, readable
from iris_bridge.iris import Config, Feed, IrisAway, Page, Refused, Unsure
from iris_bridge.replies import Message

SECONDS = 5.0
"""For one request."""

HEARTBEAT = 10.0
"""Seconds between two pings of the WebSocket."""

JSON = {"Content-Type": "application/json"}
LARGEST_FRAME = 16 * 1024 * 1024
PAGE = 200
NEWEST = "SELECT _id FROM chat_logs ORDER BY _id DESC LIMIT 1"
ROWS = "SELECT * FROM chat_logs WHERE _id > ? ORDER BY _id LIMIT 200"
ROWS_OF_ROOM = "SELECT * FROM chat_logs WHERE chat_id = ? AND _id > ? ORDER BY _id LIMIT 200"
NAME = (
    "SELECT nickname AS name, enc FROM db2.open_chat_member WHERE user_id = ? "
    "UNION ALL SELECT name, enc FROM db2.friends WHERE id = ? LIMIT 1"
)


class PrivateResolver(AbstractResolver):
    """Finds the addresses of a name and leaves out those that the internet can reach."""

    def __init__(self) -> None:
        self._inner = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The private addresses of `host`.

        Raises:
            OSError: it has none.
        """
        found = [
            entry for entry in await self._inner.resolve(host, port, family) if not is_public(entry["host"])
        ]
        if not found:
            raise OSError(f"{host} has public addresses only")
        return found

    async def close(self) -> None:
        """Let go of what the inner one holds."""
        await self._inner.close()


class Upstream:
    """Upstream Iris; new rows come over its WebSocket."""

    ordered = True

    def __init__(self, url: str, *, allow_public: bool = False) -> None:
        self._url = url
        # Each request has a connection of its own: one that Iris closed while it was idle would leave it open
        # whether the request arrived.
        connector = aiohttp.TCPConnector(
            force_close=True, resolver=None if allow_public else PrivateResolver()
        )
        self._http = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(SECONDS, sock_connect=SECONDS / 2),
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._http.close()

    @asynccontextmanager
    async def feed(self) -> AsyncIterator[Feed]:
        """Be pushed new rows over the WebSocket.

        Raises:
            IrisAway: it cannot be connected to.
        """
        try:
            socket = await self._http.ws_connect(
                f"{self._url}/ws", heartbeat=HEARTBEAT, max_msg_size=LARGEST_FRAME
            )
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise IrisAway(f"no WebSocket: {type(error).__name__}") from None
        async with socket:
            yield _Frames(socket)

    async def config(self) -> Config:
        """Who our account is, and how fast Iris sends."""
        found = await self._ask("GET", "/config")
        rate, bot = found.get("message_send_rate"), found.get("bot_id")
        known = isinstance(rate, int) and rate >= 0
        return Config(str(bot) if bot else "", rate if known and isinstance(rate, int) else 50)

    async def newest(self) -> int:
        """The newest row's number, 0 when there is none."""
        found = await self._query(NEWEST)
        try:
            return int(found[0]["_id"]) if found else 0
        except (KeyError, TypeError, ValueError):
            raise IrisAway("its newest row has no number") from None

    async def rows(self, after: int, *, room: str = "") -> Page:
        """The rows behind `after`, of all rooms or of one."""
        found = await (self._query(ROWS_OF_ROOM, room, str(after)) if room else self._query(ROWS, str(after)))
        events: list[Event] = []
        last = after
        for row in found:
            try:
                events.append(event(row))
                last = events[-1].row
            except BadEvent:
                last = max(last, _row_number(row))
        return Page(tuple(events), last, len(found) - len(events), len(found) == PAGE and last > after)

    async def name(self, user: str) -> str:
        """A person's nickname, blank when it is not known."""
        found = await self._query(NAME, user, user)
        return readable(found[0].get("name")) if found else ""

    async def post(self, message: Message, *, image: bytes | None = None) -> None:
        """Have a message sent, with the fields that every build of Iris knows and no other.

        Raises:
            IrisAway, Refused, Unsure: what happened to it.
        """
        body = {"type": "text", "room": message.chat, "data": message.text}
        if image is not None:
            body |= {"type": "image", "data": base64.b64encode(image).decode()}
        elif message.thread:
            body |= {"threadId": message.thread}
        try:
            async with self._http.post(
                f"{self._url}/reply", data=_json(body), headers=JSON, allow_redirects=False
            ) as response:
                said = await response.text(errors="replace")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise IrisAway(f"/reply: {type(error).__name__}") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Unsure(type(error).__name__) from None
        if response.status != 200 or _object(said).get("success") is not True:
            raise Refused(f"status {response.status}: {_object(said).get('message', '')}"[:200])

    async def _query(self, statement: str, *bind: str) -> list[Mapping[str, Any]]:
        found = (await self._ask("POST", "/query", {"query": statement, "bind": bind})).get("data")
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise IrisAway("/query: no rows in the answer")
        return found

    async def _ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        try:
            async with self._http.request(
                method, f"{self._url}{path}", json=body, allow_redirects=False
            ) as response:
                said = await response.text(errors="replace")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise IrisAway(f"{path}: {type(error).__name__}") from None
        if response.status != 200:
            raise IrisAway(f"{path}: status {response.status}")
        return _object(said)


class _Frames:
    """The WebSocket as a feed."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def next(self) -> Event | BadEvent:
        message = await self._socket.receive()
        if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            try:
                return pushed(message.data)
            except BadEvent as error:
                return error
        raise IrisAway("the WebSocket has ended")


def _json(body: Mapping[str, str]) -> io.BytesIO:
    """As a file: a picture is too large to be written in one piece."""
    return io.BytesIO(json.dumps(body, ensure_ascii=False).encode())


def _row_number(row: Mapping[str, Any]) -> int:
    try:
        return int(row["_id"])
    except (KeyError, TypeError, ValueError):
        return 0


def _object(said: str) -> dict[str, Any]:
    try:
        found = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
