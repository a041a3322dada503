"""The guard as operations use it: switchable, remembering its verdicts, counted, logged without text."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import structlog
from cachetools import TTLCache

from llm_server import metrics
from llm_server.errors import GuardBlocked, InvalidInput
from llm_server.guard.guard import LONGEST, Evaluation, Guard

log = structlog.get_logger(__name__)

MOST_TEXTS = 200
"""Keys and values of details; a topic of ours has ten."""


class Gate:
    """Lets texts in, or not. Without a guard everything may pass."""

    def __init__(
        self, guard: Guard | None, *, threshold: float, size: int, ttl: float, now: Callable[[], float]
    ) -> None:
        """`size` verdicts are remembered for `ttl` seconds of the clock `now`; 0 or less of either: none."""
        self._guard = guard
        self._open = Evaluation(score=0.0, malicious=False, threshold=threshold, hits=(), view="", version="")
        self._known: TTLCache[str, Evaluation] = TTLCache(max(size, 0) if ttl > 0 else 0, ttl, timer=now)

    def evaluate(self, text: str) -> Evaluation:
        """How much a text looks like an attack, and why."""
        if self._guard is None:
            return self._open
        found = self._known.get(text) or self._guard.evaluate(text)
        if self._known.maxsize and len(text) <= LONGEST:
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
            InvalidInput: a key or a value is malicious, or there are more than anything has.
        """
        texts = list(islice(_texts(details or {}), MOST_TEXTS + 1))
        if len(texts) > MOST_TEXTS:
            raise InvalidInput("too many details", field="details", most=MOST_TEXTS)
        try:
            self.require(*texts)
        except GuardBlocked:
            raise InvalidInput("details blocked", field="details") from None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for pair in value.items():
            yield from _texts(pair)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value
