"""How a row of failures is waited out and told. Pure."""


class Failures:
    """Counts failures in a row; all times in seconds."""

    def __init__(self, *, pause: float, longest_pause: float, log_interval: float) -> None:
        self._first = pause
        self._longest = max(pause, longest_pause)
        self._log_interval = log_interval
        self._logged_at = float("-inf")
        self.count = 0

    @property
    def pause(self) -> float:
        """How long to wait before the next attempt: doubled with each failure, up to the longest."""
        doublings = min(max(self.count - 1, 0), 64)  # more would not be a float for ever
        return min(self._first * 2.0**doublings, self._longest)

    def add(self, now: float) -> bool:
        """One more; whether it should be logged: each power of two, and after a while in any case."""
        self.count += 1
        due = self.count & (self.count - 1) == 0 or now - self._logged_at >= self._log_interval
        if due:
            self._logged_at = now
        return due

    def end(self) -> int:
        """It worked; how often it had not."""
        ended, self.count = self.count, 0
        return ended
