"""The seam between what the server asks and who answers: `gemini` is one model, a test may bring another."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T", bound=BaseModel)
T_co = TypeVar("T_co", bound=BaseModel, covariant=True)


class Task(StrEnum):
    """What the model is asked for; it decides which model, how much thinking, and the metric's label."""

    ANSWER = "answer"
    HINTS = "hints"
    VERIFY = "verify"
    NORMALIZE = "normalize"
    SYNONYM = "synonym"
    PUZZLE = "puzzle"
    REWRITE = "rewrite"
    REVEAL = "reveal"
    PARSE = "parse"
    CHAT = "chat"
    STRUCTURED = "structured"


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


class Text(BaseModel):
    """A reply in free words; `reasoning` is what the model thought, when it was asked to show that."""

    model_config = ConfigDict(frozen=True)

    text: str
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class Inquiry(Generic[T]):
    """One question to a model.

    `reply` is the only shape an answer may have (`Text`: free words), `schema` describes it when the class
    cannot, and `accepts` adds what a schema cannot say. `model` overrides the one that serves the task,
    `search` lets it look things up when the operator allows that, `thoughts` asks for its reasoning.
    """

    task: Task
    system: str
    turns: Sequence[Turn]
    reply: type[T]
    schema: Mapping[str, Any] | None = None
    accepts: Callable[[T], bool] = anything
    model: str = ""
    search: bool = False
    thoughts: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """What one answer used: tokens (`input` includes `cached`, `output` includes `reasoning`), searches."""

    input: int = 0
    output: int = 0
    reasoning: int = 0
    cached: int = 0
    searches: int = 0

    @property
    def total(self) -> int:
        """Tokens in and out."""
        return self.input + self.output

    def plus(self, other: "Usage") -> "Usage":
        """Both together."""
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.reasoning + other.reasoning,
            self.cached + other.cached,
            self.searches + other.searches,
        )


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


class Ledger(Protocol):
    """Whoever keeps count of what the model was asked and what it used. Neither method waits or raises."""

    def used(self, task: Task, model: str, usage: Usage) -> None:
        """A response came back, usable or not: it is billed."""
        ...

    def ended(self, task: Task, outcome: str, seconds: float) -> None:
        """An inquiry was answered (`ok`) or given up."""
        ...
