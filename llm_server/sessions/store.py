"""Conversations on valkey-cache: `session:<id>:meta` and `session:<id>:history`, with one time to live.

A conversation helps the model; it is never worth an error to a player. So every command ends within half a
second at most, and while the store is away questions are answered without history.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig

from botkit.valkey.clients import FAILED, Address, command_client, reachable
from llm_server import metrics
from llm_server.errors import SessionStoreUnavailable
from llm_server.model import Turn
from llm_server.sessions.history import Meta, decode, encode, pair
from llm_server.settings import ServerSettings

log = structlog.get_logger(__name__)

TIMEOUT = 0.25
"""Seconds for connecting, and again for one round trip."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as it was when the question came in."""

    meta: Meta
    turns: tuple[Turn, ...]


class SessionStore:
    """The conversations; `address` is fit to be shown."""

    def __init__(self, client: Redis, *, address: str, ttl_minutes: int, pairs: int) -> None:
        """`pairs` is how many questions with answers are kept, 0 for all."""
        self.address = address
        self._client = client
        self._seconds = ttl_minutes * 60
        self._pairs = pairs

    @classmethod
    async def open(cls, settings: ServerSettings) -> "SessionStore":
        """At CACHE_SOCKET_PATH, else SESSION_STORE_URL, else CACHE_HOST; nothing need answer there yet."""
        url = settings.session_store_url.get_secret_value()
        if url and not settings.cache_socket_path:
            client, address = _client_of_url(url)
        else:
            found = await reachable(Address.of_cache(settings))
            client, address = command_client(found, timeout=TIMEOUT), str(found)
        return cls(
            client,
            address=address,
            ttl_minutes=settings.session_ttl_minutes,
            pairs=settings.session_history_max_pairs,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def ping(self) -> None:
        """Raises when the store does not answer."""
        await self._client.ping()

    async def read(self, session: str) -> Conversation | None:
        """The conversation, empty when it is new; None (with a warning) while the store is away."""
        try:
            async with self._pipeline(transaction=False) as pipe:
                pipe.get(_meta(session))
                pipe.lrange(_history(session), 0, -1)
                meta, elements = await pipe.execute()
        except FAILED as error:
            _warn("session_read_failed", error)
            return None
        return Conversation(
            Meta.read(meta, session=session, now=datetime.now(UTC)), decode(elements, pairs=self._pairs)
        )

    async def append(self, conversation: Conversation, question: str, answer: str) -> None:
        """Remember an answered question and renew the time to live; a failure is only a warning."""
        session, elements = conversation.meta.id, encode(pair(question, answer))
        meta = conversation.meta.grown(len(elements), now=datetime.now(UTC))
        try:
            async with self._pipeline(transaction=True) as pipe:
                pipe.set(_meta(session), meta.model_dump_json(), ex=self._seconds)
                pipe.rpush(_history(session), *elements)
                if self._pairs:
                    pipe.ltrim(_history(session), -2 * self._pairs, -1)
                pipe.expire(_history(session), self._seconds)
                await pipe.execute()
        except FAILED as error:
            _warn("session_append_failed", error)

    async def delete(self, session: str) -> None:
        """Forget a conversation, whether it was known or not.

        Raises:
            SessionStoreUnavailable: it may still be there, until its time to live ends.
        """
        try:
            await self._client.delete(_meta(session), _history(session))
        except FAILED as error:
            _warn("session_delete_failed", error)
            raise SessionStoreUnavailable("the session store does not answer") from None

    def _pipeline(self, *, transaction: bool) -> Any:
        """Untyped, because redis-py declares that every queued command should be awaited."""
        return self._client.pipeline(transaction=transaction)


def _meta(session: str) -> str:
    return f"session:{session}:meta"


def _history(session: str) -> str:
    return f"session:{session}:history"


def _warn(event: str, error: Exception) -> None:
    metrics.session_store_errors.inc()
    log.warning(event, error=type(error).__name__)


def _client_of_url(url: str) -> tuple[Redis, str]:
    """`redis://`, `rediss://`, `unix://` or a bare `host[:port]`, with user, password and database number."""
    full = url if "://" in url else f"redis://{url}"
    options: dict[str, Any] = {
        "socket_timeout": TIMEOUT,
        "socket_connect_timeout": TIMEOUT,
        "max_connections": 256,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    }
    parts = urlsplit(full)
    address = f"unix://{parts.path}" if parts.scheme == "unix" else f"{parts.hostname}:{parts.port or 6379}"
    return Redis.from_url(full, **options), address
