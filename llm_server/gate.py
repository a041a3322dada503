"""The guard as operations use it: switchable, remembering its verdicts, counted, logged without text."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from cachetools import TTLCache

from llm_server import metrics
from llm_server.errors import GuardBlocked, InvalidInput
from llm_server.guard.guard import Evaluation, Guard

log = structlog.get_logger(__name__)


class Gate:
    """Lets texts in, or not. Without a guard everything may pass."""

    def __init__(
        self, guard: Guard | None, *, threshold: float, size: int, ttl: float, now: Callable[[], float]
    ) -> None:
        """`size` verdicts are remembered for `ttl` seconds of the clock `now`; 0 of either: none."""
        self._guard = guard
        self._open = Evaluation(score=0.0, malicious=False, threshold=threshold, hits=(), view="", version="")
        self._known: TTLCache[str, Evaluation] = TTLCache(size if ttl else 0, ttl, timer=now)

    def evaluate(self, text: str) -> Evaluation:
        """How much a text looks like an attack, and why."""
        if self._guard is None:
            return self._open
        found = self._known.get(text) or self._guard.evaluate(text)
        if self._known.maxsize:
            self._known.setdefault(text, found)
        metrics.guard_evaluations.labels("blocked" if found.malicious else "passed").inc()
        for hit in found.hits:
            metrics.guard_hits.labels(hit.id).inc()
        return found

    def require(self, *texts: str) -> None:
        """Let nothing in that is malicious.

        Raises:
            GuardBlocked: one of the texts is.
        """
        for text in texts:
            found = self.evaluate(text)
            if found.malicious:
                log.warning(
                    "guard_blocked",
                    score=found.score,
                    view=found.view,
                    hits=[hit.id for hit in found.hits],
                    characters=len(text),
                )
                raise GuardBlocked(
                    f"blocked by the guard: {found.score:.2f} of {found.threshold:.2f}",
                    score=found.score,
                    threshold=found.threshold,
                )

    def require_details(self, details: Mapping[str, Any] | None) -> None:
        """The same for what accompanies a secret.

        Raises:
            InvalidInput: a key or a value is malicious.
        """
        try:
            self.require(*_texts(details or {}))
        except GuardBlocked:
            raise InvalidInput("details blocked", field="details") from None


def _texts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [text for pair in value.items() for part in pair for text in _texts(part)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []
