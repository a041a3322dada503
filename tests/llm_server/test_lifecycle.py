"""Deadlines and hanging up reach the model; a stopping server finishes what runs; a bug kills nothing."""

import asyncio
import signal
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
import grpc
import pytest
from llm.v1 import llm_service_pb2 as pb
from llm.v1.llm_service_pb2_grpc import LLMServiceStub
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from llm_server.twentyq.service import Twentyq
from playground.demo_model.faults import Rule
from playground.embedded import Valkey
from tests.llm_server.conftest import Launch, Running
from tests.llm_server.doors import HttpDoor
from tests.llm_server.provider import Provider
from tests.support.polling import until
from tests.support.servers import Client, free_port

GUESS = {"target": "사과", "guess": "배"}
PATH = "/api/llm/twentyq/verifications"


@pytest.fixture
async def asked(launch: Launch, provider: Provider) -> Running:
    return await launch(GOOGLE_API_KEYS="k", GEMINI_BASE_URL=provider.base_url)


async def waiting(provider: Provider, count: int) -> None:
    async def reached() -> bool:
        return provider.waiting == count

    await until(reached, what=f"{count} waiting at the model")


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_the_callers_deadline_is_the_models(asked: Running, provider: Provider) -> None:
    provider.script(Rule(kind="hang"))
    for door in (asked.tcp, asked.uds):
        began = time.perf_counter()
        found = await door.call("TwentyQVerifyGuess", GUESS, timeout=1)
        assert (found.status, found.code) == ("DEADLINE_EXCEEDED", "LLM_TIMEOUT")
        assert time.perf_counter() - began < 1
    assert len(provider.requests) == 2
    assert {recorded.headers["X-Server-Timeout"] for recorded in provider.requests} == {"1"}


async def test_hanging_up_on_grpc_hangs_up_on_the_model(asked: Running, provider: Provider) -> None:
    provider.script(Rule(kind="slow_drip"))
    labels = {"method": "TwentyQVerifyGuess", "code": "CANCELLED"}
    before = counted("grpc_requests_total", **labels)
    async with grpc.aio.insecure_channel(asked.uds.target) as channel:
        call = LLMServiceStub(channel).TwentyQVerifyGuess(pb.TwentyQVerifyGuessRequest(**GUESS))
        await waiting(provider, 1)
        call.cancel()
        await waiting(provider, 0)

    async def recorded() -> bool:
        return counted("grpc_requests_total", **labels) == before + 1

    await until(recorded)


async def test_hanging_up_on_http_hangs_up_on_the_model(asked: Running, provider: Provider) -> None:
    provider.script(Rule(kind="slow_drip"))
    labels = {"route": PATH, "status": "499"}
    before = counted("http_requests_total", **labels)
    asking = asyncio.create_task(asked.http.raw("POST", PATH, json=GUESS))
    await waiting(provider, 1)
    asking.cancel()
    await waiting(provider, 0)

    async def recorded() -> bool:
        return counted("http_requests_total", **labels) == before + 1

    await until(recorded)


async def test_a_stopping_server_finishes_what_runs(asked: Running, provider: Provider) -> None:
    provider.script(Rule(delay_ms=800))
    guesses = [GUESS | {"guess": guess} for guess in ("배", "감", "귤")]
    asking = [
        asyncio.create_task(door.call("TwentyQVerifyGuess", guess))
        for door, guess in zip(asked.doors, guesses, strict=True)
    ]
    await waiting(provider, 3)
    asked.stop.set()

    async def draining() -> bool:
        ready = await asked.http.raw("GET", "/health/ready")
        return bool(ready.status == 503 and ready.json["status"] == "draining")

    await until(draining)
    assert (await asked.http.raw("GET", "/health")).status == 200
    refused = await asked.http.raw("POST", PATH, json=GUESS)
    assert (refused.status, refused.json["error_code"]) == (503, "SHUTTING_DOWN")
    assert (await asked.tcp.call("TwentyQVerifyGuess", GUESS)).status == "UNAVAILABLE"
    for found in await asyncio.gather(*asking):
        assert found.reply == {"result": "ACCEPT", "raw_text": "정답"}
    await asyncio.wait_for(asked.task, 3)
    with pytest.raises(aiohttp.ClientConnectorError):
        await asked.http.raw("GET", "/health")


async def test_patience_has_an_end(launch: Launch, provider: Provider) -> None:
    server = await launch(GOOGLE_API_KEYS="k", GEMINI_BASE_URL=provider.base_url, SHUTDOWN_GRACE_SECONDS=0.2)
    provider.script(Rule(kind="slow_drip"))
    asking = asyncio.create_task(server.uds.call("TwentyQVerifyGuess", GUESS))
    await waiting(provider, 1)
    server.stop.set()
    await asyncio.wait_for(server.task, 3)

    assert (await asking).status in {"CANCELLED", "UNAVAILABLE"}
    await waiting(provider, 0)


async def test_a_bug_is_an_internal_error_that_tells_nothing(
    asked: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> str:
        raise ZeroDivisionError("the secret is 사과")

    monkeypatch.setattr(Twentyq, "_known_name", broken)
    first, *others = [await door.call("TwentyQVerifyGuess", GUESS) for door in asked.doors]

    assert (first.status, first.code, first.message) == ("INTERNAL", "INTERNAL_ERROR", "internal error")
    assert others == [first, first]
    monkeypatch.undo()
    assert (await asked.uds.call("TwentyQVerifyGuess", GUESS)).status == "OK"


async def test_the_log_names_calls_and_keeps_secrets(
    launch: Launch, provider: Provider, cache: Client
) -> None:
    with capture_logs() as records:
        server = await launch(
            GOOGLE_API_KEYS="google-key", GEMINI_BASE_URL=provider.base_url, GEMINI_MODEL="gemini-2.5-flash"
        )
        headers = {"X-Request-ID": "line-7"}
        question = {"target": "사과", "category": "food", "question": "둥근가요?", "chat_id": "7"}
        for rule in (Rule(delay_ms=1), Rule(kind="status", status=403), Rule(kind="truncated_json")):
            provider.script(rule)
            await cache.flushall()
            for door in server.doors:
                await door.call("TwentyQAnswerQuestion", question, headers=headers)
                await door.call("TwentyQSelectTopic", {"category": "food"}, headers=headers)
        await server.ended()
    shown = str([record for record in records if record["log_level"] != "debug"])

    assert {"gemini_model_retired", "gemini_attempt_failed", "gemini_key_rested", "http_request"} <= {
        record["event"] for record in records
    }
    assert "grpc_request_failed" in shown
    assert not any(secret in shown for secret in ("사과", "둥근", "비빔밥", "google-key"))


async def test_the_program(provider: Provider, valkey_server: Valkey, socket_path: Path) -> None:
    """`python -m llm_server` with the shipped topics: starts, answers, and ends with status 0 on SIGTERM."""
    http, rpc = free_port(), free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "llm_server",
        cwd=Path(__file__).parents[2],
        env={
            "PATH": "/usr/bin:/bin",
            "LOG_DIR": "",
            "VERSION": "9.9.9",
            "GOOGLE_API_KEY": "k",
            "GEMINI_BASE_URL": provider.base_url,
            "CACHE_HOST": "127.0.0.1",
            "CACHE_PORT": str(valkey_server.port),
            "HTTP_PORT": str(http),
            "GRPC_PORT": str(rpc),
            "GRPC_SOCKET_PATH": str(socket_path),
        },
        stdout=asyncio.subprocess.PIPE,
    )
    door = HttpDoor(http)

    async def ready() -> bool:
        assert process.returncode is None
        try:
            return (await door.raw("GET", "/health/ready")).status == 200
        except aiohttp.ClientConnectorError:
            return False

    await until(ready, seconds=20)
    assert (await door.raw("GET", "/health")).json["version"] == "9.9.9"
    assert (await door.call("TwentyQVerifyGuess", GUESS)).reply["result"] == "ACCEPT"
    process.send_signal(signal.SIGTERM)
    output, _ = await asyncio.wait_for(process.communicate(), 10)

    assert process.returncode == 0
    assert "사과" not in output.decode()
    assert not there(socket_path)


def there(path: Path) -> bool:
    return path.exists()
