"""Numbers stay within their bounds, whatever the model says."""

from typing import Any

import pytest
from pydantic import ValidationError

from llm_server.hololive.schemas import NOTHING, QuestionReply

GOOD = {"intent": "UPCOMING", "members": [1], "hours": 24, "days": 0, "month": 0}


@pytest.mark.parametrize(
    ("name", "said", "meant"),
    [
        ("hours", -1, 0),
        ("hours", 168, 168),
        ("hours", 169, 168),
        ("days", 366, 365),
        ("days", -(10**30), 0),
        ("month", 13, 12),
        ("month", 0, 0),
    ],
)
def test_a_number_out_of_bounds_is_the_nearest_within(name: str, said: int, meant: int) -> None:
    assert getattr(QuestionReply.model_validate(GOOD | {name: said}), name) == meant


@pytest.mark.parametrize(
    "change", [{"intent": "SING"}, {"hours": "soon"}, {"month": None}, {"members": ["미코"]}], ids=str
)
def test_what_is_no_number_or_no_intent_is_no_reply(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        QuestionReply.model_validate(GOOD | change)


def test_nothing_asks_for_nothing() -> None:
    assert NOTHING.model_dump() == {"intent": "NONE", "members": (), "hours": 0, "days": 0, "month": 0}


def test_the_model_is_told_the_bounds() -> None:
    fields = QuestionReply.model_json_schema()["properties"]
    bounds = {name: (fields[name]["minimum"], fields[name]["maximum"]) for name in ("hours", "days", "month")}
    assert bounds == {"hours": (0, 168), "days": (0, 365), "month": (0, 12)}
