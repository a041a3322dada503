"""Clients of the scripted provider."""

from collections.abc import AsyncIterator
from random import Random
from typing import Any

import aiohttp
import pytest

from llm_server.activity import Activity
from llm_server.gemini.client import Gemini
from llm_server.gemini.plans import Plans
from llm_server.model import Usage
from llm_server.settings import ServerSettings
from tests.llm_server.gemini.asking import ATTEMPTS, Make
from tests.llm_server.provider import Provider


class AtOnce(Random):
    """Retries without a wait."""

    def uniform(self, a: float, b: float) -> float:
        return a


class Nobody:
    """A recorder that forgets."""

    def record(self, task: str, model: str, usage: Usage) -> None:
        """Forget."""


@pytest.fixture
async def make(provider: Provider) -> AsyncIterator[Make]:
    async with aiohttp.ClientSession() as session:

        def made(*several: str, model: str = "gemini-3-flash-preview", **changes: Any) -> Gemini:
            keys = changes.pop("keys", several or ("key-one",))
            settings = {"GEMINI_MODEL": model, "GEMINI_FALLBACK_MODEL": "", **changes.pop("settings", {})}
            options = {
                "ledger": Activity(Nobody()),
                "session": session,
                "base_url": provider.base_url,
                "timeout": 5,
                "attempts": ATTEMPTS,
                "concurrency": 8,
                "random": AtOnce(),
                **changes,
            }
            return Gemini(Plans(ServerSettings.model_validate(settings)), keys, **options)

        yield made
