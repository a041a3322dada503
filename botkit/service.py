"""A bot as a process: the connections, the desk, the HTTP face, and the tasks that run them.

Every bot is put together here in the same way; its `app.py` says what is its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fastapi import APIRouter
from google.protobuf.empty_pb2 import Empty

from botkit.bot import Bot
from botkit.chat.access import Access, Admission
from botkit.chat.grammar import Grammar
from botkit.chat.kit_texts import KitTexts
from botkit.chat.message import ReplyType
from botkit.face import face
from botkit.llm.client import LlmClient
from botkit.postgres.pool import Database
from botkit.runtime import http
from botkit.runtime.health import Check, Health
from botkit.runtime.settings import (
    CacheSettings,
    DatabaseSettings,
    HttpSettings,
    LlmSettings,
    MqSettings,
    Settings,
    Words,
    env,
)
from botkit.runtime.tasks import cancel
from botkit.stream.archive import Archiver
from botkit.stream.commit import Commit
from botkit.stream.consumer import Consumer, Hand
from botkit.stream.inbox import Inbox
from botkit.stream.names import Names, unique_consumer
from botkit.stream.owner import Owner
from botkit.turn import Handlers, Store, Turn
from botkit.valkey.clients import (
    CACHE_TIMEOUT,
    Address,
    Redis,
    blocking_client,
    command_client,
    reachable,
)
from botkit.valkey.lease import Lease

S = TypeVar("S")


class BotSettings(Settings, CacheSettings, MqSettings, DatabaseSettings, LlmSettings, HttpSettings):
    """What every bot reads; its own class gives the prefixed names and their defaults."""

    streams: Words
    consumer_group: str
    server_port: int
    command_prefix: str
    access_enabled: bool | None
    access_passthrough: bool
    allowed_chat_ids: Words
    blocked_chat_ids: Words
    blocked_user_ids: Words
    reply_mark: str = env("REPLY_MARK", default="")
    admin_user_ids: Words = env("ADMIN_USER_IDS", default=())

    def access(self) -> Access:
        """The rules of admission; on when a list of rooms is given, unless switched explicitly."""
        listed = bool(self.allowed_chat_ids or self.blocked_chat_ids)
        return Access(
            enabled=listed if self.access_enabled is None else self.access_enabled,
            passthrough=self.access_passthrough,
            allowed_rooms=frozenset(self.allowed_chat_ids),
            blocked_rooms=frozenset(self.blocked_chat_ids),
            blocked_users=frozenset(self.blocked_user_ids),
        )


def list_names(bot: str, name: str) -> tuple[str, ...]:
    """The four spellings of an access list, e.g. `TWENTYQ_ALLOWED_CHAT_IDS`."""
    return f"{bot}_{name}", f"{bot}_ACCESS_{name}", name, f"ACCESS_{name}"


@dataclass(frozen=True)
class Connections:
    """What a bot talks to. Nothing is awaited at start: readiness tells what is missing."""

    cache: Redis
    cache_blocking: Redis
    mq: Redis
    mq_blocking: Redis
    llm: LlmClient
    database: Database

    @classmethod
    async def open(
        cls, stack: AsyncExitStack, settings: BotSettings, *, name: str, schema: str
    ) -> "Connections":
        """Make the clients and have the stack close them."""
        cache = await reachable(Address.of_cache(settings))
        mq = Address.of_mq(settings)
        made = cls(
            cache=command_client(cache, timeout=CACHE_TIMEOUT),
            cache_blocking=blocking_client(cache),
            mq=command_client(mq, timeout=settings.mq_timeout_ms / 1000),
            mq_blocking=blocking_client(mq),
            llm=LlmClient(settings),
            database=Database(settings, schema=schema, application=name),
        )
        for client in (made.cache, made.cache_blocking, made.mq, made.mq_blocking):
            stack.push_async_callback(client.aclose)
        stack.push_async_callback(made.llm.close)
        stack.push_async_callback(made.database.close)
        return made

    def checks(self) -> tuple[Check, ...]:
        """The dependencies as readiness asks them; play goes on without PostgreSQL and the model."""

        async def ping(client: Redis) -> None:
            await client.ping()

        async def llm() -> dict[str, Any]:
            config = await self.llm.call(self.llm.rpc.GetModelConfig, Empty(), timeout=1.5)
            return {"model": config.model_default}

        return (
            Check("valkey_cache", lambda: ping(self.cache)),
            Check("valkey_mq", lambda: ping(self.mq)),
            Check("llm_server", llm, required=False),
            Check("postgres", self.database.ping, required=False),
        )


async def _nothing(*_: object) -> None:
    """A bot without a ledger writes nothing down."""


@dataclass(frozen=True, kw_only=True)
class Program(Generic[S]):
    """What is a bot's own."""

    grammar: Grammar
    texts: KitTexts
    handlers: Handlers[S]
    store: Store[S]
    ledger_stream: str = ""
    """Where finished games wait to be written down; a bot may have none."""
    prepare: Callable[[], Awaitable[None]] = _nothing
    write: Callable[[bytes], Awaitable[None]] = _nothing
    summaries: dict[str, str]
    routers: Sequence[APIRouter] = ()
    """Routes of the bot's own, behind the API key."""
    origins: Sequence[str] = ()
    """Pages that may call them from a browser."""
    error_type: ReplyType = ReplyType.FINAL
    access: Admission | None = None
    """Who is listened to; the operator's settings unless a bot knows better."""
    jobs: Sequence[Callable[[], Awaitable[None]]] = ()
    """Run beside the chat until the bot stops, and are cancelled then."""
    checks: Sequence[Check] = ()


class Service(Generic[S]):
    """One running bot."""

    def __init__(
        self, settings: BotSettings, links: Connections, program: Program[S], *, name: str, version: str
    ) -> None:
        self._settings = settings
        self._jobs = list(program.jobs)
        checks = [*links.checks(), *program.checks]
        if program.ledger_stream:
            archiver = Archiver(
                links.cache,
                links.cache_blocking,
                stream=program.ledger_stream,
                prepare=program.prepare,
                write=program.write,
            )
            self._jobs.append(archiver.run)
            checks.append(Check("ledger", archiver.check, required=False))
        self._health = Health(name, version, tuple(checks))
        consumer = unique_consumer(name)
        self._shards = [
            _shard(
                Names(stream, settings.consumer_group, settings.mq_reply_stream_key, name, consumer),
                settings,
                links,
                program,
                self._health,
            )
            for stream in settings.streams
        ]
        self.app = face(
            self._health,
            grammar=program.grammar,
            summaries=program.summaries,
            catalog=program.texts.catalog,
            routers=program.routers,
            api_key=settings.http_api_key.get_secret_value(),
            origins=program.origins,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set: finish what runs, then close."""
        settings = self._settings
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(self._health.watch_loop())
            working = [tasks.create_task(_run(job)) for job in self._jobs]
            drained = asyncio.Event()
            serving = tasks.create_task(
                http.serve(self.app, host=settings.server_host, port=settings.server_port, stop=drained)
            )
            tasks.create_task(_note(stop, self._health))
            async with asyncio.TaskGroup() as reading:
                for consumer, bot in self._shards:
                    reading.create_task(consumer.run(bot, stop, drain_seconds=settings.drain_seconds))
            await cancel(working)
            drained.set()
            await serving
            await cancel({watching})


def _shard(
    names: Names, settings: BotSettings, links: Connections, program: Program[S], health: Health
) -> tuple[Consumer, Bot[S]]:
    """One inbound stream with its owner and its desk; a room writes to one stream only."""
    lease = Lease(links.mq, stream=names.stream, holder=names.consumer)
    hand, owner = Hand(), Owner(lease, stream=names.stream)
    consumer = Consumer(
        Inbox(links.mq, links.mq_blocking, names, lease),
        owner,
        hand,
        health=health,
        batch=settings.mq_batch_size,
    )
    commit = Commit(links.mq, names, lease, cut_notice=program.texts.cut(), mark=settings.reply_mark)
    turn = Turn(
        store=program.store,
        handlers=program.handlers,
        texts=program.texts,
        commit=commit,
        consumer=consumer,
        lease=lease,
        error_type=program.error_type,
    )
    bot = Bot(
        grammar=program.grammar,
        access=program.access or settings.access(),
        texts=program.texts,
        turn=turn,
        commit=commit,
        owner=owner,
        hand=hand,
        rooms_at_once=settings.mq_concurrency,
    )
    return consumer, bot


async def _run(job: Callable[[], Awaitable[None]]) -> None:
    await job()


async def _note(stop: asyncio.Event, health: Health) -> None:
    await stop.wait()
    health.draining = True
