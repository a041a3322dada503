"""How the LLM server is wired, started and stopped."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from random import SystemRandom

import aiohttp
import structlog

from botkit.runtime.http import serve
from botkit.runtime.tasks import cancel
from llm_server import operations
from llm_server.gemini import plans
from llm_server.http import app as http
from llm_server.http.health import ServerHealth
from llm_server.inflight import InFlight
from llm_server.model import Model
from llm_server.prompts import load
from llm_server.rpc.server import RpcServer
from llm_server.sessions.store import SessionStore
from llm_server.settings import ServerSettings
from llm_server.twentyq.service import PROMPTS, WANTED, Twentyq
from llm_server.twentyq.topics import SHIPPED, Topics

log = structlog.get_logger(__name__)

NAME = "mcp-llm-server"

IDLE_SECONDS = 60.0
"""How long a connection to the provider is kept for the next request."""


async def run(settings: ServerSettings, stop: asyncio.Event, *, version: str) -> None:
    """Run the server until `stop` is set, then finish what runs."""
    if not settings.keys():
        log.error("env_missing_google_api_key", use="GOOGLE_API_KEY")
    for model in plans.retired(settings):
        log.warning("gemini_model_retired", model=model)
    async with AsyncExitStack() as stack:
        sessions = await SessionStore.open(settings)
        stack.push_async_callback(sessions.close)
        topics_dir = settings.twentyq_topics_dir
        game = Twentyq(
            model=await _gemini(settings, stack),
            topics=Topics.load(Path(topics_dir) if topics_dir else SHIPPED),
            sessions=sessions,
            prompts=load(PROMPTS, WANTED),
            random=SystemRandom(),
        )
        table = operations.table(models=plans.describe(settings), sessions=sessions, game=game)
        health = ServerHealth(NAME, version, settings=settings, sessions=sessions)
        await _serve(settings, stop, table, health)


async def _gemini(settings: ServerSettings, stack: AsyncExitStack) -> Model:
    from llm_server.gemini.client import Gemini  # noqa: PLC0415 - loads google-genai: a second and 60 MB

    connector = aiohttp.TCPConnector(limit=settings.llm_max_concurrency, keepalive_timeout=IDLE_SECONDS)
    session = aiohttp.ClientSession(connector=connector, trust_env=True)
    await stack.enter_async_context(session)
    return Gemini(
        plans.plans(settings),
        settings.keys(),
        session=session,
        base_url=settings.gemini_base_url,
        timeout=settings.gemini_timeout,
        attempts=settings.gemini_max_retries,
        concurrency=settings.llm_max_concurrency,
        random=SystemRandom(),
    )


async def _serve(
    settings: ServerSettings, stop: asyncio.Event, table: operations.Table, health: ServerHealth
) -> None:
    """Open both doors; on `stop` close the gRPC door first, so that health can be asked while calls end.

    Raises:
        SocketTaken, RuntimeError: the gRPC door cannot be opened.
        ExceptionGroup: the HTTP door cannot, or something broke later.
    """
    running, closed = InFlight(), asyncio.Event()
    key = settings.http_api_key.get_secret_value()
    face = http.make(table, health, running, name=NAME, version=health.version, api_key=key)
    rpc = RpcServer(table, running, health=health, settings=settings) if settings.grpc_enabled else None
    if rpc:
        await rpc.start()
    async with asyncio.TaskGroup() as tasks:
        watching = {tasks.create_task(health.watch_loop())}
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
