"""Chat rooms as people see them: lines typed on the fake phone, and what the bots say there.

Everything takes the real road: phone → bridge → stream → bot → stream → bridge → phone. Only what kind of
bubble it was is not written in a room; the bridge tells it in its delivery stream.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import aiohttp

from botkit.valkey.clients import Address, blocking_client

REPLIES = "kakao:bot:reply"
DELIVERIES = "kakao:bot:delivery"
TOLD_SECONDS = 5.0
"""How long after a bubble the bridge may tell what it was."""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message of a bot in a room."""

    room: str
    text: str
    type: str


class Rooms:
    """All rooms of a playground, called by their names, and the people in them."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._iris = env["IRIS_URL"]
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10))
        self._blocking = blocking_client(Address("127.0.0.1", int(env["MQ_PORT"])))
        self._ids: dict[tuple[str, str], str] = {}
        self._names: dict[str, str] = {}
        self._types: dict[str, str] = {}
        self._told = "0"
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def __aenter__(self) -> Self:
        try:
            found: Any = await self._blocking.xrevrange(DELIVERIES, count=1)
            self._told = found[0][0].decode() if found else "0"
            self._socket = await self._http.ws_connect(f"{self._iris}/playground/ws")
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._socket:
            await self._socket.close()
        await self._http.close()
        await self._blocking.aclose()

    async def say(self, room: str, person: str, text: str) -> None:
        """Type a line; rooms and people are made when they are first named."""
        place, who = await self._id("rooms", room), await self._id("people", person)
        await self._json("POST", f"/playground/rooms/{place}/lines", {"person": who, "text": text})

    async def bubbles(self) -> AsyncIterator[Bubble]:
        """What the bots say from now on, in every room."""
        if self._socket is None:
            raise RuntimeError("not entered")
        async for message in self._socket:
            row = message.json()
            if row["mine"]:
                yield Bubble(await self._name(row["room"]), row["text"], await self._type(row["log"]))

    async def _type(self, log: str) -> str:
        """Whether a message was interim or an answer."""
        try:
            async with asyncio.timeout(TOLD_SECONDS):
                while log not in self._types:
                    found: Any = await self._blocking.xread({DELIVERIES: self._told}, count=100, block=1000)
                    for entry, told in found[0][1] if found else ():
                        self._told = entry.decode()
                        if b"logId" in told:
                            self._types[told[b"logId"].decode()] = told[b"type"].decode()
        except TimeoutError:  # seen too late to be told of
            return "final"
        return self._types.pop(log)

    async def _id(self, kind: str, name: str) -> str:
        if (kind, name) not in self._ids:
            known = await self._json("GET", f"/playground/{kind}")
            found = next((one for one in known if one["name"] == name), None)
            made = found or await self._json("POST", f"/playground/{kind}", {"name": name})
            self._ids[kind, name] = made["id"]
            self._names[made["id"]] = name
        return self._ids[kind, name]

    async def _name(self, room: str) -> str:
        if room not in self._names:
            self._names |= {one["id"]: one["name"] for one in await self._json("GET", "/playground/rooms")}
        return self._names[room]

    async def _json(self, method: str, path: str, body: Mapping[str, str] | None = None) -> Any:
        async with self._http.request(method, f"{self._iris}{path}", json=body) as response:
            response.raise_for_status()
            return await response.json()
