"""When Holodex is left alone. Pure: the time comes in, in seconds since the epoch."""

FAILURES = 3
"""So many in a row open the breaker."""

FIRST_REST = 30.0
NEXT_REST = 60.0
"""Not longer: alerts wait for the first answer after an outage."""


class Breaker:
    """Closed (all may ask), open (nobody may), or half open (one asks, the others wait for how that ends)."""

    def __init__(self) -> None:
        self._failures = 0
        self._until = 0.0
        self._trying = False

    @property
    def is_closed(self) -> bool:
        """Whether all may ask."""
        return self._failures < FAILURES

    def admits(self, now: float) -> bool:
        """Whether a request may be sent; while half open it is the one on trial, and must report its end."""
        if self.is_closed:
            return True
        if self._trying or now < self._until:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        """A request was answered."""
        self._failures = 0
        self._trying = False

    def failed(self, now: float) -> None:
        """A request was not answered, or with nonsense."""
        self._until = now + (FIRST_REST if self.is_closed else NEXT_REST)
        self._failures += 1
        self._trying = False

    def abandoned(self) -> None:
        """A request ended in a way that says nothing about Holodex; the next one may try."""
        self._trying = False
