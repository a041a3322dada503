"""What comes in from a room, what goes out to it, and the scene a command is played in."""

from dataclasses import dataclass
from enum import StrEnum

from botkit.chat.hangul import visible
from botkit.chat.layout import shortened

NAME = 40
"""Characters of a nickname; KakaoTalk's have 20."""


class ReplyType(StrEnum):
    """The `type` field on the wire."""

    WAITING = "waiting"
    FINAL = "final"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One chat line as the bridge wrote it. All ids are strings: they exceed 2^53."""

    entry: str
    room: str
    user: str
    text: str
    sender: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer to a line; the publisher cuts it into bubbles.

    A `folded` one shows its first line, the rest stands behind "전체보기", and is hardly ever cut. `image` is
    the key of a picture on valkey-mq that a bridge may post in place of the text.
    """

    text: str
    type: ReplyType = ReplyType.FINAL
    folded: bool = False
    image: str = ""


@dataclass(frozen=True, slots=True)
class Player:
    """A person in a room."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Scene:
    """Where and when a command is played.

    `now` is the time of the stream entry in seconds since the epoch, so that a retry judges alike;
    `entry` is that entry's id, which names the request in every log and at the LLM server.
    """

    room: str
    player: Player
    now: float
    entry: str


def display_name(*, sender: str, user: str, room: str, anonymous: str) -> str:
    """The nickname, else the user id, else `anonymous` when the id says nothing about the person.

    A nickname is one line without invisible characters: it stands in the middle of a bot's sentences.
    """
    if name := shortened(" ".join(visible(sender).split()), NAME):
        return name
    return anonymous if not user or not room or user == room else user
