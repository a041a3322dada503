"""The seam between what the server asks and who answers: `gemini` is one model, a test may bring another."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

T = TypeVar("T", bound=BaseModel)
T_co = TypeVar("T_co", bound=BaseModel, covariant=True)


class Task(StrEnum):
    """What the model is asked for; it decides which model, how much thinking, and the metric's label."""

    ANSWER = "answer"
    HINTS = "hints"
    VERIFY = "verify"
    NORMALIZE = "normalize"
    SYNONYM = "synonym"


class Role(StrEnum):
    """Who says a turn."""

    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said in a conversation."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment, on the event loop's clock in seconds, by which the caller wants the answer."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """`seconds` from now."""
        return cls(asyncio.get_running_loop().time() + seconds)

    def sooner(self, seconds: float) -> "Deadline":
        """This deadline, or `seconds` from now when that comes first."""
        return min(self, Deadline.after(seconds), key=lambda deadline: deadline.at)

    def left(self) -> float:
        """Seconds until then; negative when it has passed."""
        return self.at - asyncio.get_running_loop().time()


NO_DEADLINE = Deadline(float("inf"))


def anything(_reply: BaseModel) -> bool:
    """Every reply that fits the schema will do."""
    return True


@dataclass(frozen=True, slots=True)
class Inquiry(Generic[T]):
    """One question to a model. `reply` is the only shape an answer may have; `accepts` adds what a schema
    cannot say.
    """

    task: Task
    system: str
    turns: Sequence[Turn]
    reply: type[T]
    accepts: Callable[[T], bool] = anything


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer. `input` includes `cached`, `output` includes `reasoning`."""

    input: int = 0
    output: int = 0
    reasoning: int = 0
    cached: int = 0


@dataclass(frozen=True, slots=True)
class Completion(Generic[T_co]):
    """A model's answer, already checked, with the model that gave it and what it cost."""

    reply: T_co
    model: str
    usage: Usage = field(default_factory=Usage)


class Model(Protocol):
    """Whoever answers inquiries."""

    async def complete(self, inquiry: Inquiry[T], *, deadline: Deadline) -> Completion[T]:
        """The answer, by the deadline.

        Raises:
            ModelFailure: there is none, and none is invented.
        """
        ...
