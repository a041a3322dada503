"""Chat rooms as a bridge serves them: lines into the inbound streams, replies out of the reply stream."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from botkit.valkey.clients import Address, blocking_client, command_client

ROUTES = {"/스자": "kakao:20q", "/스프": "kakao:turtle-soup"}
"""First characters of a line → the stream of the bot that answers to them."""

REPLIES = "kakao:bot:reply"


@dataclass(frozen=True, slots=True)
class Bubble:
    """One reply in a room."""

    room: str
    text: str
    type: str
    reply_to: str
    dedup_key: str


class Rooms:
    """All rooms of a playground."""

    def __init__(self, env: Mapping[str, str]) -> None:
        mq = Address("127.0.0.1", int(env["MQ_PORT"]))
        self._client = command_client(mq, timeout=5.0)
        self._blocking = blocking_client(mq)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
        await self._blocking.aclose()

    async def say(self, room: str, person: str, text: str) -> str | None:
        """Type a line; returns its entry id, or None when no bot answers to such a line."""
        stream = next((stream for prefix, stream in ROUTES.items() if text.startswith(prefix)), None)
        if stream is None:
            return None
        fields: dict[Any, Any] = {
            "room": room, "text": text, "userId": person, "sender": person, "threadId": "",
        }  # fmt: skip
        entry: Any = await self._client.xadd(stream, fields)
        return str(entry.decode())

    async def last(self) -> str:
        """Where the reply stream ends now."""
        found: Any = await self._client.xrevrange(REPLIES, count=1)
        return found[0][0].decode() if found else "0"

    async def bubbles(self, after: str) -> AsyncIterator[Bubble]:
        """Replies as they come, from behind the entry `after`."""
        while True:
            found: Any = await self._blocking.xread({REPLIES: after}, count=100, block=1000)
            for entry, raw in found[0][1] if found else ():
                after = entry.decode()
                fields = {key.decode(): value.decode() for key, value in raw.items()}
                yield Bubble(
                    fields["chatId"],
                    fields["text"],
                    fields["type"],
                    fields.get("replyTo", ""),
                    fields.get("dedupKey", ""),
                )
            await asyncio.sleep(0)
