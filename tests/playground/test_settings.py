"""The ports of a playground."""

import socket
from dataclasses import astuple

import grpc
import pytest

from playground import settings
from playground.settings import Ports, PortTaken
from tests.support.servers import free_port


def test_no_two_programs_get_the_same_free_port(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(port for port in range(20_000, 20_100) for _ in range(3))
    monkeypatch.setattr(settings, "is_free", lambda _port: False)
    monkeypatch.setattr(settings, "a_free_port", lambda: next(drawn))
    chosen = astuple(Ports.chosen(other=True))
    assert len(set(chosen)) == len(chosen)


async def test_ports_that_are_kept_are_for_servers_only() -> None:
    ports = Ports(*(free_port() for _ in astuple(Ports())))
    with ports.kept():
        with socket.socket() as near_end, pytest.raises(OSError, match="in use"):
            near_end.bind(("127.0.0.1", ports.llm_http))  # as the system does for a connection
        with socket.create_server(("127.0.0.1", ports.llm_http)):
            server = grpc.aio.server()
            assert server.add_insecure_port(f"127.0.0.1:{ports.llm_grpc}") == ports.llm_grpc
            await server.start()
            await server.stop(None)
    with (
        socket.create_server(("127.0.0.1", ports.page)),
        pytest.raises(PortTaken, match="for page"),
        ports.kept(),
    ):
        raise AssertionError("never")
