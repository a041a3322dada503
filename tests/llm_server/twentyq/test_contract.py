"""Which conversation a question belongs to."""

import pytest

from llm_server.twentyq.contract import TwentyQAnswerQuestionRequest


@pytest.mark.parametrize(
    ("ids", "conversation"),
    [
        ({"session_id": " s ", "chat_id": "1", "namespace": "n"}, "s"),
        ({"chat_id": "1", "namespace": "n"}, "n:1"),
        ({"chat_id": "1"}, "twentyq:1"),
        ({"namespace": "n"}, ""),
        ({"session_id": " ", "chat_id": ""}, ""),
        ({}, ""),
    ],
)
def test_the_conversation(ids: dict[str, str], conversation: str) -> None:
    request = {"target": "사과", "category": "food", "question": "왜?", **ids}

    assert TwentyQAnswerQuestionRequest.model_validate(request).conversation == conversation
