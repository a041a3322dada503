"""What the model may say about a question: an intent, members by their number, and a few bounded numbers."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Intent = Literal[
    "LIVE", "UPCOMING", "SCHEDULE", "PROFILE", "SUBSCRIBERS", "RANKING", "CALENDAR", "HISTORY", "NONE"
]
MOST_HOURS, MOST_DAYS, MONTHS = 168, 365, 12


def _at_most(limit: int) -> BeforeValidator:
    """Nearest is meant: who asks for two years back gets the one that there is."""

    def clamp(value: object) -> object:
        return min(max(value, 0), limit) if isinstance(value, int) else value

    return BeforeValidator(clamp)


class QuestionReply(BaseModel):
    """What the question asks for; `members` are numbers of the candidates, from 1."""

    model_config = ConfigDict(frozen=True)

    intent: Intent
    members: tuple[int, ...]
    hours: Annotated[int, Field(ge=0, le=MOST_HOURS), _at_most(MOST_HOURS)]
    days: Annotated[int, Field(ge=0, le=MOST_DAYS), _at_most(MOST_DAYS)]
    month: Annotated[int, Field(ge=0, le=MONTHS), _at_most(MONTHS)]


NOTHING = QuestionReply(intent="NONE", members=(), hours=0, days=0, month=0)
