"""Conversations on valkey-cache: `session:<id>:meta` and `session:<id>:history`, with one time to live.

Every command ends within half a second at most: a conversation helps the model, it is never worth a wait.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig

from botkit.valkey.clients import Address, command_client, reachable
from llm_server import metrics
from llm_server.model import Turn
from llm_server.sessions.history import Conversation, Meta, decode, encode
from llm_server.settings import ServerSettings

log = structlog.get_logger(__name__)

TIMEOUT = 0.25
"""Seconds for connecting, and again for one round trip."""

INDEX = "llm:sessions"


class ValkeyStore:
    """The conversations; `address` is fit to be shown. Every method raises one of
    `botkit.valkey.clients.FAILED` when Valkey does not do it.
    """

    def __init__(self, client: Redis, *, address: str, ttl_minutes: int, pairs: int) -> None:
        """`pairs` is how many questions with answers are kept, 0 for all."""
        self.address = address
        self.client = client
        self._seconds = ttl_minutes * 60
        self._pairs = pairs
        self._append = client.register_script(_source("append"))
        self._create = client.register_script(_source("create"))

    @classmethod
    async def open(cls, settings: ServerSettings) -> "ValkeyStore":
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
        await self.client.aclose()

    async def ping(self) -> None:
        """Ask whether it is there."""
        await self.client.ping()

    async def read(self, session: str) -> Conversation | None:
        """The conversation; None when there is none that can be read."""
        async with self._pipeline() as pipe:
            pipe.get(_meta(session))
            pipe.lrange(_history(session), 0, -1)
            stored, elements = await pipe.execute(raise_on_error=False)
        if broken := [found for found in (stored, elements) if isinstance(found, Exception)]:
            metrics.session_store_errors.inc()
            log.warning("session_unreadable", error=type(broken[0]).__name__)
        meta = Meta.read(stored) if isinstance(stored, bytes) else None
        if meta is None:
            return None
        turns = decode(elements, pairs=self._pairs) if isinstance(elements, list) else ()
        return Conversation(meta, turns)

    async def create(self, meta: Meta, *, limit: int) -> bool:
        """Make a conversation; False when `limit` of them are alive."""
        now = int(meta.created_at.timestamp())
        made = await self._create(
            keys=[_meta(meta.id), INDEX], args=[meta.model_dump_json(), self._seconds, meta.id, now, limit]
        )
        return bool(made)

    async def append(self, session: str, turns: Sequence[Turn], *, known: bool = False) -> int:
        """Remember turns, make the conversation when it is new (unless it is `known`: then it has ended),
        renew its time to live.

        Returns:
            How many messages it has had, those forgotten by now included; 0 when it has ended.
        """
        now = datetime.now(UTC)
        count = await self._append(
            keys=[_meta(session), _history(session), INDEX],
            args=[
                Meta.fresh(session, now=now).model_dump_json(exclude_defaults=True),
                now.isoformat(),
                self._seconds,
                2 * self._pairs,
                session,
                int(now.timestamp()) + self._seconds,
                int(known),
                *encode(turns),
            ],
        )
        return int(count)

    async def delete(self, session: str) -> None:
        """Forget a conversation, whether it was known or not."""
        async with self._pipeline() as pipe:
            pipe.delete(_meta(session), _history(session))
            pipe.zrem(INDEX, session)
            await pipe.execute()

    def _pipeline(self) -> Any:
        """Untyped, because redis-py declares that every queued command should be awaited."""
        return self.client.pipeline(transaction=False)


def _meta(session: str) -> str:
    return f"session:{session}:meta"


def _history(session: str) -> str:
    return f"session:{session}:history"


def _source(name: str) -> str:
    return (resources.files("llm_server.sessions") / f"{name}.lua").read_text("utf-8")


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
