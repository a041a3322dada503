"""A bot's reply on its way to a room: what stands in the reply stream, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from iris_bridge.events import LONG, PHOTO, Event
from iris_bridge.routes import ZERO_WIDTH

UNSEEN = dict.fromkeys(map(ord, ZERO_WIDTH))
IMAGE = "image"
LONG_TEXT = 3_900
"""From so many characters on, KakaoTalk's log holds only the beginning of a message."""

BEGINNING = 100
"""By so many characters such a message is known again."""


class BadReply(ValueError):
    """A reply that no room can show; the text is the reason that stands in its dead letter."""


@dataclass(frozen=True)
class Message:
    """One bubble or picture for a room."""

    entry: str
    chat: str
    text: str
    type: str
    thread: str = ""
    bot: str = ""
    dedup: str = ""
    reply_to: str = ""
    image_key: str = ""
    part: bool = False
    """Whether it belongs to an answer of several bubbles, all but the last of which are typed `waiting`."""

    fields: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)

    @property
    def must_arrive(self) -> bool:
        """Whether it is sent again when it seems to be lost. An interim notice is not worth it."""
        return self.type != "waiting" or self.part

    @property
    def has_text(self) -> bool:
        """Whether there is anything to read in it; what cannot be seen KakaoTalk would not show."""
        return bool(_visible(self.text))

    @property
    def mark(self) -> str:
        """What is the same for the same message: a dedup key is unique within its bot and room only."""
        return f"{self.bot}:{self.chat}:{self.dedup or self.entry}"

    def in_room(self) -> "Message":
        """The same, outside its thread."""
        return replace(self, thread="")

    def as_text(self) -> "Message":
        """The text that stands for a picture that cannot be sent."""
        return replace(self, image_key="")


def message(entry: str, fields: Mapping[bytes, bytes], *, warning: str) -> Message:
    """The message in an entry of the reply stream; `warning` is put before errors.

    Raises:
        BadReply: nothing can be sent.
    """
    try:
        found = {name.decode(): value.decode() for name, value in fields.items()}
    except UnicodeDecodeError:
        raise BadReply("unreadable") from None
    text, kind = found.get("text", ""), found.get("type", "").strip()
    image_key = found.get("imageKey", "").strip() if kind == IMAGE else ""
    if not _visible(text) and not image_key:
        raise BadReply("empty")
    if kind == "error" and not text.lstrip().startswith(warning):
        text = f"{warning} {text}"
    thread = found.get("threadId", "").strip()
    return Message(
        entry=entry,
        chat=_chat(found.get("chatId", "")),
        text=text,
        type=kind if kind in ("waiting", "error", IMAGE) else "final",
        thread=thread if _is_long(thread) else "",
        bot=found.get("bot", ""),
        dedup=found.get("dedupKey", ""),
        reply_to=found.get("replyTo", ""),
        image_key=image_key,
        part="seq" in found,
        fields=fields,
    )


def shows(event: Event, *, chat: str, text: str, picture: bool) -> bool:
    """Whether one of our own rows is what was sent: KakaoTalk drops what cannot be seen."""
    if event.room != chat:
        return False
    if picture or event.kind == PHOTO:
        return picture and event.kind == PHOTO
    sent, seen = _visible(text), _visible(event.text)
    most = BEGINNING if len(sent) >= LONG_TEXT else max(len(sent), len(seen))
    return seen[:most] == sent[:most]


def _visible(text: str) -> str:
    return text.translate(UNSEEN).replace("\r\n", "\n").strip()


def _chat(value: str) -> str:
    if not _is_long(value.strip()):
        raise BadReply("bad chatId")
    return str(int(value))


def _is_long(value: str) -> bool:
    """Whether Iris can read it as a 64-bit integer."""
    digits = value.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) <= 19 and -LONG <= int(value) < LONG
