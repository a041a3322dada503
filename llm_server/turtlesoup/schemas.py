"""What the model may answer: nothing but verdicts, and the few texts that are wanted.

The labels are wire values; they are compared byte for byte. Facts are told by their number, from 1.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Category = Literal["MYSTERY", "HORROR", "ABSURD", "LOGIC"]
CATEGORIES: tuple[Category, ...] = ("MYSTERY", "HORROR", "ABSURD", "LOGIC")
DEFAULT_CATEGORY: Category = "MYSTERY"
DIFFICULTIES = (1, 2, 3, 4, 5)
DEFAULT_DIFFICULTY = 3
HINTS = 3
"""Hints of a puzzle, and their levels."""

Verdict = Literal[
    "예", "아니오", "관계없습니다", "조금은 관계있습니다", "전제가 틀렸습니다", "답변할 수 없습니다"
]
CANNOT_SAY: Verdict = "답변할 수 없습니다"
Solved = Literal["YES", "CLOSE", "NO"]

_IMPORTANT = ", 중요한 질문입니다!"
_IMPORTANT_NO = "아니오 하지만 중요한 질문입니다!"


class _Reply(BaseModel):
    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)


class AnswerReply(_Reply):
    """The verdict on a question, whether it is a pivotal one, and what it may have brought to light."""

    answer: Verdict
    important: bool
    facts: tuple[int, ...]
    sure: bool

    @property
    def is_important(self) -> bool:
        """Whether players are told so: what cannot be answered is not."""
        return self.important and self.answer != CANNOT_SAY

    @property
    def sentence(self) -> str:
        """The verdict as players read it."""
        if not self.is_important:
            return self.answer
        return _IMPORTANT_NO if self.answer == "아니오" else self.answer + _IMPORTANT

    @property
    def found(self) -> tuple[int, ...]:
        """Positions of the facts that are known now: a yes confirms what was asked; of any other verdict one
        must be sure that it says as much (a no to "do they hate each other?").
        """
        told = self.answer == "예" or (self.sure and self.answer != CANNOT_SAY)
        return positions(self.facts) if told else ()


class ValidateReply(_Reply):
    """How near an attempted solution is, what it has right, and what is missing."""

    result: Solved
    facts: tuple[int, ...]
    missing: str


class HintReply(_Reply):
    """One hint."""

    hint: str


class PuzzleReply(_Reply):
    """A new puzzle."""

    title: str
    scenario: str
    solution: str
    category: Category
    difficulty: Literal[1, 2, 3, 4, 5]
    hints: Annotated[tuple[str, ...], Field(min_length=HINTS, max_length=HINTS)]
    key_facts: Annotated[tuple[str, ...], Field(min_length=3, max_length=7)]
    warning: str

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that must say something."""
        return self.title, self.scenario, self.solution, *self.hints, *self.key_facts


class RewriteReply(_Reply):
    """A puzzle told anew."""

    scenario: str
    solution: str


def are_among(numbers: Iterable[int], facts: Sequence[str]) -> bool:
    """Whether each number is that of a fact."""
    return all(0 < number <= len(facts) for number in numbers)


def positions(numbers: Iterable[int]) -> tuple[int, ...]:
    """From 0, in order, each once."""
    return tuple(sorted({number - 1 for number in numbers}))


def agreed(one: ValidateReply, other: ValidateReply) -> ValidateReply:
    """Two votes as one; when they differ, the solution is close, and has right what both saw."""
    if one.result == other.result:
        return one
    both = tuple(number for number in one.facts if number in other.facts)
    return ValidateReply(result="CLOSE", facts=both, missing=other.missing)
