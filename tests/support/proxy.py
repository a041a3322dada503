"""Stands between a bot and a Valkey, sees every command, and stops the world at a chosen one.

So a process can be killed exactly after its read, after its save or before its commit, without a hook in the
product: the scripts are recognised on the wire by their hash.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from importlib import resources

from botkit.runtime.tasks import cancel


def script_hash(name: str, *, of: str = "botkit.valkey") -> bytes:
    """What `EVALSHA` says on the wire for a script of the kit, or of the package `of`."""
    source = (resources.files(of) / "scripts" / f"{name}.lua").read_text("utf-8")
    return hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest().encode()


@dataclass
class Trap:
    """Springs once: before a command is passed on, or when its answer is on the way back.

    The connection ends with it, unless it is `kept`: for who is only paused.
    """

    command: bytes
    spring: Callable[[], Awaitable[None]]
    contains: bytes = b""
    answer_contains: bytes = b""
    after: bool = False
    kept: bool = False
    sprung: asyncio.Event = field(default_factory=asyncio.Event)

    def fits(self, request: bytes) -> bool:
        """Whether this is the command."""
        return not self.sprung.is_set() and self.command in request and self.contains in request


class Proxy:
    """One listening port in front of one server."""

    def __init__(self, target_port: int) -> None:
        self._target = target_port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.traps: list[Trap] = []
        self.port = 0
        self.commands = 0

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def restart(self) -> None:
        """Listen again, on the same port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def stop(self) -> None:
        """Cut everybody off."""
        if self._server:
            self._server.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1)
        await cancel(self._tasks)
        await asyncio.sleep(0.02)  # let the aborted connections go

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            back_reader, back_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            self._tasks.discard(task)
            return
        watched: list[Trap] = []
        forward = asyncio.create_task(self._forward(reader, back_writer, watched))
        backward = asyncio.create_task(self._backward(back_reader, writer, watched))
        try:
            await asyncio.wait({forward, backward}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel({forward, backward})
            back_writer.transport.abort()
            writer.transport.abort()
            self._tasks.discard(task)

    async def _forward(
        self, reader: asyncio.StreamReader, out: asyncio.StreamWriter, watched: list[Trap]
    ) -> None:
        while data := await reader.read(1 << 20):
            self.commands += 1
            trap = next((trap for trap in self.traps if trap.fits(data)), None)
            if trap and trap.after:
                watched.append(trap)
            elif trap:
                trap.sprung.set()
                await trap.spring()
                if not trap.kept:
                    return
            out.write(data)
            await out.drain()

    async def _backward(
        self, reader: asyncio.StreamReader, out: asyncio.StreamWriter, watched: list[Trap]
    ) -> None:
        while data := await reader.read(1 << 20):
            trap = watched.pop() if watched else None
            if trap and not trap.sprung.is_set() and trap.answer_contains in data:
                trap.sprung.set()
                await trap.spring()
                if not trap.kept:
                    return
            out.write(data)
            await out.drain()
