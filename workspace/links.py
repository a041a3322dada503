"""The connections of one command: made when it asks for them, closed when it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TypeVar

import typer

from botkit.chat.errors import UserError
from botkit.llm.client import BadAddress, LlmClient
from botkit.postgres.pool import AWAY, SHUT, Database
from botkit.runtime.settings import (
    CacheSettings,
    DatabaseSettings,
    LlmSettings,
    MqSettings,
    load,
    raw_environment,
)
from botkit.valkey.clients import FAILED, Address, Redis, command_client, reachable
from botkit.valkey.clients import UNREACHABLE as UNREACHABLE_VALKEY
from workspace.output import complain

T = TypeVar("T")

SECONDS = 10.0
"""For one command on a Valkey; a copy of a large key takes a while."""

WRONG, MISUSED, UNREACHABLE = 1, 2, 3
"""Exit statuses: something is wrong; bad usage or settings; a server that is needed does not answer."""


class Trouble(Exception):
    """Why a command cannot do what it was asked to, in words for an operator."""


class Links:
    """Opens what is asked for."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self.env = raw_environment()

    async def mq(self) -> Redis:
        """valkey-mq."""
        return self._client(Address.of_mq(load(MqSettings)))

    async def cache(self) -> Redis:
        """valkey-cache."""
        return self._client(await reachable(Address.of_cache(load(CacheSettings))))

    async def llm(self) -> LlmClient:
        """The LLM server."""
        client = LlmClient(load(LlmSettings))
        self._stack.push_async_callback(client.close)
        return client

    async def database(self, schema: str) -> Database:
        """PostgreSQL, as the owner of a schema sees it."""
        database = Database(load(DatabaseSettings), schema=schema, application="workspace")
        self._stack.push_async_callback(database.close)
        return database

    def _client(self, address: Address) -> Redis:
        client = command_client(address, timeout=SECONDS)
        self._stack.push_async_callback(client.aclose)
        return client


def run(work: Callable[[Links], Awaitable[T]]) -> T:
    """Do the work of a command; what went wrong is told in one line, and by the exit status."""
    try:
        return asyncio.run(_linked(work))
    except Trouble as error:
        complain(str(error))
        raise typer.Exit(WRONG) from None
    except BadAddress as error:
        complain(str(error))
        raise typer.Exit(MISUSED) from None
    except UserError as error:
        complain("; ".join(("the LLM server: " + error.code, *_notes(error))))
    except (*AWAY, *SHUT) as error:
        complain(f"PostgreSQL: {type(error).__name__}: {error}")
    except UNREACHABLE_VALKEY as error:
        complain(f"Valkey: {type(error).__name__}: {error}")
    except FAILED as error:
        complain(f"Valkey refuses: {error}")
        raise typer.Exit(WRONG) from None
    complain("see what is wrong with: python -m workspace doctor")
    raise typer.Exit(UNREACHABLE)


async def _linked(work: Callable[[Links], Awaitable[T]]) -> T:
    async with AsyncExitStack() as stack:
        return await work(Links(stack))


def _notes(error: BaseException) -> list[str]:
    """What was added to an exception for who looks closely."""
    return list(getattr(error, "__notes__", ()))
