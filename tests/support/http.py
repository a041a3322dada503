"""Plain HTTP requests for tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp


@dataclass(frozen=True)
class Answer:
    """What a route said."""

    status: int
    text: str
    json: Any
    headers: Mapping[str, str]


async def request(
    method: str, port: int, path: str, headers: Mapping[str, str] | None = None, **options: Any
) -> Answer:
    """One request to this machine."""
    timeout = aiohttp.ClientTimeout(30)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.request(method, f"http://127.0.0.1:{port}{path}", headers=headers, **options) as response,
    ):
        text = await response.text()
        parsed = await response.json() if text and "json" in response.content_type else None
        return Answer(response.status, text, parsed, response.headers)


async def get(port: int, path: str, headers: Mapping[str, str] | None = None) -> Answer:
    """A GET."""
    return await request("GET", port, path, headers)


async def head(port: int, path: str) -> Answer:
    """A HEAD."""
    return await request("HEAD", port, path)
