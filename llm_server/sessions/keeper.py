"""Where conversations are kept: on valkey-cache, and in memory for as long as that is away.

A game goes on without its history; `recall` and `remember` therefore never fail. Whoever asks for a session
by its id is told the truth.
"""

import asyncio
import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

import structlog

from botkit.runtime.health import Degraded
from botkit.valkey.clients import FAILED, UNREACHABLE
from llm_server import metrics
from llm_server.errors import SessionLimitReached, SessionNotFound, SessionStoreUnavailable
from llm_server.model import Turn
from llm_server.sessions.history import Conversation, Meta
from llm_server.sessions.memory import MOST, MemoryStore
from llm_server.sessions.store import ValkeyStore
from llm_server.settings import ServerSettings

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 1.0
"""How often a lost Valkey is looked for."""


class Store(Protocol):
    """What both stores can do."""

    async def read(self, session: str) -> Conversation | None:
        """The conversation, if there is one."""
        ...

    async def create(self, meta: Meta, *, limit: int) -> bool:
        """Make one; False when `limit` are alive."""
        ...

    async def append(self, session: str, turns: Sequence[Turn], *, known: bool = False) -> int:
        """Add turns; returns how many messages there have been. Nothing (0) when it is `known`, and gone."""
        ...

    async def delete(self, session: str) -> None:
        """Forget one."""
        ...


class Sessions:
    """The conversations. `valkey` is None when it is switched off; `required`: never in memory instead."""

    def __init__(
        self, valkey: ValkeyStore | None, memory: MemoryStore, *, limit: int, required: bool
    ) -> None:
        """`limit` is how many sessions made by `create` may be alive."""
        self.valkey = valkey
        self._memory = memory
        self._limit = limit
        self._required = required
        self._away = False
        self._forgotten: dict[str, None] = {}

    @classmethod
    async def open(cls, settings: ServerSettings) -> "Sessions":
        """As the settings say; a Valkey that is required is waited for.

        Raises:
            SessionStoreUnavailable: it is required and does not answer.
        """
        memory = MemoryStore(
            ttl_minutes=settings.session_ttl_minutes, pairs=settings.session_history_max_pairs
        )
        valkey = await ValkeyStore.open(settings) if settings.session_store_enabled else None
        required = settings.session_store_required
        sessions = cls(valkey, memory, limit=settings.max_sessions, required=required)
        attempts = settings.session_store_attempts if required else 1
        for attempt in range(1, attempts + 1):
            if await sessions._found():
                return sessions
            log.warning("session_store_silent", attempt=attempt, attempts=attempts)
            if attempt < attempts:
                await asyncio.sleep(settings.session_store_retry_seconds)
        if required:
            await sessions.close()
            raise SessionStoreUnavailable("SESSION_STORE_REQUIRED is set, and valkey-cache does not answer")
        sessions._lost("session_store_away")
        return sessions

    @property
    def backend(self) -> str:
        """`valkey` or `memory`."""
        return "memory" if self._store is self._memory else "valkey"

    @property
    def address(self) -> str:
        """Where Valkey is, fit to be shown; empty when it is switched off."""
        return self.valkey.address if self.valkey else ""

    async def ping(self) -> None:
        """For the readiness check.

        Raises:
            Degraded: conversations are in memory because Valkey is away.
        """
        if self._away:
            raise Degraded("valkey-cache does not answer; conversations are kept in memory")
        if self.valkey:
            await self.valkey.ping()

    async def close(self) -> None:
        """Close the connections."""
        if self.valkey:
            await self.valkey.close()

    async def watch(self) -> None:
        """Go back to Valkey as soon as it answers; runs until cancelled."""
        while True:
            await asyncio.sleep(AGAIN_SECONDS)
            if self._away and self.valkey and await self._found():
                await self._go_back(self.valkey)

    async def recall(self, session: str) -> tuple[Turn, ...]:
        """What was said in a game; nothing (with a warning) while the store is away."""
        try:
            found = await self._store.read(session)
        except FAILED as error:
            self._failed("session_read_failed", error)
            return ()
        return found.turns if found else ()

    async def remember(self, session: str, turns: Sequence[Turn], *, known: bool = False) -> int:
        """Add to a conversation; returns how many messages it has had, 0 when nobody knows.

        One that is `known` to have been there is not made anew: it was ended meanwhile.
        """
        try:
            return await self._store.append(session, turns, known=known and not self._away)
        except FAILED as error:
            if self._failed("session_append_failed", error):
                return await self._memory.append(session, turns)
            return 0

    async def create(self, *, system_prompt: str = "", model: str = "") -> Meta:
        """A new session.

        Raises:
            SessionLimitReached: MAX_SESSIONS are alive.
            SessionStoreUnavailable: Valkey is away, and required.
        """
        meta = Meta.fresh(
            secrets.token_hex(16), now=datetime.now(UTC), system_prompt=system_prompt, model=model
        )
        try:
            made = await self._store.create(meta, limit=self._limit)
        except FAILED as error:
            if not self._failed("session_create_failed", error):
                raise _unavailable() from None
            made = await self._memory.create(meta, limit=self._limit)
        if not made:
            raise SessionLimitReached("too many sessions are alive: end one", limit=self._limit)
        return meta

    async def get(self, session: str) -> Conversation:
        """A conversation by its id.

        Raises:
            SessionNotFound: there is none.
            SessionStoreUnavailable: Valkey did not answer.
        """
        try:
            found = await self._store.read(session)
        except FAILED as error:
            self._failed("session_read_failed", error)
            raise _unavailable() from None
        if found is None:
            raise SessionNotFound("there is no such session", session_id=session)
        return found

    async def delete(self, session: str) -> None:
        """Forget a conversation, whether it was known or not.

        Raises:
            SessionStoreUnavailable: it may still be there, until its time to live ends.
        """
        try:
            await self._store.delete(session)
        except FAILED as error:
            self._failed("session_delete_failed", error)
            raise _unavailable() from None
        if self._away:
            self._forgotten[session] = None
            while len(self._forgotten) > MOST:
                self._forgotten.pop(next(iter(self._forgotten)))

    @property
    def _store(self) -> Store:
        return self._memory if self.valkey is None or self._away else self.valkey

    def _failed(self, event: str, error: Exception) -> bool:
        """Note a failure; whether memory serves from now on."""
        metrics.session_store_errors.inc()
        if isinstance(error, UNREACHABLE) and not self._required:
            self._lost(event)
        else:
            log.warning(event, error=type(error).__name__)
        return self._away

    def _lost(self, event: str) -> None:
        if not self._away:
            log.warning("session_store_replaced", reason=event, by="memory")
        self._away = True

    async def _found(self) -> bool:
        if self.valkey is None:
            return True
        try:
            await self.valkey.ping()
        except FAILED:
            return False
        return True

    async def _go_back(self, valkey: ValkeyStore) -> None:
        """Forget what was ended and bring what was said meanwhile; what fails waits for the next time."""
        self._away = False
        try:
            for session in list(self._forgotten):
                await valkey.delete(session)
                self._forgotten.pop(session, None)
        except FAILED as error:
            self._failed("session_delete_failed", error)
            return
        taken = self._memory.take()
        for conversation, counted in taken:
            if not self._away:
                try:
                    await self._bring(valkey, conversation, counted=counted)
                    continue
                except FAILED as error:
                    self._failed("session_append_failed", error)
            self._memory.put(conversation, counted=counted)
        if not self._away:
            log.info("session_store_regained", conversations=len(taken))

    @staticmethod
    async def _bring(valkey: ValkeyStore, conversation: Conversation, *, counted: bool) -> None:
        if counted:
            empty = conversation.meta.model_copy(update={"message_count": 0})
            await valkey.create(empty, limit=sys.maxsize)
        if conversation.turns:
            await valkey.append(conversation.meta.id, conversation.turns)


def _unavailable() -> SessionStoreUnavailable:
    return SessionStoreUnavailable("the session store does not answer")
