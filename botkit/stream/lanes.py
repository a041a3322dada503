"""One lane per room: lines in order inside a room, rooms in parallel up to a limit."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from botkit.chat.errors import TooManyWaiting
from botkit.chat.grammar import Parsed
from botkit.chat.message import Incoming
from botkit.runtime import metrics
from botkit.runtime.tasks import cancel
from botkit.stream.inbox import Delivery

MOST_PEOPLE = 5
MOST_LINES = 40
"""What may wait in one room."""


@dataclass(eq=False)
class Line:
    """A line on its way through this process."""

    delivery: Delivery
    incoming: Incoming
    parsed: Parsed | None = None
    running: bool = False
    told_to_wait: bool = False
    notice: asyncio.Task[None] | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def command(self) -> Any:
        """What the line says; only lines that say something are played."""
        if self.parsed is None:
            raise LookupError(self.delivery.entry)
        return self.parsed.command

    async def hush(self) -> None:
        """No interim notice from here on; one that is being sent is waited for."""
        if self.notice:
            await cancel({self.notice})


class Lanes:
    """The rooms' queues and the tasks that work them off."""

    def __init__(self, run: Callable[[Line], Awaitable[None]], *, rooms_at_once: int) -> None:
        self._run = run
        self._slots = asyncio.Semaphore(rooms_at_once)
        self._waiting: dict[str, deque[Line]] = {}
        self._tasks: dict[str, asyncio.Task[Any]] = {}
        self._running: set[str] = set()
        self._draining = False

    def put(self, line: Line) -> None:
        """Queue a line behind those of its room. Recovered lines had been admitted before and always fit.

        Raises:
            TooManyWaiting: five other people or forty lines wait already.
        """
        room = line.incoming.room
        queue = self._waiting.setdefault(room, deque())
        if not line.delivery.recovered:
            people = {waiting.incoming.user for waiting in queue} - {line.incoming.user}
            if len(people) >= MOST_PEOPLE or len(queue) >= MOST_LINES:
                raise TooManyWaiting
        queue.append(line)
        if room not in self._tasks:
            task = asyncio.create_task(self._work_off(room), name=f"lane {room}")
            self._tasks[room] = task

    def ahead_of(self, line: Line) -> int:
        """How many lines of the room come before this one, a running one included."""
        room = line.incoming.room
        queue = self._waiting.get(room, deque())
        return queue.index(line) + (room in self._running) if line in queue else 0

    async def drain(self, seconds: float) -> None:
        """Start no further line, let the running ones end, cut them off after `seconds`.

        What is cut off or was still waiting stays pending for the next owner.
        """
        self._draining = True
        if tasks := list(self._tasks.values()):
            await asyncio.wait(tasks, timeout=seconds)
        await self.abandon()

    async def abandon(self) -> None:
        """Stop everything at once; nothing is acknowledged."""
        await cancel(list(self._tasks.values()))
        self._tasks.clear()
        self._waiting.clear()

    async def _work_off(self, room: str) -> None:
        queue = self._waiting[room]
        try:
            while queue:
                async with self._slots:
                    if self._draining:
                        break
                    line = queue.popleft()
                    line.running = True
                    self._running.add(room)
                    try:
                        with metrics.rooms_running.track_inprogress():
                            await self._run(line)
                    finally:
                        self._running.discard(room)
        finally:
            if self._tasks.get(room) is asyncio.current_task():
                del self._tasks[room]
                if not queue:
                    self._waiting.pop(room, None)
