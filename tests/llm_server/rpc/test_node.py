"""Reflection as another implementation sees it: a Node client lists, describes and calls (`make test-node`).

The grpcurl lines of the READMEs are run as they stand there, with that client in grpcurl's place.
"""

import asyncio
import re
import shlex
from pathlib import Path

import pytest

from tests.llm_server.conftest import Launch, Running
from tests.llm_server.doors import SERVICE
from tests.llm_server.provider import Provider
from tests.support.servers import Client

pytestmark = pytest.mark.node

ROOT = Path(__file__).parents[3]
CLIENT = ROOT / "tests" / "node" / "grpcurl.mjs"
KEY = "the-key-of-the-house"


async def grpcurl(*words: str) -> tuple[int, str]:
    """Run the client; its exit status and what it printed."""
    process = await asyncio.create_subprocess_exec(
        "node", str(CLIENT), *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


@pytest.fixture
async def keyed(launch: Launch, provider: Provider, cache: Client) -> Running:
    """A server with a key and a model."""
    return await launch(HTTP_API_KEY=KEY, GOOGLE_API_KEYS="k", GEMINI_BASE_URL=provider.base_url)


def lines(document: str) -> list[str]:
    """The grpcurl lines of a document, continued ones joined."""
    text = (ROOT / document).read_text("utf-8").replace("\\\n", " ")
    return re.findall(r"^grpcurl .*$", text, re.MULTILINE)


@pytest.mark.parametrize("document", ["README.md", "README.ko.md"])
async def test_the_lines_of_the_readme_work(keyed: Running, document: str) -> None:
    settings = keyed.settings
    found = lines(document)
    assert len(found) >= 4
    for line in found:
        filled = (
            line.replace("$KEY", KEY)
            .replace("$SOCKET", settings.grpc_socket_path)
            .replace("localhost:40528", f"127.0.0.1:{settings.grpc_port}")
        )
        status, output = await grpcurl(*shlex.split(filled)[1:])
        assert status == 0, f"{line}\n{output}"
        assert output.strip()


async def test_it_lists_describes_and_calls(keyed: Running) -> None:
    tcp = (f"127.0.0.1:{keyed.settings.grpc_port}",)
    uds = ("-unix", "-authority", "localhost", keyed.settings.grpc_socket_path)
    for address in (tcp, uds):
        common = ("-plaintext", "-H", f"x-api-key: {KEY}", *address)
        assert (await grpcurl(*common, "list"))[1].split() == [
            "grpc.health.v1.Health",
            "grpc.reflection.v1alpha.ServerReflection",
            "llm.v1.LLMService",
        ]
        _, described = await grpcurl(*common, "describe", "llm.v1.LLMService")
        assert re.findall(r"rpc (\w+)", described) == [method.name for method in SERVICE.methods]
        status, reply = await grpcurl(
            "-d", '{"target": "사과", "guess": "APPLE"}', *common, "llm.v1.LLMService/TwentyQVerifyGuess"
        )
        assert status == 0
        assert '"result": "ACCEPT"' in reply


async def test_without_the_key_nothing_is_told(keyed: Running) -> None:
    status, output = await grpcurl("-plaintext", f"127.0.0.1:{keyed.settings.grpc_port}", "list")

    assert status == 1
    assert "UNAUTHENTICATED" in output
