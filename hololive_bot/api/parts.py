"""What the routes stand on, and how a change is made: in one transaction with its trace, and at once."""

import asyncio
import hashlib
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter

from botkit.postgres.pool import Database
from botkit.runtime.clock import Clock
from hololive_bot.broadcasts import Broadcasts
from hololive_bot.current import Current
from hololive_bot.directory import Directory
from hololive_bot.outbox import Outbox
from hololive_bot.repository.link import Connection, DatabaseAway, transaction
from hololive_bot.repository.operations import trace

PREFIX = "/api/holo"
CHANGE_SECONDS = 10.0


@dataclass(frozen=True)
class Parts:
    """What the routes read and write."""

    database: Database
    current: Current
    directory: Directory
    broadcasts: Broadcasts
    outbox: Outbox
    clock: Clock
    key: str

    @property
    def key_label(self) -> str:
        """Names the key in traces without giving it away."""
        return f"key-{hashlib.sha256(self.key.encode()).hexdigest()[:8]}"


def routed(tag: str, *rows: tuple[str, str, Callable[..., Awaitable[Any]]]) -> APIRouter:
    """Routes of (method, path, handler); a handler's docstring is its summary."""
    routes = APIRouter(tags=[tag])
    for method, path, handler in rows:
        routes.add_api_route(path, handler, methods=[method], summary=inspect.getdoc(handler), description="")
    return routes


@dataclass
class Change:
    """One change by an operator; what differs after it is written beside it."""

    link: Connection
    difference: dict[str, Any] = field(default_factory=dict)


@asynccontextmanager
async def changing(parts: Parts, action: str, subject: str) -> AsyncIterator[Change]:
    """Change something; all processes take it over, this one before the answer.

    Raises:
        DatabaseAway: it was not done within ten seconds, or PostgreSQL cannot be reached.
    """
    try:
        async with asyncio.timeout(CHANGE_SECONDS), transaction(parts.database) as link:
            change = Change(link)
            yield change
            await trace(
                link, key_label=parts.key_label, action=action, subject=subject, difference=change.difference
            )
    except TimeoutError:
        raise DatabaseAway("not done in time") from None
    await parts.current.look()
