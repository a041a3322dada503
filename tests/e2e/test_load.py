"""64 callers without a pause, Valkey and PostgreSQL restarted meanwhile: nobody notices, nothing is lost."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from llm.v1 import llm_service_pb2 as pb

from botkit.llm.client import LlmClient
from botkit.runtime.settings import LlmSettings
from playground.embedded import Postgres
from tests.e2e.system import System
from tests.support.http import get
from tests.support.servers import socket_directory

CALLERS = 64
MODEL_SECONDS = 0.2


@pytest.fixture
async def system(tmp_path: Path) -> AsyncIterator[System]:
    """The LLM server, with a PostgreSQL that only it uses."""
    postgres = Postgres(socket_directory() / "data")
    await postgres.start(user="twentyq_app", database="twentyq")
    async with System(tmp_path, postgres, proxied=False) as made:
        await made.start_llm(GUARD_CACHE_SIZE="0")
        yield made
    await postgres.stop()


@pytest.mark.parametrize("seconds", [8, pytest.param(60, marks=pytest.mark.soak)])
async def test_load_and_restarts(system: System, seconds: int, capsys: pytest.CaptureFixture[str]) -> None:
    system.model.delay_ms = MODEL_SECONDS * 1000
    where = {"LLM_BASE_URL": f"unix://{system.sockets / 'llm.sock'}", "LLM_API_KEY": "e2e-key"}
    client = LlmClient(LlmSettings.model_validate(where))
    began = time.perf_counter()
    ends = began + seconds
    taken: list[float] = []

    async def ask(caller: int) -> None:
        number = 0
        while time.perf_counter() < ends:
            number += 1
            request = pb.TwentyQAnswerQuestionRequest(
                session_id=f"load:{caller}",
                target="고양이",
                category="organism",
                question=f"{caller}번 사람의 {number}번째 질문인가요?",
            )
            asked = time.perf_counter()
            reply = await client.call(
                client.rpc.TwentyQAnswerQuestion, request, request_id=f"{caller}-{number}"
            )
            taken.append(time.perf_counter() - asked)
            assert reply.scale == "예"

    async def restart() -> None:
        await asyncio.sleep(seconds / 4)
        await system.cache_server.child.kill()
        await asyncio.sleep(seconds / 8)
        await system.cache_server.start()
        await asyncio.sleep(seconds / 8)
        await system.postgres.stop()
        await asyncio.sleep(seconds / 8)
        await system.postgres.start(user="twentyq_app", database="twentyq")

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(restart())
        for caller in range(CALLERS):
            tasks.create_task(ask(caller))
    lasted = time.perf_counter() - began
    metrics = await figures(system)
    assert (await get(system.llm_port, "/health/ready")).json["session_store"]["backend"] == "valkey"
    await client.close()
    assert system.llm
    await system.llm.stop()

    assert await recorded(system) == len(taken) == metrics["llm_request_seconds_count"]
    model, queue = metrics["llm_request_seconds_sum"], metrics["llm_queue_seconds_sum"]
    ordered = sorted(taken)
    with capsys.disabled():
        print(
            f"\n{len(taken)} calls in {lasted:.0f} s: {len(taken) / lasted:.0f}/s, latency"
            f" p50 {ordered[len(ordered) // 2] * 1000:.0f} ms, p99 {ordered[int(len(ordered) * 0.99)] * 1000:.0f} ms;"
            f" on average {queue / len(taken) * 1000:.1f} ms in the queue, {MODEL_SECONDS * 1000:.0f} ms the model,"
            f" {(model - queue) / len(taken) * 1000 - MODEL_SECONDS * 1000:.1f} ms around its request,"
            f" {(sum(taken) - model) / len(taken) * 1000:.1f} ms the rest of ours"
        )


async def figures(system: System) -> dict[str, float]:
    """The metrics of the LLM server, summed up over their labels."""
    found: dict[str, float] = {}
    for line in (await get(system.llm_port, "/metrics")).text.splitlines():
        if line.startswith("llm_"):
            name, _, value = line.rpartition(" ")
            name = name.partition("{")[0]
            found[name] = found.get(name, 0.0) + float(value)
    return found


async def recorded(system: System) -> int:
    """The requests that stand in PostgreSQL."""
    connection = await asyncpg.connect(
        host=str(system.postgres.socket_directory), user="twentyq_app", database="twentyq"
    )
    try:
        return int(await connection.fetchval("SELECT sum(request_count) FROM llm.token_usage"))
    finally:
        await connection.close()
