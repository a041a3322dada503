"""Stream fields ↔ `Incoming` and `Reply`. The names are wire facts; unknown fields are ignored."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from botkit.chat.layout import bubbles, folded_bubbles
from botkit.chat.message import Incoming, Reply, ReplyType

TRACE_FIELDS = ("traceparent", "tracestate", "baggage")


class BadEntry(ValueError):
    """An entry without room or text, or with bytes that are no UTF-8; the text says which field."""


def incoming(entry: str, fields: Mapping[bytes, bytes]) -> Incoming:
    """The chat line of an inbound entry; values are trimmed, blank means missing.

    Raises:
        BadEntry: it cannot be answered; acknowledge and count it.
    """
    text = _text(fields, b"text")
    room = _text(fields, b"room")
    for name, value in (("room", room), ("text", text)):
        if not value:
            raise BadEntry(name)
    sender = _text(fields, b"sender")
    user = _user_of_raw_json(_text(fields, b"rawJson")) or _text(fields, b"userId") or sender or room
    return Incoming(entry, room, user, text, sender, _text(fields, b"threadId"))


def trace_context(fields: Mapping[bytes, bytes]) -> dict[str, str]:
    """The W3C trace headers of an entry, empty when the bridge wrote none."""
    found = {name: fields.get(name.encode(), b"") for name in TRACE_FIELDS}
    return {name: value.decode("ascii", "replace") for name, value in found.items() if value}


def outgoing(line: Incoming, reply: Reply, *, bot: str, mark: str) -> dict[str, str]:
    """The fields of one bubble. `mark` is its `dedupKey`: the same for the same bubble, always."""
    fields = {
        "chatId": line.room,
        "text": reply.text,
        "type": reply.type.value,
        "replyTo": line.entry,
        "bot": bot,
        "dedupKey": mark,
    }
    if reply.image:
        fields |= {"type": "image", "imageKey": reply.image}
    return fields | {"threadId": line.thread} if line.thread else fields


def replies_on_wire(
    line: Incoming, replies: Sequence[Reply], *, bot: str, cut_notice: str
) -> list[dict[str, str]]:
    """Every bubble of every reply, in order; all parts of a reply but the last are typed `waiting`."""
    parts: list[Reply] = []
    for reply in replies:
        cut = folded_bubbles if reply.folded else bubbles
        *interim, last = cut(reply.text, cut_notice)
        parts += [Reply(text, ReplyType.WAITING) for text in interim]
        parts.append(replace(reply, text=last))
    total = str(len(parts))
    return [
        outgoing(line, part, bot=bot, mark=f"{line.entry}/{seq}") | {"seq": str(seq), "total": total}
        for seq, part in enumerate(parts)
    ]


def dump_replies(replies: Sequence[Reply]) -> bytes:
    """Replies as they are kept in a record."""
    kept = [[reply.type.value, reply.text, reply.folded, reply.image] for reply in replies]
    return json.dumps(kept, ensure_ascii=False).encode()


def parse_replies(data: bytes) -> tuple[Reply, ...]:
    """Replies out of a record; one of an earlier release has only type and text."""
    return tuple(Reply(text, ReplyType(kind), *shape) for kind, text, *shape in json.loads(data))


def _text(fields: Mapping[bytes, bytes], name: bytes) -> str:
    try:
        return fields.get(name, b"").replace(b"\0", b"").decode().strip()  # PostgreSQL takes no NUL
    except UnicodeDecodeError:
        raise BadEntry(name.decode()) from None


def _user_of_raw_json(raw: str) -> str:
    """`user_id` of the event that older bridges put beside the fields."""
    if not raw:
        return ""
    try:
        event = json.loads(raw)
    except (ValueError, RecursionError):
        return ""
    user = event.get("user_id") if isinstance(event, dict) else None
    if not isinstance(user, str | int) or isinstance(user, bool):
        return ""
    return str(user).encode("utf-8", "ignore").decode().strip()  # JSON may spell halves of surrogate pairs
