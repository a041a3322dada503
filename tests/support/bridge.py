"""A bridge in this process between a fake phone and a real Valkey, and a bot that repeats what it hears."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from botkit.runtime.tasks import cancel
from iris_bridge.app import DIALECTS, Bridge
from iris_bridge.settings import BridgeSettings
from playground.iris.server import FakeIris
from playground.iris.world import Row
from tests.support.polling import until
from tests.support.servers import Client, free_port

LINES, REPLIES, DEAD, DELIVERY = "kakao:20q", "kakao:bot:reply", "kakao:bot:reply:dead", "kakao:bot:delivery"
OWNER = f"{REPLIES}:owner"

QUICK = {
    "BRIDGE_SEND_GAP_MS": "0",
    "BRIDGE_ROOM_GAP_MS": "0",
    "BRIDGE_ROOM_SENDS_10S": "0",
    "BRIDGE_IMAGE_GAP_MS": "0",
    "BRIDGE_USER_RATE": "0",
    "BRIDGE_ROOM_RATE": "0",
    "SERVER_HOST": "127.0.0.1",
    "HTTP_API_KEY": "key",
}
"""No gaps and no limits."""


NONE: Mapping[str, str] = {}


@dataclass
class Bench:
    """What a test of the bridge needs: rooms with people, the streams, and bridges."""

    iris: FakeIris
    mq: Client
    blocking: Client
    port: int = 0
    _replies: int = 0

    def room(self, name: str = "놀이방") -> str:
        """A new room."""
        return self.iris.world.add_room(name).id

    def person(self, name: str = "민지") -> str:
        """A new person."""
        return self.iris.world.add_person(name).id

    def say(self, room: str, person: str, text: str, **more: Any) -> Row:
        """Type a line."""
        return self.iris.world.say(room, person, text, **more)

    def shown(self, room: str) -> list[str]:
        """What the bots have said in a room."""
        rows = self.iris.world.rows(room)
        return [str(row["message"]) for row in rows if row["user_id"] == self.iris.world.bot.id]

    async def says(self, room: str, texts: list[str], *, seconds: float = 10.0) -> None:
        """Until the bots have said exactly this in a room."""

        async def said() -> bool:
            return self.shown(room) == texts

        try:
            await until(said, seconds=seconds)
        except AssertionError:
            raise AssertionError(f"{self.shown(room)} instead of {texts}") from None

    async def reply(self, room: str, text: str, *, kind: str = "final", **more: str) -> str:
        """A reply of a bot."""
        self._replies += 1
        fields = {"chatId": room, "text": text, "type": kind, "bot": "test"}
        fields |= {"dedupKey": f"{self._replies}/0"} | more
        return str((await self.mq.xadd(REPLIES, fields)).decode())

    async def stream(self, name: str = LINES) -> list[dict[str, str]]:
        """Everything in a stream."""
        found = await self.mq.xrange(name)
        return [{key.decode(): value.decode() for key, value in fields.items()} for _, fields in found]

    async def heard(self, texts: list[str], *, stream: str = LINES) -> list[dict[str, str]]:
        """Until exactly these lines stand in an inbound stream."""

        async def there() -> list[dict[str, str]]:
            found = await self.stream(stream)
            return found if [line["text"] for line in found] == texts else []

        try:
            return await until(there) if texts else await self.stream(stream)
        except AssertionError:
            found = [line["text"] for line in await self.stream(stream)]
            raise AssertionError(f"{found} instead of {texts}") from None

    async def ends(self, state: str, *, count: int = 1) -> list[dict[str, str]]:
        """Until so many replies have come to this end."""

        async def there() -> list[dict[str, str]]:
            found = [told for told in await self.stream(DELIVERY) if told["state"] == state]
            return found if len(found) >= count else []

        return await until(there, what=f"{count} × {state}")

    async def settled(self) -> None:
        """Until every reply has been settled."""

        async def nothing_left() -> bool:
            groups = {group["name"]: group for group in await self.mq.xinfo_groups(REPLIES)}
            group = groups[b"iris-bridge"]
            last = (await self.mq.xinfo_stream(REPLIES))["last-generated-id"]
            return bool(group["pending"] == 0 and group["last-delivered-id"] == last)

        await until(nothing_left, what="every reply settled")

    @asynccontextmanager
    async def bridge(
        self, settings: Mapping[str, str] = NONE, *, connected: bool = True, **more: str
    ) -> AsyncIterator["Running"]:
        """A running bridge; ended as by SIGTERM unless it was killed."""
        self.port = free_port()
        own = {"IRIS_URL": self.iris.url, "BRIDGE_SERVER_PORT": str(self.port)}
        values = {**QUICK, **own, **settings, **more}
        made = BridgeSettings.model_validate(values)
        iris = DIALECTS[made.iris_dialect](made.iris_url, allow_public=made.iris_allow_public)
        running = Running(Bridge(made, self.mq, self.blocking, iris, version="0"))
        running.task = asyncio.create_task(running.bridge.run(running.stop))
        try:
            if connected:
                await until(running.is_connected, what="a connection to Iris")
            yield running
        finally:
            running.stop.set()
            with contextlib.suppress(asyncio.CancelledError):
                await running.task
            await iris.close()


@dataclass
class Running:
    """A bridge that runs."""

    bridge: Bridge
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] = field(default_factory=asyncio.Future)  # type: ignore[arg-type]

    async def is_connected(self) -> bool:
        """Whether it follows the chat log."""
        if self.task.done():
            self.task.result()
        return self.bridge.link.up


class Parrot:
    """A bot that answers each line with its text, cut at `|` into the bubbles of one answer."""

    def __init__(self, mq: Client, *, answer: Callable[[str], str] = lambda text: f"→ {text}") -> None:
        self._mq = mq
        self._answer = answer
        self._task: asyncio.Task[None] | None = None
        self.heard: list[str] = []

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task:
            await cancel({self._task})

    async def _run(self) -> None:
        last = "0"
        while True:
            found = await self._mq.xrange(LINES, min=f"({last}" if last != "0" else "-", count=100)
            for entry, fields in found:
                last = entry.decode()
                self.heard.append(fields[b"text"].decode())
                parts = self._answer(fields[b"text"].decode()).split("|")
                for seq, text in enumerate(parts):
                    reply = {
                        "chatId": fields[b"room"],
                        "text": text,
                        "type": "final" if seq == len(parts) - 1 else "waiting",
                        "threadId": fields[b"threadId"],
                        "replyTo": last,
                        "bot": "parrot",
                        "dedupKey": f"{last}/{seq}",
                        "seq": seq,
                        "total": len(parts),
                    }
                    await self._mq.xadd(REPLIES, reply)
            await asyncio.sleep(0.01)
