"""Equal questions that are asked at the same time share one call to the model.

In a lively room the same question arrives twice within a second. Only verdicts are shared: whoever asks for
something new (a hint, a puzzle, a chat) wants something of their own.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from botkit.runtime.tasks import cancel
from llm_server import metrics
from llm_server.errors import ModelTimeout
from llm_server.model import Completion, Deadline, Inquiry, Model, T, Task

SHARED = frozenset({Task.ANSWER, Task.VERIFY, Task.SYNONYM, Task.NORMALIZE, Task.PARSE})


@dataclass(slots=True)
class _Flight:
    task: "asyncio.Task[Completion[Any]]"
    waiting: int = 0


class SingleFlight:
    """A `Model` in front of another one."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._flights: dict[Any, _Flight] = {}

    async def complete(self, inquiry: Inquiry[T], *, deadline: Deadline) -> Completion[T]:
        """The answer, perhaps one that another caller is waiting for already.

        Raises:
            ModelFailure: see `llm_server.errors`.
        """
        if inquiry.task not in SHARED:
            return await self._model.complete(inquiry, deadline=deadline)
        key = (inquiry.task, inquiry.model, inquiry.reply, inquiry.system, tuple(inquiry.turns))
        while True:
            flight = self._flights.get(key)
            joined = flight is not None and not flight.task.done()
            if flight is None or not joined:
                work = self._model.complete(inquiry, deadline=deadline)
                flight = self._flights[key] = _Flight(asyncio.ensure_future(work))
            else:
                metrics.shared_calls.inc()
            try:
                return await self._landed(key, flight, deadline)
            except ModelTimeout:
                if not joined or deadline.left() <= 0:
                    raise  # else whoever began had less time than this caller

    async def _landed(self, key: Any, flight: _Flight, deadline: Deadline) -> Completion[Any]:
        flight.waiting += 1
        try:
            async with asyncio.timeout_at(deadline.at if deadline.at < float("inf") else None):
                return await asyncio.shield(flight.task)
        except TimeoutError:
            raise ModelTimeout("the model did not answer in time") from None
        finally:
            flight.waiting -= 1
            if not flight.waiting:
                if self._flights.get(key) is flight:
                    del self._flights[key]
                await cancel({flight.task})
