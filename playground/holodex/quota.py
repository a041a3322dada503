"""How many requests a key may send, as the real service counts them."""

import math
from collections import defaultdict

LIMIT = 80
WINDOW_SECONDS = 120.0
"""The real figures are not published; these are what the playground takes for them."""


class Quota:
    """Requests of each key in windows of the clock. The most that any window saw is kept for tests."""

    def __init__(self, limit: int = LIMIT, window: float = WINDOW_SECONDS) -> None:
        self.limit = limit
        self.window = window
        self.most = 0
        self._window: dict[str, int] = {}
        self._used: dict[str, int] = defaultdict(int)

    def take(self, key: str, now: float) -> bool:
        """Count a request; False when it is one too many."""
        window = int(now // self.window)
        if self._window.get(key) != window:
            self._window[key], self._used[key] = window, 0
        self._used[key] += 1
        self.most = max(self.most, self._used[key])
        return self._used[key] <= self.limit

    def headers(self, key: str, now: float) -> dict[str, str]:
        """What every answer says."""
        reset = (math.floor(now // self.window) + 1) * self.window
        return {
            "X-Ratelimit-Limit": str(self.limit),
            "X-Ratelimit-Remaining": str(max(0, self.limit - self._used[key])),
            "X-Ratelimit-Reset": str(math.ceil(reset)),
        }
