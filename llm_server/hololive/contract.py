"""The request and response of hololive, named as in the contract."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from llm_server.contract import Filled, Message, Request, example
from llm_server.hololive.schemas import MONTHS, MOST_DAYS, MOST_HOURS, Intent

MOST_CANDIDATES = 20


def _is_a_day(text: str) -> str:
    date.fromisoformat(text)
    return text


Day = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"),
    AfterValidator(_is_a_day),
    Field(json_schema_extra={"format": "date"}),
]


class HololiveMember(Request):
    """A member whom a question may mean."""

    id: Filled
    name: Filled


class HololiveParseQuestionRequest(Request):
    """A question in free words, with the members whose names it may contain."""

    model_config = example(
        {
            "question": "미코 오늘 방송 있어?",
            "candidates": [{"id": "UC-hM6YJuNYVAmUWxeIr9FeA", "name": "사쿠라 미코"}],
            "today": "2026-11-25",
        }
    )

    question: Filled
    candidates: Annotated[tuple[HololiveMember, ...], Field(max_length=MOST_CANDIDATES)] = ()
    today: Day


class HololiveParseQuestionResponse(Message):
    """What it asks for; NONE when it is not sure."""

    model_config = example(
        {
            "intent": "UPCOMING",
            "member_ids": ["UC-hM6YJuNYVAmUWxeIr9FeA"],
            "hours": 24,
            "days": 0,
            "month": 0,
        }
    )

    intent: Intent
    member_ids: tuple[str, ...]
    hours: Annotated[int, Field(ge=0, le=MOST_HOURS)]
    days: Annotated[int, Field(ge=0, le=MOST_DAYS)]
    month: Annotated[int, Field(ge=0, le=MONTHS)]
