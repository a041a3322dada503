"""A player at the streams, where a bridge would stand."""

import asyncio
import contextlib
from collections import Counter
from typing import Any, Self

from redis.asyncio import Redis
from redis.exceptions import RedisError

from tests.support.polling import until

STREAM, REPLIES = "kakao:20q", "kakao:bot:reply"
PACE_SECONDS = 0.4
QUESTIONS = ("사람보다 큰가요?", "집에서 키우나요?", "물에 사나요?", "날 수 있나요?", "다리가 네 개인가요?")


class Chat:
    """Says lines and reads what came of them."""

    def __init__(self) -> None:
        self._mq: Any = Redis(port=1833, protocol=2, decode_responses=True, socket_timeout=5)
        self._said: list[str] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._mq.aclose()

    async def say(self, room: str, text: str, *, stream: str = STREAM) -> str:
        """Write a line; while valkey-mq is away it is tried again, as a bridge does."""
        line = {"room": room, "text": text, "userId": "1001", "sender": "민지"}

        async def written() -> str:
            with contextlib.suppress(RedisError, OSError):
                return str(await self._mq.xadd(stream, line))
            return ""

        entry = await until(written, seconds=90, what="valkey-mq takes a line")
        self._said.append(entry)
        return entry

    async def answer(self, entry: str, *, seconds: float = 60) -> str:
        """All that was said to a line, once the last word is there."""

        async def final() -> str:
            found = [one for one in await self._replies() if one.get("replyTo") == entry]
            last = any(one["type"] == "final" for one in found)
            return "\n".join(one["text"] for one in found) if last else ""

        return await until(final, seconds=seconds, what=f"an answer to {entry}")

    async def ask(self, room: str, text: str, *, stream: str = STREAM) -> str:
        """Say a line and wait for its answer."""
        return await self.answer(await self.say(room, text, stream=stream))

    async def play(self, rooms: list[str], stop: asyncio.Event) -> None:
        """Ask one question after the other in every room until told to stop."""
        number = 0
        while not stop.is_set():
            for room in rooms:
                await self.say(room, f"/스자 {QUESTIONS[number % len(QUESTIONS)]}")
            number += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), PACE_SECONDS)

    async def reckon(self, *, seconds: float = 120) -> tuple[int, list[str]]:
        """Wait until every line has its last word; none may be said twice. How many lines, and the words.

        What an unsure write of a line has left twice in the stream counts as two lines, and is answered twice.
        """

        async def all_answered() -> list[dict[str, str]]:
            with contextlib.suppress(RedisError, OSError):
                found = await self._replies()
                ended = {one.get("replyTo") for one in found if one["type"] == "final"}
                return found if ended >= set(self._said) else []
            return []

        found = await until(all_answered, seconds=seconds, what="an answer to every line")
        keys = Counter((one["bot"], one["dedupKey"]) for one in found if one.get("dedupKey"))
        assert not (twice := [key for key, count in keys.items() if count > 1]), twice
        mine = [one["text"] for one in found if one.get("replyTo") in set(self._said)]
        return len(self._said), mine

    async def _replies(self) -> list[dict[str, str]]:
        with contextlib.suppress(RedisError, OSError):
            return [fields for _, fields in await self._mq.xrange(REPLIES)]
        return []
