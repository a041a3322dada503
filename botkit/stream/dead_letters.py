"""Lines that were handed out again and again and never finished."""

from dataclasses import dataclass

MOST_DELIVERIES = 5
"""A line that was delivered more often than this is given up."""

SUSPECT_DELIVERIES = 3
"""From so many deliveries on (two owners died with it) a line runs alone, before the rest."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An entry with the reason why it was given up; kept in `<stream>:dead` for an operator to replay."""

    fields: dict[bytes, bytes]
    reason: str
    deliveries: int

    def on_wire(self) -> list[str | bytes | int]:
        """Number of fields and values, then the original fields followed by ours."""
        pairs: dict[bytes, bytes] = self.fields | {
            b"reason": self.reason.encode(),
            b"deliveries": str(self.deliveries).encode(),
        }
        return [2 * len(pairs), *(part for pair in pairs.items() for part in pair)]
