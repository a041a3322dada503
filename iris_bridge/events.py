"""What Iris tells of a chat row, pushed or asked for, as one value. Ids are strings: they exceed 2^53.

Nothing here trusts the phone: whatever arrives becomes an `Event` or a `BadEvent`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_BYTES = 1024 * 1024
"""A larger event is refused unread."""

TEXT, PHOTO, REPLY = 1, 2, 26
DELETED = 16384
"""Added to the type of a message that was deleted."""

ROW_LIMIT = 2**53
LONG = 2**63
LONGEST_NUMBER = 20


class BadEvent(ValueError):
    """Something that is no chat row; the text says which field."""


@dataclass(frozen=True, slots=True)
class Event:
    """A row of KakaoTalk's chat log."""

    row: int
    """Iris' local row number: it only grows, and is where catching up begins."""

    log: str
    room: str
    user: str
    text: str
    kind: int
    at: int
    """When it was written, in seconds since the epoch."""

    origin: str = ""
    mine: bool = False
    deleted: bool = False
    thread: str = ""
    sender: str = ""
    room_name: str = ""

    def is_by(self, bot: str) -> bool:
        """Whether our own account wrote it, whose id is `bot` when that is known."""
        return self.mine or (bot != "" and self.user == bot)


def pushed(raw: str | bytes) -> Event:
    """The event in a WebSocket frame or a webhook's body.

    Raises:
        BadEvent: it cannot be read, or is too large.
    """
    if len(raw if isinstance(raw, bytes) else raw.encode("utf-8", "replace")) > MOST_BYTES:
        raise BadEvent("size")
    found = _object(raw)
    row = found.get("json")
    if not isinstance(row, dict):
        raise BadEvent("json")
    text = found.get("msg")
    shown = row if text is None else row | {"message": text}
    return event(shown, sender=readable(found.get("sender")), room_name=readable(found.get("room")))


def event(row: Mapping[str, Any], *, sender: str = "", room_name: str = "") -> Event:
    """The event in a row of the chat log.

    Raises:
        BadEvent: a column is missing or of the wrong kind.
    """
    v = _inner(row.get("v"))
    kind = _number(row, "type")
    number = _number(row, "_id")
    if not 0 <= number < ROW_LIMIT:
        raise BadEvent("_id")
    text = readable(row.get("message"))
    if len(text.encode()) > MOST_BYTES:
        raise BadEvent("size")
    return Event(
        row=number,
        log=str(_number(row, "id")),
        room=str(_number(row, "chat_id")),
        user=str(_number(row, "user_id")),
        text=text,
        kind=kind,
        at=_number(row, "created_at"),
        origin=readable(v.get("origin")),
        mine=v.get("isMine") is True,
        deleted=kind >= DELETED or readable(row.get("deleted_at")) not in ("", "0"),
        thread=_thread(row),
        sender=sender,
        room_name=room_name,
    )


def _thread(row: Mapping[str, Any]) -> str:
    """The thread that a message belongs to: a column of its own, else what Iris wrote into the attachment."""
    if (thread := _id(row.get("thread_id"))) not in ("", "0"):
        return thread
    attachment = _inner(row.get("attachment"))
    return _id(attachment.get("src_logId")) if attachment.get("src_isThread") is True else ""


def _number(row: Mapping[str, Any], name: str) -> int:
    found = _id(row.get(name))
    if not found:
        raise BadEvent(name)
    return int(found)


def _id(value: Any) -> str:
    """A 64-bit integer as a string, whether it came as a string or as a number; blank when it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    written = value.strip() if isinstance(value, str) else str(value) if _is_long(value) else ""
    digits = written.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > LONGEST_NUMBER:
        return ""
    return str(int(written)) if _is_long(int(written)) else ""


def _is_long(number: int) -> bool:
    return -LONG <= number < LONG


def readable(value: Any) -> str:
    """A text that can be written: JSON may spell halves of surrogate pairs. Anything else is blank."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    if isinstance(value, int):
        return str(value) if _is_long(value) else ""
    return value.encode("utf-8", "replace").decode()


def _inner(value: Any) -> Mapping[str, Any]:
    """JSON within a string; anything else holds nothing."""
    if isinstance(value, dict):
        return value
    try:
        return _object(value) if isinstance(value, str) else {}
    except BadEvent:
        return {}


def _object(raw: str | bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadEvent("not JSON") from None
    if not isinstance(found, dict):
        raise BadEvent("no object")
    return found
