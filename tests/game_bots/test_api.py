"""Bodies of requests say no to what their description does not allow."""

from typing import Any

import pytest
from pydantic import ValidationError

from game_bots.api import Body
from game_bots.turtlesoup.contract import StartRequest
from game_bots.twentyq.contract import AnswerRequest, CleanupRequest, RefundRequest, SynonymRequest

START = {"sessionId": "s", "userId": "u", "chatId": "c"}
REFUND = {"userId": "u", "adminUserId": "boss", "reason": "왜"}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (CleanupRequest, {"olderThanHours": True}),
        (CleanupRequest, {"olderThanHours": 0}),
        (StartRequest, START | {"difficulty": True}),
        (RefundRequest, REFUND | {"restoreStats": 0}),
        (AnswerRequest, {"question": " \t\n"}),
        (AnswerRequest, {"question": "살아\0있나요?"}),
        (SynonymRequest, {"canonical": "고양이", "aliases": ["냐옹이", "\t"]}),
        (SynonymRequest, {"canonical": "고양이", "aliases": ["냐옹이\0"]}),
    ],
)
def test_bodies_that_are_refused(kind: type[Body], body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        kind.model_validate(body)


def test_bodies_that_are_taken() -> None:
    assert CleanupRequest.model_validate({"olderThanHours": 3}).older_than_hours == 3
    assert StartRequest.model_validate(START | {"difficulty": None}).difficulty is None
    assert RefundRequest.model_validate(REFUND | {"restoreStats": False}).restore_stats is False
    assert AnswerRequest.model_validate({"question": " 살아\n있나요? "}).question == "살아\n있나요?"
