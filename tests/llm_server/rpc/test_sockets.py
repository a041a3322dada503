"""The Unix socket: never stolen, never left behind."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from llm_server.rpc.sockets import Claim, SocketTaken, free
from tests.support.servers import socket_directory


@pytest.fixture
def path() -> Iterator[Path]:
    directory = socket_directory()
    yield directory / "llm.sock"
    (directory / "llm.sock").unlink(missing_ok=True)
    directory.rmdir()


def listening(path: Path) -> socket.socket:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()
    return server


def test_nothing_there_is_free(path: Path) -> None:
    free(path)

    assert not path.exists()


def test_a_living_socket_is_left_alone(path: Path) -> None:
    with listening(path), pytest.raises(SocketTaken, match="GRPC_SOCKET_PATH"):
        free(path)

    assert path.exists()


def test_a_stale_socket_is_removed(path: Path) -> None:
    listening(path).close()
    free(path)

    assert not path.exists()


def test_another_file_is_not_removed(path: Path) -> None:
    path.write_text("precious")

    with pytest.raises(SocketTaken, match="no socket"):
        free(path)
    assert path.read_text() == "precious"


def test_a_claim_opens_the_socket_to_everybody_and_removes_it(path: Path) -> None:
    with listening(path):
        claim = Claim(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o666
        claim.release()

    assert not path.exists()
    claim.release()


def test_a_successors_socket_is_not_removed(path: Path) -> None:
    with listening(path):
        claim = Claim(path)
        path.unlink()
        with listening(path):
            claim.release()
            assert path.exists()
