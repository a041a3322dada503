"""The programs around the page, asked over HTTP: what can be typed, how they are, what the model knows."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import aiohttp

SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Program:
    """One program of the system; it is there when the playground has given it a port.

    `service` is its name in the compose network.
    """

    name: str
    title: str
    port: str
    service: str
    is_bot: bool = True
    has_docs: bool = True


PROGRAMS = (
    Program("twentyq", "스무고개", "TWENTYQ_SERVER_PORT", "twentyq-bot"),
    Program("turtlesoup", "바다거북수프", "TURTLESOUP_SERVER_PORT", "turtle-soup-bot"),
    Program("hololive", "홀로라이브", "HOLOLIVE_SERVER_PORT", "hololive-bot"),
    Program("iris-bridge", "브리지", "BRIDGE_SERVER_PORT", "iris-bridge", is_bot=False, has_docs=False),
    Program("llm-server", "LLM 서버", "HTTP_PORT", "mcp-llm-server", is_bot=False),
)


class Neighbours:
    """Asks; who does not answer is shown as away."""

    def __init__(self, env: Mapping[str, str], *, by_name: bool = False) -> None:
        """`by_name` asks each under its service's name, as it must be from within the compose network."""
        self._env = env
        self._by_name = by_name
        self._programs = [program for program in PROGRAMS if env.get(program.port)]
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(SECONDS))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._http:
            await self._http.close()

    @property
    def is_demo(self) -> bool:
        """Whether the demo model answers."""
        return self._env.get("REPLY_MARK") == "[데모]"

    async def commands(self) -> list[dict[str, Any]]:
        """What each bot that answers understands, in its own words."""
        bots = [program for program in self._programs if program.is_bot]
        found = await asyncio.gather(*(self._get(f"{self._url(bot)}/commands") for bot in bots))
        return [
            {"bot": bot.name, "title": bot.title, "prefix": said["prefix"], "commands": said["commands"]}
            for bot, (_, said) in zip(bots, found, strict=True)
            if said
        ]

    async def suggestions(self) -> dict[str, list[str]]:
        """Questions that the demo model surely understands, by category; none with a real model."""
        if not self.is_demo:
            return {}
        _, found = await self._get(f"{self._env.get('GEMINI_BASE_URL', '')}/demo/suggestions")
        return found or {}

    async def health(self) -> list[dict[str, Any]]:
        """How each program is, and where its pages are."""
        return list(await asyncio.gather(*(self._health(program) for program in self._programs)))

    async def _health(self, program: Program) -> dict[str, Any]:
        _, body = await self._get(f"{self._url(program)}/health/ready")
        url = f"http://localhost:{self._env[program.port]}"
        components = (body or {}).get("components", {})
        return {
            "name": program.name,
            "title": program.title,
            "status": body["status"] if body else "away",
            "weak": {name: one["status"] for name, one in components.items() if one["status"] != "ok"},
            "ready": f"{url}/health/ready",
            "metrics": f"{url}/metrics",
            "docs": f"{url}/docs" if program.has_docs else None,
        }

    def _url(self, program: Program) -> str:
        host = program.service if self._by_name else "127.0.0.1"
        return f"http://{host}:{self._env[program.port]}"

    async def _get(self, url: str) -> tuple[int, Any]:
        """Status and JSON of a page; (0, None) when it cannot be had."""
        if self._http is None:
            return 0, None
        try:
            async with self._http.get(url) as response:
                return response.status, await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return 0, None
