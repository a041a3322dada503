"""What the model was asked and what it used, since the process began: for metrics, for `/api/llm/usage` and,
by the recorder, for PostgreSQL; and for each caller, what the call has used.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

from llm_server import metrics
from llm_server.model import Task, Usage


class Recorder(Protocol):
    """Whoever keeps usage for ever."""

    def record(self, task: str, model: str, usage: Usage) -> None:
        """Note one response; neither waits nor raises."""
        ...


@dataclass(slots=True)
class Spent:
    """The tokens that one call has used; None as long as no model has answered."""

    tokens: int | None = None


_SPENT: ContextVar[Spent | None] = ContextVar("spent", default=None)


@contextmanager
def spending() -> Iterator[Spent]:
    """Around each call through a door.

    A task takes the variable along from whoever starts it, so a shared call counts for the one that made it.
    """
    spent = Spent()
    before = _SPENT.set(spent)
    try:
        yield spent
    finally:
        _SPENT.reset(before)


@dataclass(slots=True)
class Activity:
    """A `Ledger` for the model."""

    recorder: Recorder
    calls: int = 0
    errors: int = 0
    seconds: float = 0.0
    tokens: Usage = field(default_factory=Usage)

    def used(self, task: Task, model: str, usage: Usage) -> None:
        """A response came back, usable or not: it is billed."""
        self.tokens = self.tokens.plus(usage)
        if spent := _SPENT.get():
            spent.tokens = (spent.tokens or 0) + usage.total
        for kind in ("input", "output", "reasoning", "cached"):
            metrics.llm_tokens.labels(kind).inc(getattr(usage, kind))
        self.recorder.record(task, model, usage)

    def ended(self, task: Task, outcome: str, seconds: float) -> None:
        """An inquiry was answered (`ok`) or given up."""
        self.calls += 1
        self.errors += outcome not in ("ok", "cancelled")
        self.seconds += seconds
        metrics.llm_requests.labels(task, outcome).inc()
        metrics.llm_seconds.labels(task).observe(seconds)
