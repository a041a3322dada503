"""Ten commands in ten seconds are enough for a room; what is above that is not answered. Pure.

Counted by the times of the lines themselves, so that lines which waited for an outage to end are not taken
for a flood.
"""

from collections import OrderedDict, deque

COMMANDS, SECONDS = 10, 10.0
ROOMS = 10_000
"""Rooms that are remembered; the one that was quiet for longest is forgotten."""


class RoomLimit:
    """Remembers when each room's last commands were typed."""

    def __init__(self, commands: int = COMMANDS, seconds: float = SECONDS) -> None:
        self._most = commands
        self._seconds = seconds
        self._rooms: OrderedDict[str, deque[tuple[float, str]]] = OrderedDict()

    def admits(self, room: str, entry: str, at: float) -> bool:
        """Whether a line is answered; asking again for the same line counts it once."""
        lines = self._rooms.setdefault(room, deque())
        self._rooms.move_to_end(room)
        if len(self._rooms) > ROOMS:
            self._rooms.popitem(last=False)
        if any(entry == known for _, known in lines):
            return True
        while lines and lines[0][0] <= at - self._seconds:
            lines.popleft()
        if len(lines) >= self._most:
            return False
        lines.append((at, entry))
        return True
