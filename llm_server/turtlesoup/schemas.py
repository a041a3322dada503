"""What the model may answer: nothing but verdicts, and the few texts that are wanted.

The labels are wire values; they are compared byte for byte.
"""

from typing import Literal

from pydantic import BaseModel

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


class AnswerReply(BaseModel):
    """The verdict on a question, and whether it is a pivotal one."""

    answer: Verdict
    important: bool

    @property
    def sentence(self) -> str:
        """The verdict as players read it."""
        if not self.important or self.answer == CANNOT_SAY:
            return self.answer
        return _IMPORTANT_NO if self.answer == "아니오" else self.answer + _IMPORTANT


class ValidateReply(BaseModel):
    """How near an attempted solution is."""

    result: Solved


class HintReply(BaseModel):
    """One hint."""

    hint: str


class PuzzleReply(BaseModel):
    """A new puzzle."""

    title: str
    scenario: str
    solution: str
    category: Category
    difficulty: Literal[1, 2, 3, 4, 5]
    hints: list[str]

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that must say something."""
        return self.title, self.scenario, self.solution, *self.hints


class RewriteReply(BaseModel):
    """A puzzle told anew."""

    scenario: str
    solution: str
