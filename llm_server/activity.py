"""What the model was asked and what it used, since the process began: for metrics, for `/api/llm/usage` and,
by the recorder, for PostgreSQL.
"""

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
