"""What one inquiry goes through until it is answered or given up. Pure: the randomness comes in."""

from random import Random

from llm_server.errors import Failure
from llm_server.gemini.failures import Again, AttemptFailed

FIRST_BACKOFF = 0.2
LONGEST_BACKOFF = 2.0
"""Seconds; the wait before a further attempt is drawn between zero and a limit that doubles (full jitter)."""


class Course:
    """The attempts of one inquiry. `spent` are the keys that it must not use again, `overloads` counts how
    often the model was overloaded.
    """

    def __init__(self, limit: int, random: Random) -> None:
        self.made = 0
        self.spent: set[int] = set()
        self.last: AttemptFailed | None = None
        self.overloads = 0
        self._limit = limit
        self._random = random
        self._reasons: set[str] = set()

    @property
    def over(self) -> bool:
        """Whether no attempt is left."""
        return self.made >= self._limit

    def failed(self, attempt: AttemptFailed, key: int) -> float:
        """Seconds to wait before the next attempt.

        Raises:
            Failure: there is to be none; this is what the caller gets.
        """
        self.made += 1
        repeated = attempt.reason in self._reasons
        self._reasons.add(attempt.reason)
        self.overloads += attempt.reason == "overloaded"
        self.last = attempt
        if self.over or attempt.again is Again.NEVER or (attempt.again is Again.ONCE and repeated):
            raise attempt.failure
        if attempt.again is Again.OTHER_KEY:
            if attempt.rest is None:
                self.spent.add(key)
            return 0.0
        return self._random.uniform(0, min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** (self.made - 1)))

    def other_model(self) -> None:
        """Go on with another model, whose quotas are its own."""
        self.spent.clear()

    def failure(self, otherwise: Failure) -> Failure:
        """What the last attempt ended in, or `otherwise` when there was none."""
        return self.last.failure if self.last else otherwise
