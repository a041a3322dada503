"""What the model may answer: nothing but verdicts. Reasoning is left to the model's own thinking.

The labels are wire values; they are compared byte for byte.
"""

from typing import Literal

from pydantic import BaseModel

Scale = Literal["예", "아마도 예", "아마도 아니오", "아니오", "정책 위반", "이해할 수 없는 질문입니다"]
NOT_UNDERSTOOD: Scale = "이해할 수 없는 질문입니다"
VERDICT_SCALES: tuple[Scale, ...] = ("예", "아마도 예", "아마도 아니오", "아니오")
"""What says something about the secret: worth remembering."""

Likeness = Literal["정답", "근접", "오답"]
Sameness = Literal["동일", "상이"]

Verdict = Literal["ACCEPT", "CLOSE", "REJECT"]
Equivalence = Literal["EQUIVALENT", "NOT_EQUIVALENT"]

VERDICTS: dict[Likeness, Verdict] = {"정답": "ACCEPT", "근접": "CLOSE", "오답": "REJECT"}
EQUIVALENCES: dict[Sameness, Equivalence] = {"동일": "EQUIVALENT", "상이": "NOT_EQUIVALENT"}


class AnswerReply(BaseModel):
    """The verdict on a question."""

    answer: Scale


class VerifyReply(BaseModel):
    """How near a guess is."""

    result: Likeness


class SynonymReply(BaseModel):
    """Whether two words mean the same thing."""

    result: Sameness


class HintsReply(BaseModel):
    """Hints."""

    hints: list[str]


class NormalizeReply(BaseModel):
    """A question as it was meant."""

    normalized: str
