"""What a bot says in a room without having been asked: an alert, an operator's word. Each thing once.

Who does not know whether it was said says it again: valkey-mq remembers the keys of what was said.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import structlog
from redis.asyncio import Redis

from botkit.chat.message import Incoming, Reply
from botkit.runtime import metrics
from botkit.runtime.clock import pauses
from botkit.stream import wire
from botkit.stream.commit import REPLIES_KEPT
from botkit.valkey.clients import UNREACHABLE, script

log = structlog.get_logger(__name__)

SAID_SECONDS = 60.0
"""How long a word that is said once is remembered: longer than a request for it may be repeated."""

PATIENCE_SECONDS = 5.0

Announce = Callable[[str, str], Awaitable[None]]
"""Says something in a room: its id, the text."""


async def told(announce: Announce, room: str, text: str) -> bool:
    """Tell a room what was done; it is done, whether the room can be told or not."""
    try:
        await announce(room, text)
    except UNREACHABLE as error:
        log.warning("room_not_told", error=type(error).__name__)
        return False
    return True


class Publisher:
    """Writes messages that answer nobody into the reply stream."""

    def __init__(
        self, mq: Redis, *, replies: str, bot: str, cut_notice: str, marks: str, mark: str = ""
    ) -> None:
        """`marks` begins the names under which valkey-mq remembers what was said; `mark` begins each text."""
        self._script = script(mq, "announce")
        self._replies = replies
        self._bot = bot
        self._cut_notice = cut_notice
        self._marks = marks
        self._mark = f"{mark} " if mark else ""

    async def publish(self, room: str, keys: Sequence[str], reply: Reply, *, remember: float) -> bool:
        """Publish what the keys stand for; False when all of it had been published before.

        `remember` is how long the keys are known, in seconds.
        """
        line = Incoming(entry=f"alert:{keys[0]}", room=room, user="", text="")
        marked = replace(reply, text=f"{self._mark}{reply.text}")
        bubbles = wire.replies_on_wire(line, [marked], bot=self._bot, cut_notice=self._cut_notice)
        args: list[str | int] = [int(remember * 1000), REPLIES_KEPT]
        for bubble in bubbles:
            del bubble["replyTo"]
            args += [2 * len(bubble), *(part for pair in bubble.items() for part in pair)]
        published = await self._script([self._replies, *(f"{self._marks}{key}" for key in keys)], args)
        if published:
            for bubble in bubbles:
                metrics.replies_published.labels(bubble["type"]).inc()
        return bool(published)

    async def say(self, room: str, text: str) -> None:
        """Publish a text of its own kind, which nothing else can repeat: an `Announce`.

        Raises:
            One of UNREACHABLE: valkey-mq has been away for PATIENCE_SECONDS.
        """
        key = secrets.token_hex(8)
        loop = asyncio.get_running_loop()
        give_up = loop.time() + PATIENCE_SECONDS
        for pause in pauses():
            try:
                await self.publish(room, [key], Reply(text), remember=SAID_SECONDS)
            except UNREACHABLE:
                if loop.time() + pause > give_up:
                    raise
                await asyncio.sleep(pause)
            else:
                return
