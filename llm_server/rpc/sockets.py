"""The Unix socket of the gRPC door: never stolen from a living server, never left behind."""

import socket
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

MODE = 0o666
"""Who may connect: the bots run in other containers."""

_PROBE_SECONDS = 1.0


class SocketTaken(Exception):
    """Another server answers on the path."""


def free(path: Path) -> None:
    """Make room for a new socket.

    Raises:
        SocketTaken: somebody listens there (gRPC itself would take the path away from them), or it is no
            socket at all.
        OSError: what stands there cannot be removed.
    """
    if path.exists() and not path.is_socket():
        raise SocketTaken(f"{path} is no socket: remove it, or set GRPC_SOCKET_PATH")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_PROBE_SECONDS)
        try:
            probe.connect(str(path))
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            log.info("grpc_socket_replaced", path=str(path))
            path.unlink(missing_ok=True)
            return
    raise SocketTaken(f"another server listens on {path}: stop it, or set GRPC_SOCKET_PATH")


class Claim:
    """The socket that this process has made."""

    def __init__(self, path: Path) -> None:
        """Open a freshly bound socket to every user."""
        self._path = path
        path.chmod(MODE)
        self._inode = path.stat().st_ino

    def release(self) -> None:
        """Remove the file, unless a successor has put its own there."""
        try:
            if self._path.stat().st_ino == self._inode:
                self._path.unlink()
        except FileNotFoundError:
            return
