"""REST bodies, both ways."""

import json
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from llm_server.errors import ModelBlocked, ModelUnreadable
from llm_server.gemini.failures import Again, AttemptFailed
from llm_server.gemini.plans import Plan
from llm_server.gemini.wire import Response, body
from llm_server.model import Inquiry, Role, Task, Turn, Usage


class Yes(BaseModel):
    answer: Literal["예", "아니오"]


INQUIRY = Inquiry(
    Task.ANSWER,
    system="rules",
    turns=[Turn(Role.USER, "Q: a"), Turn(Role.ASSISTANT, "A: b"), Turn(Role.USER, "now")],
    reply=Yes,
)


def response(text: str | None = '{"answer": "예"}', finish: str = "STOP", **more: Any) -> Response:
    content = {} if text is None else {"content": {"role": "model", "parts": [{"text": text}]}}
    return Response.parse(json.dumps({"candidates": [{**content, "finishReason": finish}], **more}))


def failed(found: Response, inquiry: Inquiry[Yes] = INQUIRY) -> AttemptFailed:
    with pytest.raises(AttemptFailed) as raised:
        found.reply(inquiry)
    return raised.value


def test_the_request() -> None:
    made = body(INQUIRY, Plan("gemini-3-x", {"maxOutputTokens": 5}))

    assert made["systemInstruction"] == {"parts": [{"text": "rules"}]}
    assert made["contents"] == [
        {"role": "user", "parts": [{"text": "Q: a"}]},
        {"role": "model", "parts": [{"text": "A: b"}]},
        {"role": "user", "parts": [{"text": "now"}]},
    ]
    assert made["generationConfig"]["maxOutputTokens"] == 5
    schema = made["generationConfig"]["responseJsonSchema"]
    assert schema["properties"]["answer"]["enum"] == ["예", "아니오"]
    assert {setting["threshold"] for setting in made["safetySettings"]} == {"BLOCK_ONLY_HIGH"}
    assert len(made["safetySettings"]) == 4


def test_thoughts_are_not_part_of_the_answer() -> None:
    parts = [{"text": "hmm", "thought": True}, {"text": '{"answer": '}, {"text": '"예"}'}]
    found = Response.parse(
        json.dumps({"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]})
    )

    assert found.reply(INQUIRY) == Yes(answer="예")


def test_usage_counts_thoughts_as_output() -> None:
    metadata = {
        "promptTokenCount": 100,
        "cachedContentTokenCount": 60,
        "candidatesTokenCount": 7,
        "thoughtsTokenCount": 20,
        "totalTokenCount": 127,
    }

    assert response(usageMetadata=metadata).usage == Usage(input=100, output=27, reasoning=20, cached=60)
    assert response().usage == Usage()


@pytest.mark.parametrize("count", [-1, 10**30, 1.5, None, "many"])
def test_usage_that_cannot_be_is_not_counted(count: Any) -> None:
    with pytest.raises(AttemptFailed) as raised:
        response(usageMetadata={"promptTokenCount": count})

    assert type(raised.value.failure) is ModelUnreadable


@pytest.mark.parametrize("finish", ["STOP", "MAX_TOKENS", "OTHER", ""])
def test_a_complete_answer_is_taken_however_it_ended(finish: str) -> None:
    assert response(finish=finish).reply(INQUIRY).answer == "예"


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"answer": "예"}\n```',
        '{"answer": "예',
        '{"answer": "글쎄"}',
        '{"answer": " 예"}',
        "예",
        "{}",
        "[]",
    ],
)
def test_whatever_does_not_fit_is_unreadable_and_worth_one_more_try(text: str) -> None:
    attempt = failed(response(text))

    assert isinstance(attempt.failure, ModelUnreadable)
    assert attempt.again is Again.ONCE


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_no_text_is_unreadable(text: str | None) -> None:
    assert isinstance(failed(response(text)).failure, ModelUnreadable)
    assert isinstance(failed(Response.parse("{}")).failure, ModelUnreadable)


@pytest.mark.parametrize("text", [None, '{"answer": "예'])
def test_a_limit_of_tokens_is_not_met_twice(text: str | None) -> None:
    attempt = failed(response(text, "MAX_TOKENS"))

    assert attempt.again is Again.NEVER
    assert attempt.failure.details == {"finish_reason": "MAX_TOKENS"}


@pytest.mark.parametrize("finish", ["SAFETY", "RECITATION", "PROHIBITED_CONTENT", "SPII", "BLOCKLIST"])
def test_a_withheld_answer_is_blocked_even_when_part_of_it_came(finish: str) -> None:
    attempt = failed(response(finish=finish))

    assert isinstance(attempt.failure, ModelBlocked)
    assert attempt.failure.details == {"reason": finish}
    assert attempt.again is Again.NEVER


def test_a_blocked_prompt_is_blocked() -> None:
    attempt = failed(Response.parse('{"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}'))

    assert isinstance(attempt.failure, ModelBlocked)


def test_what_the_schema_cannot_say_is_asked_too() -> None:
    picky = Inquiry(
        Task.ANSWER, system="", turns=[], reply=Yes, accepts=lambda reply: reply.answer == "아니오"
    )

    assert isinstance(failed(response(), picky).failure, ModelUnreadable)
    assert response('{"answer": "아니오"}').reply(picky).answer == "아니오"


@pytest.mark.parametrize("text", ["", "<html>", "[]", '{"candidates": 5}'])
def test_a_body_that_is_no_response_is_unreadable(text: str) -> None:
    with pytest.raises(AttemptFailed) as raised:
        Response.parse(text)

    assert isinstance(raised.value.failure, ModelUnreadable)
