"""Binding: a socket or a port that is taken is an error, a stale socket is not."""

import asyncio
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llm_server.app import run
from llm_server.rpc.sockets import SocketTaken
from llm_server.settings import ServerSettings
from tests.llm_server.conftest import Launch, Running
from tests.support.servers import free_port


def there(path: str | Path) -> bool:
    return Path(path).exists()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def start(settings: ServerSettings) -> None:
    await asyncio.wait_for(run(settings, asyncio.Event(), version="test"), 10)


def variant(server: Running, **changes: Any) -> ServerSettings:
    ports = {"http_port": free_port(), "grpc_port": free_port()}
    return server.settings.model_copy(update={**ports, **changes})


async def test_a_second_server_does_not_steal_the_socket(server: Running) -> None:
    with pytest.raises(SocketTaken):
        await start(variant(server))

    assert (await server.uds.call("TwentyQGetCategories", {})).status == "OK"


async def test_a_second_server_does_not_share_the_port(server: Running, socket_path: Path) -> None:
    other = str(socket_path.with_name("other.sock"))
    with pytest.raises(RuntimeError, match=str(server.settings.grpc_port)):
        await start(variant(server, grpc_port=server.settings.grpc_port, grpc_socket_path=other))

    assert not there(other)


async def test_a_taken_http_port_stops_the_start(server: Running, socket_path: Path) -> None:
    other = str(socket_path.with_name("other.sock"))
    with pytest.raises(ExceptionGroup) as raised:
        await start(variant(server, http_port=server.settings.http_port, grpc_socket_path=other))

    assert raised.value.subgroup(OSError)
    assert not there(other)
    assert (await server.uds.call("TwentyQGetCategories", {})).status == "OK"


async def test_a_stale_socket_is_replaced_opened_to_all_and_removed(
    launch: Launch, socket_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as crashed:
        crashed.bind(str(socket_path))
    server = await launch()

    assert mode(socket_path) == 0o666
    assert (await server.uds.call("TwentyQGetCategories", {})).status == "OK"
    await server.ended()
    assert not there(socket_path)


@pytest.mark.parametrize("reaches", [lambda server: server.tcp, lambda server: server.http])
async def test_without_a_socket_path_there_is_no_socket(
    launch: Launch, socket_path: Path, reaches: Callable[[Running], Any]
) -> None:
    server = await launch(GRPC_SOCKET_PATH="")

    assert not there(socket_path)
    assert (await reaches(server).call("TwentyQGetCategories", {})).status == "OK"


async def test_the_grpc_door_can_stay_shut(launch: Launch, socket_path: Path) -> None:
    server = await launch(GRPC_ENABLED=False)

    assert not there(socket_path)
    assert (await server.tcp.call("TwentyQGetCategories", {})).status == "UNAVAILABLE"
    assert (await server.http.call("TwentyQGetCategories", {})).status == "OK"
