"""How the LLM server is wired, started and stopped."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from random import SystemRandom
from typing import Any

import aiohttp
import structlog

from botkit.runtime.http import serve
from botkit.runtime.tasks import cancel
from llm_server import operations
from llm_server.activity import Activity
from llm_server.chat.service import Chat
from llm_server.flights import SingleFlight
from llm_server.gate import Gate
from llm_server.gemini import plans
from llm_server.guard.guard import Guard
from llm_server.guard.packs import PacksError
from llm_server.hololive import service as hololive
from llm_server.http import app as http
from llm_server.http.health import ServerHealth
from llm_server.inflight import InFlight
from llm_server.inquiries import Inquiries
from llm_server.model import Ledger, Model
from llm_server.prompts import load
from llm_server.rpc.server import RpcServer
from llm_server.sessions.keeper import Sessions
from llm_server.sessions.verdicts import Verdicts
from llm_server.settings import ServerSettings
from llm_server.turtlesoup import puzzles
from llm_server.turtlesoup import service as turtlesoup
from llm_server.turtlesoup.library import Library
from llm_server.twentyq import service as twentyq
from llm_server.twentyq import topics
from llm_server.usage.books import Books
from llm_server.usage.reports import Reports

log = structlog.get_logger(__name__)

NAME = "mcp-llm-server"

IDLE_SECONDS = 60.0
"""How long a connection to the provider is kept for the next request."""


async def run(settings: ServerSettings, stop: asyncio.Event, *, version: str) -> None:
    """Run the server until `stop` is set, then finish what runs.

    Raises:
        PromptError, TopicsError, PuzzlesError, PacksError, PricesError, SessionStoreUnavailable: it cannot
            start; see their texts.
    """
    if not settings.keys():
        log.error("env_missing_google_api_key", use="GOOGLE_API_KEY")
    for name in plans.retired(settings):
        log.warning("gemini_model_retired", model=name)
    async with AsyncExitStack() as stack:
        sessions = await Sessions.open(settings)
        stack.push_async_callback(sessions.close)
        books = await stack.enter_async_context(Books.open(settings))
        activity = Activity(books.recorder)
        gate = _gate(settings)
        model = SingleFlight(await _gemini(settings, activity, stack))
        verdicts = Verdicts(sessions, judges=sorted(plans.Plans(settings).models()))
        soups = Inquiries(model, load(turtlesoup.PROMPTS, turtlesoup.WANTED), verdicts)
        library = Library(
            inquiries=soups,
            load=lambda: puzzles.Puzzles.load(_directory(settings.turtlesoup_puzzles_dir, puzzles.SHIPPED)),
            gate=gate,
            random=SystemRandom(),
            generation=settings.puzzle_generation,
        )
        table = operations.table(
            models=plans.describe(settings),
            chat=Chat(
                model=model,
                sessions=sessions,
                gate=gate,
                system_prompt_allowed=settings.session_system_prompt_allowed,
            ),
            sessions=sessions,
            gate=gate,
            reports=Reports(books.repository, activity, model=settings.gemini_model),
            twentyq=twentyq.Twentyq(
                inquiries=Inquiries(model, load(twentyq.PROMPTS, twentyq.WANTED), verdicts),
                topics=topics.Topics.load(_directory(settings.twentyq_topics_dir, topics.SHIPPED)),
                sessions=sessions,
                gate=gate,
                random=SystemRandom(),
            ),
            turtlesoup=turtlesoup.TurtleSoup(inquiries=soups, library=library, sessions=sessions, gate=gate),
            library=library,
            hololive=hololive.Hololive(
                inquiries=Inquiries(model, load(hololive.PROMPTS, hololive.WANTED), verdicts), gate=gate
            ),
        )
        health = ServerHealth(NAME, version, settings=settings, sessions=sessions, books=books)
        await _serve(settings, stop, table, health, (sessions.watch, books.recorder.run))


def _directory(chosen: str, shipped: Path) -> Path:
    return Path(chosen) if chosen else shipped


def _gate(settings: ServerSettings) -> Gate:
    """The guard, its packs from RULEPACKS_DIR or, when there are none, the shipped ones.

    Raises:
        PacksError: a pack is broken, and GUARD_RULEPACKS_REQUIRED is set.
    """
    guard = None
    if settings.guard_enabled:
        guard = Guard.load(
            Path(settings.rulepacks_dir),
            threshold=settings.guard_threshold,
            block_emoji=settings.guard_block_emoji,
            block_jamo=settings.guard_block_jamo,
        )
        for broken in guard.broken:
            log.warning("rulepack_left_out", reason=broken)
        if guard.broken and settings.guard_packs_required:
            raise PacksError("; ".join(guard.broken))
        log.info("guard_ready", packs=guard.packs, threshold=guard.threshold)
    return Gate(
        guard,
        threshold=settings.guard_threshold,
        size=settings.guard_cache_size,
        ttl=settings.guard_cache_ttl,
        now=asyncio.get_running_loop().time,
    )


async def _gemini(settings: ServerSettings, ledger: Ledger, stack: AsyncExitStack) -> Model:
    from llm_server.gemini.client import Gemini  # noqa: PLC0415 - loads google-genai: a second and 60 MB

    connector = aiohttp.TCPConnector(limit=settings.llm_max_concurrency, keepalive_timeout=IDLE_SECONDS)
    session = aiohttp.ClientSession(connector=connector, trust_env=True)
    await stack.enter_async_context(session)
    return Gemini(
        plans.Plans(settings),
        settings.keys(),
        session=session,
        base_url=settings.gemini_base_url,
        timeout=settings.gemini_timeout,
        attempts=settings.gemini_max_retries,
        concurrency=settings.llm_max_concurrency,
        random=SystemRandom(),
        ledger=ledger,
    )


async def _serve(
    settings: ServerSettings,
    stop: asyncio.Event,
    table: operations.Table,
    health: ServerHealth,
    beside: Sequence[Callable[[], Coroutine[Any, Any, None]]],
) -> None:
    """Open both doors, with what runs `beside` them until they are closed; on `stop` close the gRPC door
    first, so that health can be asked while calls end.

    Raises:
        SocketTaken, RuntimeError: the gRPC door cannot be opened.
        ExceptionGroup: the HTTP door cannot, or something broke later.
    """
    running, closed = InFlight(), asyncio.Event()
    face = http.make(table, health, running, name=NAME, settings=settings)
    rpc = RpcServer(table, running, health=health, settings=settings) if settings.grpc_enabled else None
    if rpc:
        await rpc.start()
    async with asyncio.TaskGroup() as tasks:
        watching = {tasks.create_task(work()) for work in (health.watch_loop, *beside)}
        if rpc:
            watching.add(tasks.create_task(rpc.follow_readiness()))
        serving = tasks.create_task(
            serve(face, host=settings.http_host, port=settings.http_port, stop=closed)
        )
        patience = 0.0
        try:
            await stop.wait()
            patience = settings.drain_seconds
        finally:
            health.draining = True
            await (rpc.stop(patience) if rpc else running.drain(patience))
            closed.set()
        await serving
        await cancel(watching)
