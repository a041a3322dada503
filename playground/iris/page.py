"""The playground's own routes: what a chat page, a terminal or a test needs of the phone. See `server`."""

import asyncio
import contextlib
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from playground.iris.faults import Faults
from playground.iris.phone import Phone
from playground.iris.world import PHOTO, Person, Refused, Room, Row

OLD_SECONDS = 3600.0
NO_ROW = 404
MANY = 1000


class Named(BaseModel):
    """A new room or person."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=50)


class Entry(BaseModel):
    """Somebody enters a room."""

    model_config = ConfigDict(extra="forbid")
    person: str


class Line(BaseModel):
    """A line that somebody types; in a thread when `thread` is the log id of its first message."""

    model_config = ConfigDict(extra="forbid")
    person: str
    text: str = Field(min_length=1, max_length=20_000)
    thread: str = Field("", pattern=r"^[0-9]{0,18}$|^[1-8][0-9]{18}$")  # within 64 bits


class Restart(BaseModel):
    """Iris restarts."""

    model_config = ConfigDict(extra="forbid")
    seconds: float = Field(0.5, ge=0, le=60)


class History(BaseModel):
    """KakaoTalk syncs old messages into a room."""

    model_config = ConfigDict(extra="forbid")
    room: str
    person: str
    texts: list[str] = Field(min_length=1, max_length=MANY)


class Page:
    """The routes below `/playground`."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._world = phone.world
        self._watching: set[asyncio.Queue[Row]] = set()
        self._restarts: set[asyncio.Task[None]] = set()
        self._world.listeners.append(self._on_row)

    def routes(self) -> list[web.AbstractRouteDef]:
        """To be added to an application."""
        return [
            web.get("/playground/rooms", self._rooms),
            web.post("/playground/rooms", self._new_room),
            web.get("/playground/people", self._people),
            web.post("/playground/people", self._new_person),
            web.post("/playground/rooms/{room}/people", self._join),
            web.post("/playground/rooms/{room}/lines", self._say),
            web.get("/playground/rooms/{room}/rows", self._read),
            web.get("/playground/images/{row}", self._image),
            web.get("/playground/ws", self._watch),
            web.get("/playground/faults", self._faults),
            web.put("/playground/faults", self._switch),
            web.post("/playground/restart", self._restart),
            web.post("/playground/history", self._history),
        ]

    # ---- rooms and people ---------------------------------------------------------------------------

    async def _rooms(self, _request: web.Request) -> web.Response:
        return web.json_response([_room(room) for room in self._world.rooms.values()])

    async def _new_room(self, request: web.Request) -> web.Response:
        asked = Named.model_validate_json(await _body(request))
        return web.json_response(_room(self._world.add_room(asked.name)), status=201)

    async def _people(self, _request: web.Request) -> web.Response:
        return web.json_response([_person(person) for person in self._world.people.values()])

    async def _new_person(self, request: web.Request) -> web.Response:
        asked = Named.model_validate_json(await _body(request))
        return web.json_response(_person(self._world.add_person(asked.name)), status=201)

    async def _join(self, request: web.Request) -> web.Response:
        asked = Entry.model_validate_json(await _body(request))
        self._world.join(request.match_info["room"], asked.person)
        return web.json_response(_room(self._world.room(request.match_info["room"])))

    # ---- the log ------------------------------------------------------------------------------------

    async def _say(self, request: web.Request) -> web.Response:
        asked = Line.model_validate_json(await _body(request))
        row = self._phone.say(request.match_info["room"], asked.person, asked.text, asked.thread)
        if row is None:
            return web.json_response(None, status=202)
        return web.json_response(self._shown(row), status=201)

    async def _read(self, request: web.Request) -> web.Response:
        room = self._world.room(request.match_info["room"])
        rows = self._world.rows(room.id, _after(request))
        return web.json_response([self._shown(row) for row in rows])

    async def _image(self, request: web.Request) -> web.Response:
        image = self._world.images.get(request.match_info["row"])
        if image is None:
            raise Refused("no such image")
        kind = "image/png" if image.startswith(b"\x89PNG") else "image/jpeg"
        return web.Response(body=image, content_type=kind, headers={"X-Content-Type-Options": "nosniff"})

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        rows: asyncio.Queue[Row] = asyncio.Queue()
        if "after" in request.query:
            after = _after(request)
            found = [row for room in self._world.rooms for row in self._world.rows(room, after)]
            for row in sorted(found, key=lambda row: int(row["_id"] or 0)):
                rows.put_nowait(row)
        self._watching.add(rows)
        socket = web.WebSocketResponse(heartbeat=20)
        try:
            await socket.prepare(request)
            sending = asyncio.create_task(self._send(socket, rows))
            async for _ in socket:
                pass
            sending.cancel()
        finally:
            self._watching.discard(rows)
        return socket

    async def _send(self, socket: web.WebSocketResponse, rows: asyncio.Queue[Row]) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await socket.send_json(self._shown(await rows.get()))

    def _on_row(self, row: Row) -> None:
        for rows in self._watching:
            rows.put_nowait(row)

    def _shown(self, row: Row) -> dict[str, Any]:
        number, room = str(row["_id"]), str(row["chat_id"])
        return {
            "row": int(number),
            "log": row["id"],
            "room": room,
            "person": row["user_id"],
            "name": self._world.sender(row),
            "mine": row["user_id"] == self._world.bot.id,
            "text": row["message"],
            "thread": row["thread_id"] or "",
            "at": int(row["created_at"] or 0),
            "image": f"/playground/images/{number}" if row["type"] == PHOTO else None,
        }

    # ---- what goes wrong ----------------------------------------------------------------------------

    async def _faults(self, _request: web.Request) -> web.Response:
        return web.json_response(self._phone.faults.model_dump())

    async def _switch(self, request: web.Request) -> web.Response:
        self._phone.switch(Faults.model_validate_json(await _body(request)))
        return web.json_response(self._phone.faults.model_dump())

    async def _restart(self, request: web.Request) -> web.Response:
        asked = Restart.model_validate_json(await _body(request))
        task = asyncio.create_task(self._phone.restart(asked.seconds))
        self._restarts.add(task)
        task.add_done_callback(self._restarts.discard)
        return web.json_response({"seconds": asked.seconds}, status=202)

    async def _history(self, request: web.Request) -> web.Response:
        asked = History.model_validate_json(await _body(request))
        self._world.remember(asked.room, asked.person, asked.texts, age=OLD_SECONDS)
        return web.json_response({"rows": len(asked.texts)}, status=201)


def _after(request: web.Request) -> int:
    """The row behind which to begin.

    Raises:
        ValueError: it is no row's number.
    """
    after = int(request.query.get("after", "0"))
    if not 0 <= after < 2**63:
        raise ValueError("after: a row's number is wanted")
    return after


async def _body(request: web.Request) -> bytes:
    """The body of a JSON request. Another type is refused: a foreign web page can send those unasked.

    Raises:
        HTTPUnsupportedMediaType: the content is of another type.
    """
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    return await request.read()


def _room(room: Room) -> dict[str, Any]:
    return {"id": room.id, "name": room.name, "people": [_person(person) for person in room.people]}


def _person(person: Person) -> dict[str, Any]:
    return {"id": person.id, "name": person.name}


@web.middleware
async def refuse(request: web.Request, handler: Any) -> web.StreamResponse:
    """What cannot be done is told as `{"error": …}`."""
    try:
        found: web.StreamResponse = await handler(request)
    except Refused as error:
        return web.json_response({"error": str(error)}, status=NO_ROW)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        return web.json_response({"error": f"{place}: {first['msg']}"}, status=422)
    except ValueError as error:
        return web.json_response({"error": str(error)}, status=422)
    return found
