"""Who is listened to: a list of chat ids, by which rooms are let in or kept out. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from botkit.chat.errors import UserBlocked

LEAST, MOST = -(2**63), 2**63 - 1


class BadRoom(ValueError):
    """Not a chat id: titles can be copied by anyone, so only ids are taken."""


class Mode(StrEnum):
    """What the list is for."""

    WHITELIST = "whitelist"
    """Only listed rooms are served; all while the list is empty."""
    BLACKLIST = "blacklist"


@dataclass(frozen=True, slots=True)
class AccessList:
    """The operator's list."""

    enabled: bool = False
    mode: Mode = Mode.WHITELIST
    rooms: frozenset[str] = frozenset()

    def allows(self, room: str) -> bool:
        """Whether the room is served."""
        if not self.enabled:
            return True
        if self.mode is Mode.BLACKLIST:
            return room not in self.rooms
        return not self.rooms or room in self.rooms

    def with_room(self, room: str) -> "AccessList":
        """With one more room.

        Raises:
            BadRoom: it is no chat id.
        """
        return replace(self, rooms=self.rooms | {chat_id(room)})

    def without_room(self, room: str) -> "AccessList":
        """With one room less."""
        return replace(self, rooms=self.rooms - {room})


class Door:
    """The kit's admission on a list that may change while the bot runs."""

    def __init__(
        self, access: AccessList, *, passthrough: bool, blocked_users: Iterable[str], own_name: str
    ) -> None:
        """`own_name` is the sender of what the bot itself has posted."""
        self.access = access
        self._passthrough = passthrough
        self._blocked = frozenset(blocked_users)
        self._own_name = own_name.casefold()

    def is_open_for(self, room: str) -> bool:
        """Whether a room may be told something that it has not asked for."""
        return self._passthrough or self.access.allows(room)

    def admits(self, *, room: str, user: str, name: str) -> bool:
        """Whether to listen at all; False means silence.

        Raises:
            UserBlocked: the person is on the block list.
        """
        if self._own_name and name.casefold() == self._own_name:
            return False
        if self._passthrough:
            return True
        if user in self._blocked:
            raise UserBlocked(name=name)
        return self.access.allows(room)


def chat_id(text: str) -> str:
    """A chat id: a decimal number of 64 bits, signed.

    Raises:
        BadRoom: it is something else.
    """
    if not re.fullmatch(r"-?(?:0|[1-9][0-9]{0,18})", text) or not LEAST <= int(text) <= MOST:
        raise BadRoom(f"{text[:40]!r} is no chat id")
    return text
