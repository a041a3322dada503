"""Conversations in this process, while valkey-cache is away or switched off."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from cachetools import TLRUCache

from llm_server.model import Turn
from llm_server.sessions.history import Conversation, Meta

MOST = 1000
"""Conversations; the one that was not used for longest goes first."""


class MemoryStore:
    """The conversations, the youngest `MOST` of them; `now` is in seconds."""

    def __init__(self, *, ttl_minutes: int, pairs: int, now: Callable[[], float] | None = None) -> None:
        """`pairs` is how many questions with answers are kept, 0 for all."""
        seconds = ttl_minutes * 60
        self._now = now or asyncio.get_running_loop().time
        self._pairs = pairs
        self._kept: TLRUCache[str, Conversation] = TLRUCache(
            MOST, ttu=lambda _key, _value, at: at + seconds, timer=self._now
        )
        self._counted: set[str] = set()

    async def read(self, session: str) -> Conversation | None:
        """The conversation; None when there is none."""
        return self._kept.get(session)

    async def create(self, meta: Meta, *, limit: int) -> bool:
        """Make a conversation; False when `limit` of them are alive."""
        self._counted &= set(self._kept)
        if len(self._counted) >= limit:
            return False
        self._counted.add(meta.id)
        self._kept[meta.id] = Conversation(meta)
        return True

    async def append(self, session: str, turns: Sequence[Turn], *, known: bool = False) -> int:
        """Remember turns, make the conversation when it is new (unless it is `known`: then it has ended);
        returns how many messages it has had.
        """
        if known and session not in self._kept:
            return 0
        now = datetime.now(UTC)
        found = self._kept.get(session) or Conversation(Meta.fresh(session, now=now))
        kept = (*found.turns, *turns)[-2 * self._pairs :]
        meta = found.meta.grown(len(turns), now=now)
        self._kept[session] = Conversation(meta, kept)
        return meta.message_count

    async def delete(self, session: str) -> None:
        """Forget a conversation, whether it was known or not."""
        self._kept.pop(session, None)

    def take(self) -> list[tuple[Conversation, bool]]:
        """Hand over everything, each with whether `create` made it."""
        found = [(conversation, session in self._counted) for session, conversation in self._kept.items()]
        self._kept.clear()
        self._counted.clear()
        return found

    def put(self, conversation: Conversation, *, counted: bool) -> None:
        """Take something back."""
        self._kept[conversation.meta.id] = conversation
        if counted:
            self._counted.add(conversation.meta.id)
