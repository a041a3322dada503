"""Addresses: a socket before TCP, and back to TCP when nobody answers on it."""

from pathlib import Path

import pytest
from redis.exceptions import RedisError

from botkit.valkey.clients import Address, command_client, reachable
from playground.embedded import Valkey
from tests.support.servers import free_port


async def test_the_socket_wins(valkey_server: Valkey) -> None:
    address = Address("127.0.0.1", 1, str(valkey_server.socket))
    assert await reachable(address) == address
    assert str(address) == f"unix://{valkey_server.socket}"


async def test_a_silent_socket_is_replaced_by_tcp(valkey_server: Valkey, tmp_path: Path) -> None:
    found = await reachable(Address("127.0.0.1", valkey_server.port, str(tmp_path / "none.sock")))
    assert str(found) == f"127.0.0.1:{valkey_server.port}"


async def test_when_nobody_answers_the_socket_stays_the_choice(tmp_path: Path) -> None:
    address = Address("127.0.0.1", free_port(), str(tmp_path / "none.sock"))
    assert await reachable(address) == address
    client = command_client(address, timeout=0.5)
    with pytest.raises((RedisError, OSError)):
        await client.ping()
    await client.aclose()
