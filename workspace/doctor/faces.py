"""The programs over HTTP: do they run, are they ready, and if not, because of what?"""

import asyncio
import contextlib
from typing import Any

import aiohttp

from workspace.doctor.finding import Finding, fail, ok, warn
from workspace.links import Links
from workspace.programs import BOTS, BRIDGE, LLM_SERVER, Program

SECONDS = 5.0
CONNECT_SECONDS = 1.0

IRIS_ADVICE = "is the phone on, is KakaoTalk open, is Iris observing? Its page is IRIS_URL/dashboard"


async def hosts(program: Program, port: int) -> list[str]:
    """Where it listens: this machine, else its name in the compose network. Never empty."""
    found = []
    for host in ("127.0.0.1", program.service):
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(CONNECT_SECONDS):
                _, writer = await asyncio.open_connection(host, port)
            writer.close()
            found.append(host)
    return found or ["127.0.0.1"]


async def check_programs(links: Links) -> list[Finding]:
    """The LLM server and the bots."""
    found = await asyncio.gather(*(_ready(links, program) for program in (LLM_SERVER, *BOTS)))
    return [finding for findings in found for finding in findings]


async def check_bridge(links: Links) -> list[Finding]:
    """The bridge, and Iris behind it."""
    url = (links.env.get("IRIS_URL") or "").rstrip("/")
    findings = await _ready(links, BRIDGE)
    if not url:
        return [*findings, warn("Iris", "IRIS_URL is not set", "no line of KakaoTalk comes in until it is")]
    status, body = await _get(f"{url}/dashboard/status")
    url = _without_password(url)
    if status is None or not isinstance(body, dict):
        return [*findings, fail("Iris", f"{url} does not answer", IRIS_ADVICE)]
    if not body.get("isObserving", True):
        return [
            *findings,
            fail("Iris", f"{url}: {body.get('statusMessage', 'it observes nothing')}", IRIS_ADVICE),
        ]
    return [*findings, ok("Iris", f"{url} observes")]


async def _ready(links: Links, program: Program) -> list[Finding]:
    port = program.port(links.env)
    url = f"http://{(await hosts(program, port))[0]}:{port}/health/ready"
    status, body = await _get(url)
    if status is None:
        advice = f"start it if you want it; it should listen on {program.port_name}={port}"
        return [warn(program.title, "does not run", advice)]
    if not isinstance(body, dict) or "components" not in body:
        return [
            fail(program.title, f"{url} answers {status} with something else", "another program has the port")
        ]
    weak = {name: one for name, one in body["components"].items() if one["status"] != "ok"}
    seen = f"{body['status']}, up {body['uptime']}, version {body['version']}"
    head = ok(program.title, seen) if status == 200 else fail(program.title, seen, "see its components below")
    return [head, *(_component(program, name, one) for name, one in weak.items())]


def _component(program: Program, name: str, one: dict[str, Any]) -> Finding:
    seen = str(one.get("error") or one["status"])
    kind = fail if one["required"] else warn
    return kind(f"{program.title}: {name}", seen, "mend that; it will notice by itself")


def _without_password(url: str) -> str:
    head, slashes, rest = url.partition("://")
    return head + slashes + rest.rpartition("@")[2]


async def _get(url: str) -> tuple[int | None, Any]:
    """Status and JSON of a page; (None, None) when nobody answers."""
    timeout = aiohttp.ClientTimeout(SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
            return response.status, await response.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None, None
    except ValueError:
        return 0, None
