"""schemathesis over the whole OpenAPI document: what it allows is accepted, what it forbids is refused."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.llm_server.conftest import Launch
from tests.llm_server.provider import Provider

KEY = "the-key-of-the-house"
CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.mark.parametrize(
    "options",
    [
        ("--max-examples", "3", "--exclude-deprecated"),
        pytest.param(("--max-examples", "60"), marks=pytest.mark.soak),
    ],
    ids=["short", "long"],
)
async def test_nothing_contradicts_the_document(
    launch: Launch, provider: Provider, options: tuple[str, ...]
) -> None:
    server = await launch(
        GOOGLE_API_KEYS="k",
        GEMINI_BASE_URL=provider.base_url,
        HTTP_API_KEY=KEY,
        HTTP_FAILED_LOGINS_RPM=0,
        MAX_SESSIONS=100_000,
        GUARD_ENABLED=False,
    )
    provider.words.text = "네"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"),
        f"http://127.0.0.1:{server.settings.http_port}/openapi.json",
        *("--header", f"X-API-Key: {KEY}", "--no-color", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()

    assert process.returncode == 0, output.decode()[-20_000:]
