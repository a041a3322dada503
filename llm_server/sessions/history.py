"""A conversation as it is stored and as turns for the model. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, ValidationError

from llm_server.model import Role, Turn

_QUESTION, _ANSWER = "Q: ", "A: "


class _Entry(BaseModel):
    """One element of the stored list."""

    role: Role
    content: str


class Meta(BaseModel):
    """What is stored about a conversation; what others have added to it stays."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str
    created_at: datetime
    updated_at: datetime
    message_count: int = 0

    @classmethod
    def read(cls, stored: bytes | None, *, session: str, now: datetime) -> "Meta":
        """The stored text, or a new conversation when there is none that can be read."""
        try:
            return cls.model_validate_json(stored or b"")
        except ValidationError:
            return cls(id=session, created_at=now, updated_at=now)

    def grown(self, messages: int, *, now: datetime) -> "Meta":
        """After `messages` more."""
        return self.model_copy(update={"message_count": self.message_count + messages, "updated_at": now})


def pair(question: str, answer: str) -> tuple[Turn, Turn]:
    """A question and its answer, as they are remembered."""
    return Turn(Role.USER, _QUESTION + question), Turn(Role.ASSISTANT, _ANSWER + answer)


def encode(turns: Iterable[Turn]) -> list[bytes]:
    """The elements to store: UTF-8 JSON."""
    return [_Entry(role=turn.role, content=turn.text).model_dump_json().encode() for turn in turns]


def decode(elements: Sequence[bytes], *, pairs: int) -> tuple[Turn, ...]:
    """The last `pairs` questions with answers (0: all); what cannot be read goes, its partner with it."""
    turns = [_turn(element) for element in elements]
    whole: list[Turn] = []
    for asked, answered in pairwise(turns):
        if asked and answered and (asked.role, answered.role) == (Role.USER, Role.ASSISTANT):
            whole += (asked, answered)
    return tuple(whole[-2 * pairs :])


def _turn(element: bytes) -> Turn | None:
    try:
        entry = _Entry.model_validate_json(element)
    except ValidationError:
        return None
    return Turn(entry.role, entry.content)
