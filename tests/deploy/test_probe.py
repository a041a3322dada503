"""The container probe against real HTTP."""

import asyncio
import subprocess
import sys

import pytest
from aiohttp import web

from tests.deploy.reference import ROOT
from tests.support.servers import free_port

PROBE = ROOT / "deploy" / "probe.py"


async def probe(*args: str) -> tuple[int, str]:
    """Status and output, run as the container does."""
    command = [sys.executable, "-IS", str(PROBE), *args]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(("status", "expected"), [(200, 0), (503, 1), (404, 1)])
async def test_the_probe_fails_unless_the_answer_is_200(status: int, expected: int) -> None:
    async def health(request: web.Request) -> web.Response:
        return web.Response(status=status, text=f"seen {request.path}")

    app = web.Application()
    app.router.add_get("/{path:.*}", health)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        assert await probe(str(port)) == (expected, "seen /health\n")
        assert await probe(str(port), "/other") == (expected, "seen /other\n")
    finally:
        await runner.cleanup()


async def test_the_probe_fails_when_nobody_listens() -> None:
    port = free_port()
    status, said = await probe(str(port))
    assert status == 1
    assert f"port {port}" in said
