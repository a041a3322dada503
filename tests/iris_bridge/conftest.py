"""A fake phone and an empty Valkey for each test."""

from collections.abc import AsyncIterator

import pytest

from playground.iris.server import FakeIris
from tests.support.bridge import Bench
from tests.support.servers import Client


@pytest.fixture
async def iris() -> AsyncIterator[FakeIris]:
    """A phone that sends at once."""
    async with FakeIris(send_rate_ms=0) as made:
        yield made


@pytest.fixture
def bench(iris: FakeIris, mq: Client, blocking: Client) -> Bench:
    """Everything around a bridge."""
    return Bench(iris, mq, blocking)
