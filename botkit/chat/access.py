"""Who may play where. The lists are empty by default, and then everybody may."""

from dataclasses import dataclass
from typing import Protocol

from botkit.chat.errors import RoomBlocked, UserBlocked


class Admission(Protocol):
    """Says who is listened to."""

    def admits(self, *, room: str, user: str, name: str) -> bool:
        """Whether to listen at all; False means silence, a UserError is answered."""
        ...


@dataclass(frozen=True, slots=True)
class Access:
    """The operator's lists; ids compare exactly."""

    enabled: bool = False
    passthrough: bool = False
    allowed_rooms: frozenset[str] = frozenset()
    blocked_rooms: frozenset[str] = frozenset()
    blocked_users: frozenset[str] = frozenset()

    def admits(self, *, room: str, user: str, name: str) -> bool:
        """Whether to listen at all; False means silence.

        Raises:
            UserBlocked: the person is on the block list (also when access control is off).
            RoomBlocked: the room is on the block list.
        """
        if self.passthrough:
            return True
        if user in self.blocked_users:
            raise UserBlocked(name=name)
        if not self.enabled:
            return True
        if room in self.blocked_rooms:
            raise RoomBlocked
        return not self.allowed_rooms or room in self.allowed_rooms
