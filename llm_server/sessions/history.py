"""A conversation as it is stored and as turns for the model. Pure."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import zstandard
from pydantic import BaseModel, ConfigDict, ValidationError

from llm_server.model import Role, Turn

_QUESTION, _ANSWER = "Q: ", "A: "

_WORTH_COMPRESSING = 200
"""Bytes; shorter entries would grow."""

_ZSTD = b"\x28\xb5\x2f\xfd"
_LARGEST = 1024 * 1024
"""Bytes of one entry, unpacked; what claims to be more is not read."""


class _Entry(BaseModel):
    """One element of the stored list."""

    role: Role
    content: str


class Meta(BaseModel):
    """What is stored about a conversation; what others have added to it stays."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str
    system_prompt: str = ""
    model: str = ""
    created_at: datetime
    updated_at: datetime
    message_count: int = 0

    @classmethod
    def fresh(cls, session: str, *, now: datetime, system_prompt: str = "", model: str = "") -> "Meta":
        """Of a new conversation."""
        return cls(id=session, system_prompt=system_prompt, model=model, created_at=now, updated_at=now)

    @classmethod
    def read(cls, stored: bytes | None) -> "Meta | None":
        """The stored text; None when there is none that can be read."""
        try:
            return cls.model_validate_json(stored or b"")
        except ValidationError:
            return None

    def grown(self, messages: int, *, now: datetime) -> "Meta":
        """After `messages` more."""
        return self.model_copy(update={"message_count": self.message_count + messages, "updated_at": now})


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is known of a conversation."""

    meta: Meta
    turns: tuple[Turn, ...] = ()


def pair(question: str, answer: str) -> tuple[Turn, Turn]:
    """A question of a game and its answer, as they are remembered."""
    return Turn(Role.USER, _QUESTION + question), Turn(Role.ASSISTANT, _ANSWER + answer)


def pairs(turns: Sequence[Turn]) -> list[tuple[str, str]]:
    """The questions and answers of a game, without the marks of `pair`."""
    return [
        (asked.text.removeprefix(_QUESTION), answered.text.removeprefix(_ANSWER))
        for asked, answered in zip(turns[::2], turns[1::2], strict=False)
    ]


def encode(turns: Iterable[Turn]) -> list[bytes]:
    """The elements to store: UTF-8 JSON, a long one as a zstd frame."""
    return [_packed(_Entry(role=turn.role, content=turn.text).model_dump_json().encode()) for turn in turns]


def decode(elements: Sequence[bytes], *, pairs: int) -> tuple[Turn, ...]:
    """The last `pairs` questions with answers (0: all); what cannot be read goes, its partner with it."""
    turns = [_turn(element) for element in elements]
    whole: list[Turn] = []
    for asked, answered in pairwise(turns):
        if asked and answered and (asked.role, answered.role) == (Role.USER, Role.ASSISTANT):
            whole += (asked, answered)
    return tuple(whole[-2 * pairs :])


def _packed(plain: bytes) -> bytes:
    return plain if len(plain) < _WORTH_COMPRESSING else zstandard.compress(plain)


def _turn(element: bytes) -> Turn | None:
    try:
        if element.startswith(_ZSTD):
            element = zstandard.ZstdDecompressor().decompress(element, max_output_size=_LARGEST)
        entry = _Entry.model_validate(json.loads(element))
    except (ValueError, RecursionError, zstandard.ZstdError):
        return None
    return Turn(entry.role, entry.content)
