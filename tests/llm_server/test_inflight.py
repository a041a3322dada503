"""The drain: nothing new, and patience with what runs."""

import asyncio

import pytest

from llm_server.errors import ShuttingDown
from llm_server.inflight import InFlight


async def test_a_drain_waits_for_running_calls_and_refuses_new_ones() -> None:
    running = InFlight()
    with running.call():
        draining = asyncio.create_task(running.drain(5))
        await asyncio.sleep(0)
        with pytest.raises(ShuttingDown), running.call():
            pass
        assert not draining.done()

    assert await draining == 0


async def test_a_drain_ends_with_its_patience_and_says_what_is_left() -> None:
    running = InFlight()
    with running.call(), running.call():
        assert await running.drain(0.01) == 2


async def test_an_idle_drain_ends_at_once() -> None:
    running = InFlight()
    with running.call():
        pass

    assert await running.drain(0) == 0
