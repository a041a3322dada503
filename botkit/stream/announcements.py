"""What a bot says in a room without having been asked: an operator's word, an alert."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio import Redis

from botkit.stream.commit import REPLIES_KEPT

Announce = Callable[[str, str], Awaitable[None]]
"""Says something in a room: its id, the text."""


async def announce(mq: Redis, room: str, text: str, *, stream: str, bot: str) -> None:
    """Write one bubble to the reply stream.

    Raises:
        RedisError, OSError: it is not known whether it was written.
    """
    fields: dict[Any, Any] = {
        "chatId": room,
        "text": text,
        "type": "final",
        "bot": bot,
        "dedupKey": f"announcement/{secrets.token_hex(8)}",
    }
    await mq.xadd(stream, fields, maxlen=REPLIES_KEPT, approximate=True)
