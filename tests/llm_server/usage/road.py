"""The road to PostgreSQL: a TCP port in front of its socket that a test can close, silence or rob of an answer."""

import asyncio
from pathlib import Path

from botkit.runtime.tasks import cancel


class Road:
    """Leads to one socket."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._server: asyncio.Server | None = None
        self._travellers: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._closed = False
        self._robbed = b""
        self._open = asyncio.Event()
        self._open.set()
        self.port = 0
        self.arrivals = 0

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End everything."""
        assert self._server
        self._server.close()
        self.close()
        self.speak()
        await cancel(self._travellers)

    def close(self) -> None:
        """Throw everybody out, and let nobody in."""
        self._closed = True
        self._throw_out()

    def reopen(self) -> None:
        """Let people in again."""
        self._closed = False

    def silence(self) -> None:
        """Nothing arrives any more at either end, but nobody is told."""
        self._open.clear()

    def speak(self) -> None:
        """What was held up arrives."""
        self._open.set()

    def rob(self, marker: bytes) -> None:
        """Once: the next request with `marker` in it arrives, its answer does not, and everybody is thrown out."""
        self._robbed = marker

    @property
    def robbed(self) -> bool:
        """Whether that has happened, or was never asked for."""
        return not self._robbed

    def _throw_out(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.arrivals += 1
        task = asyncio.current_task()
        assert task
        self._travellers.add(task)
        self._writers.add(writer)
        try:
            if not self._closed:
                await self._lead(reader, writer)
        finally:
            writer.transport.abort()
            self._writers.discard(writer)
            self._travellers.discard(task)

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(self._socket)
        watched = asyncio.Event()
        ways = {
            asyncio.create_task(self._forth(reader, there_writer, watched)),
            asyncio.create_task(self._back(there_reader, writer, watched)),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel(ways)
            there_writer.transport.abort()

    async def _forth(
        self, reader: asyncio.StreamReader, out: asyncio.StreamWriter, watched: asyncio.Event
    ) -> None:
        while data := await reader.read(1 << 20):
            await self._open.wait()
            if self._robbed and self._robbed in data:
                watched.set()
            out.write(data)
            await out.drain()

    async def _back(
        self, reader: asyncio.StreamReader, out: asyncio.StreamWriter, watched: asyncio.Event
    ) -> None:
        while data := await reader.read(1 << 20):
            await self._open.wait()
            if watched.is_set():
                self._robbed = b""
                self._throw_out()
                return
            out.write(data)
            await out.drain()
