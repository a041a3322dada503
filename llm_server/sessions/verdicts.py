"""Verdicts that were given before, on valkey-cache: a popular question repeats from game to game.

The key is a hash of everything the verdict depends on (models, prompt, secret, question), so a changed
prompt or secret never meets an old verdict, and nothing can be read from the key. Exact match only: a
negation or a near-synonym turns the truth round.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import structlog

from botkit.valkey.clients import FAILED
from llm_server import metrics
from llm_server.sessions.keeper import Sessions

log = structlog.get_logger(__name__)

SECONDS = 7 * 24 * 3600
_LONGEST = 200
"""Characters of a question worth remembering."""

_REFERS_BACK = re.compile(
    r"그[럼러건거게걸곳]|그것|그 |이것|이거|이건|저것|저거|아까|방금|위에|앞에|전에|다른|또|더"
    r"|말고|같은|둘|중에|아니면|확실|진짜|정말|반대|왜|나머지|하나는|번째|맞[아나죠지]|^아닌가|^아니"
    r"|\b(it|that|this|then|those|these|other|else|again|previous|same|more|both)\b"
)
_TRAILING = "?!.~… \t\n"


def asked(question: str) -> str:
    """A question for comparing: case, blanks and the marks at its end do not count.

    Signs stay what they are: 10² is not 102.
    """
    folded = unicodedata.normalize("NFC", question).casefold()
    return " ".join(folded.split()).rstrip(_TRAILING)


def stands_alone(question: str) -> bool:
    """Whether a question means the same whatever was said before."""
    said = asked(question)
    return 0 < len(said) <= _LONGEST and not _REFERS_BACK.search(said)


class Verdicts:
    """The memory; while Valkey is away it is empty, and nobody waits for it."""

    def __init__(self, sessions: Sessions, *, judges: Sequence[str]) -> None:
        """`judges` are the models that are configured: another one may judge differently."""
        self._sessions = sessions
        self._judges = tuple(judges)

    def key(self, *parts: str) -> str:
        """The key of a verdict that depends on `parts`."""
        digest = hashlib.sha256("\0".join((*self._judges, *parts)).encode("utf-8", "replace"))
        return f"llm:verdict:{digest.hexdigest()}"

    async def get(self, name: str) -> bytes | None:
        """The verdict under a key."""
        store = self._sessions.valkey
        if store is None or self._sessions.backend == "memory":
            return None
        try:
            found: Any = await store.client.get(name)
        except FAILED as error:
            _warn(error)
            return None
        metrics.verdict_cache.labels("hit" if found else "miss").inc()
        return bytes(found) if found else None

    async def put(self, name: str, verdict: str) -> None:
        """Remember a verdict for a week."""
        store = self._sessions.valkey
        if store is None or self._sessions.backend == "memory":
            return
        try:
            await store.client.set(name, verdict, ex=SECONDS)
        except FAILED as error:
            _warn(error)


def _warn(error: Exception) -> None:
    metrics.session_store_errors.inc()
    log.warning("verdict_cache_failed", error=type(error).__name__)
