"""The two loops of Iris: messages out of the send queue into KakaoTalk, new rows out to who listens.

Both have the faults of the real one, on request: the send queue can be conflated (it keeps one element, so
of several messages that wait out the gap only the newest survives), and events are pushed once, without a
replay.
"""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from botkit.runtime.tasks import cancel
from playground.iris.faults import Faults
from playground.iris.world import TEXT, Row, World

POSTERS = 8
"""Iris posts so many webhooks at once: their order is not guaranteed."""

REORDER_SECONDS = 0.2
"""How long a row waits for another one to be swapped with."""

LOGS_SHOWN = 50
ID_COLUMNS = ("_id", "id", "chat_id", "user_id", "type", "created_at", "thread_id")


@dataclass
class Config:
    """What `GET /config` shows."""

    bot_name: str
    bot_id: int
    bot_http_port: int = 3000
    web_server_endpoint: str = ""
    db_polling_rate: int = 100
    message_send_rate: int = 50


@dataclass(frozen=True)
class Outgoing:
    """A message that Iris was asked to send."""

    room: str
    text: str
    thread: str = ""
    image: bytes | None = None


class Phone:
    """Iris and KakaoTalk on one device."""

    def __init__(self, world: World, config: Config) -> None:
        self.world = world
        self.config = config
        self.faults = Faults()
        self.away = False
        self.listeners: set[asyncio.Queue[str | None]] = set()
        self.asked: list[Outgoing] = []
        """Every post that was accepted, for tests: what Iris was asked to do, sent or not."""
        self._queue: deque[Outgoing] = deque()
        self._queued = asyncio.Event()
        self._unsaid: list[Callable[[], object]] = []
        self._held: Row | None = None
        self._posters = asyncio.Semaphore(POSTERS)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._http: aiohttp.ClientSession | None = None
        world.listeners.append(self._on_row)

    async def run(self) -> None:
        """Send what is queued until cancelled."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)) as self._http:
            try:
                while True:
                    await self._queued.wait()
                    message = self._queue.popleft()
                    if not self._queue:
                        self._queued.clear()
                    await self._send(message)
                    await asyncio.sleep(self.config.message_send_rate / 1000)
            finally:
                await cancel(self._tasks)

    # ---- out ----------------------------------------------------------------------------------------

    def enqueue(self, message: Outgoing) -> None:
        """Take a message; success means no more than this."""
        self.asked.append(message)
        if self.faults.conflated:
            self._queue.clear()
        self._queue.append(message)
        self._queued.set()

    async def _send(self, message: Outgoing) -> None:
        await asyncio.sleep(self.faults.send_delay_ms / 1000)
        if self.faults.dead or self.faults.mute or self.faults.spend("drop_sends"):
            return
        self.world.post(message.room, message.text, thread=message.thread, image=message.image)

    # ---- in -----------------------------------------------------------------------------------------

    def say(self, room: str, person: str, text: str, thread: str = "") -> Row | None:
        """Somebody types a line; while KakaoTalk is dead it arrives later, and None is returned."""
        if self.faults.dead:
            self.world.join(room, person)
            self._unsaid.append(lambda: self.world.say(room, person, text, thread=thread))
            return None
        return self.world.say(room, person, text, thread=thread)

    def switch(self, faults: Faults) -> None:
        """Set the faults anew; a KakaoTalk that lives again receives what it has missed."""
        self.faults = faults
        if not faults.dead:
            missed, self._unsaid = self._unsaid, []
            for say in missed:
                say()

    async def restart(self, seconds: float) -> None:
        """Iris ends, and is away for a while: connections and the send queue are gone, the log stays."""
        self.away = True
        self._queue.clear()
        self._queued.clear()
        self._held = None
        for listener in self.listeners:
            listener.put_nowait(None)
        await asyncio.sleep(seconds)
        self.away = False

    def status(self) -> dict[str, Any]:
        """What `GET /dashboard/status` shows."""
        logs = [row for room in self.world.rooms for row in self.world.rows(room)]
        logs.sort(key=lambda row: int(row["_id"] or 0))
        return {
            "isObserving": not self.faults.dead,
            "statusMessage": "Observing database" if not self.faults.dead else "Not observing",
            "lastLogs": logs[-LOGS_SHOWN:],
        }

    def _on_row(self, row: Row) -> None:
        if self.away or self.faults.spend("drop_events"):
            return
        if not self.faults.reorder:
            self._push_soon([row])
        elif self._held is None:
            self._held = row
            self._keep(asyncio.create_task(self._give_up_swapping(row)))
        else:
            held, self._held = self._held, None
            self._push_soon([row, held])

    async def _give_up_swapping(self, row: Row) -> None:
        await asyncio.sleep(REORDER_SECONDS)
        if self._held is row:
            self._held = None
            self._push_soon([row])

    def _push_soon(self, rows: list[Row]) -> None:
        frames = [self.frame(row) for row in rows for _ in range(2 if self.faults.duplicate else 1)]
        if self.faults.event_delay_ms:
            self._keep(asyncio.create_task(self._push_later(frames, self.faults.event_delay_ms / 1000)))
        else:
            self._push(frames)

    async def _push_later(self, frames: list[str], seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._push(frames)

    def _push(self, frames: list[str]) -> None:
        for frame in frames:
            for listener in self.listeners:
                listener.put_nowait(frame)
            if self.config.web_server_endpoint:
                self._keep(asyncio.create_task(self._call_webhook(frame)))

    async def _call_webhook(self, frame: str) -> None:
        """Once, whatever comes of it."""
        if self._http is None:
            return
        async with self._posters:
            headers = {"Content-Type": "application/json"}
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with self._http.post(self.config.web_server_endpoint, data=frame, headers=headers):
                    pass

    def frame(self, row: Row) -> str:
        """The JSON that is pushed for a row."""
        sender = None if self.faults.null_nicknames else self.world.sender(row)
        shown: dict[str, Any] = dict(row)
        if row["type"] == TEXT:
            thread = row["thread_id"]
            part = {"src_logId": int(thread), "src_isThread": True} if thread else {"src_isThread": False}
            shown["attachment"] = json.dumps(part)
        event: dict[str, Any] = {
            "msg": row["message"],
            "room": self.world.rooms[str(row["chat_id"])].name,
            "sender": sender,
            "json": shown,
        }
        if self.faults.odd_json:
            shown |= {name: int(str(row[name])) for name in ID_COLUMNS if row[name] is not None}
            shown["hash_of_tomorrow"] = [2**70, {"deep": {"er": None}}]
            event["what_is_this"] = True
        return json.dumps(event, ensure_ascii=False)

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
