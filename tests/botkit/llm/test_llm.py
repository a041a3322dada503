"""The bots' side of the contract: addresses, the table of errors, patience with a server that is away."""

import asyncio
import time

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from grpc.aio import AioRpcError, Metadata
from pydantic import SecretStr

from botkit.chat import errors
from botkit.llm.client import BadAddress, LlmClient, target
from botkit.llm.errors import CODE, mapped
from botkit.runtime.settings import LlmSettings
from tests.support.servers import free_port

Status = grpc.StatusCode


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("grpc://localhost", "localhost:40528"),
        ("GRPC://mcp-llm-server:40528/", "mcp-llm-server:40528"),
        ("grpc://[::1]:7", "[::1]:7"),
        ("unix:///var/run/grpc/llm.sock", "unix:/var/run/grpc/llm.sock"),
        (" unix:///a ", "unix:/a"),
    ],
)
def test_addresses(url: str, address: str) -> None:
    assert target(url) == address


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "grpcs://x", "unix://host/path", "grpc://", "grpc://h/path", "", "x"]
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(BadAddress):
        target(url)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (Status.UNAVAILABLE, "", errors.AiUnavailable),
        (Status.UNAVAILABLE, "LLM_ERROR", errors.AiUnavailable),
        (Status.DEADLINE_EXCEEDED, "", errors.AiTimeout),
        (Status.DEADLINE_EXCEEDED, "LLM_TIMEOUT", errors.AiTimeout),
        (Status.RESOURCE_EXHAUSTED, "LLM_ERROR", errors.AiBusy),
        (Status.INVALID_ARGUMENT, "GUARD_BLOCKED", errors.AiRefused),
        (Status.INVALID_ARGUMENT, "INVALID_INPUT", errors.AiRefused),
        (Status.NOT_FOUND, "NO_PUZZLE_LEFT", errors.NothingLeft),
        (Status.INTERNAL, "LLM_PARSING_ERROR", errors.AiConfused),
        (Status.INTERNAL, "INTERNAL_ERROR", errors.Bug),
        (Status.UNAUTHENTICATED, "UNAUTHORIZED", errors.AiUnavailable),
        (Status.UNIMPLEMENTED, "", errors.AiUnavailable),
        (Status.UNKNOWN, "", errors.Bug),
    ],
)
def test_every_status_has_a_text(status: Status, code: str, error: type[errors.UserError]) -> None:
    trailing = Metadata((CODE, code)) if code else Metadata()
    failure = AioRpcError(status, Metadata(), trailing)
    found = mapped("GetModelConfig", failure)
    assert type(found) is error
    assert found.__notes__ == [f"GetModelConfig: {status.name} {code}".strip()]


def settings(port: int, **values: float) -> LlmSettings:
    made = LlmSettings.model_construct(
        llm_base_url=f"grpc://127.0.0.1:{port}",
        llm_api_key=SecretStr("key"),
        llm_timeout_seconds=5.0,
        llm_connect_timeout_seconds=0.3,
    )
    return made.model_copy(update=values)


async def test_a_server_that_is_away_costs_the_patience_and_no_more() -> None:
    client = LlmClient(settings(free_port()))
    began = time.monotonic()
    with pytest.raises(errors.AiUnavailable):
        await client.call(client.rpc.GetModelConfig, Empty())
    assert time.monotonic() - began < 2.0
    await client.close()


async def test_a_deadline_holds_while_nobody_answers() -> None:
    """A peer that accepts and never speaks: out of time, or given up by gRPC just before."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(asyncio.current_task())
        while await reader.read(1024):
            pass
        writer.close()
        await writer.wait_closed()

    connections: set[asyncio.Task[None] | None] = set()

    silent = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    client = LlmClient(settings(port, llm_timeout_seconds=0.3, llm_connect_timeout_seconds=10.0))
    async with asyncio.timeout(5):
        with pytest.raises((errors.AiTimeout, errors.AiUnavailable)):
            await client.call(client.rpc.GetModelConfig, Empty())
        await client.close()
        silent.close()
        await asyncio.gather(*filter(None, connections))
