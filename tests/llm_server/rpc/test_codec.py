"""Messages ↔ models: presence, structs, and disagreement with the contract."""

import pytest
from google.protobuf.json_format import MessageToDict
from llm.v1 import llm_service_pb2 as pb

from llm_server.contract import EndSessionRequest, Nothing
from llm_server.errors import InvalidInput
from llm_server.rpc.codec import ContractError, check, fill, to_model
from llm_server.twentyq.contract import (
    TwentyQAnswerQuestionRequest,
    TwentyQAnswerQuestionResponse,
    TwentyQSelectTopicRequest,
    TwentyQSelectTopicResponse,
)


def question(**fields: object) -> pb.TwentyQAnswerQuestionRequest:
    message = pb.TwentyQAnswerQuestionRequest(target="사과", category="food", question="큰가요?")
    for name, value in fields.items():
        if isinstance(value, dict):
            getattr(message, name).update(value)
        else:
            setattr(message, name, value)
    return message


def test_what_is_unset_is_absent() -> None:
    read = to_model(question(), TwentyQAnswerQuestionRequest)

    assert read.details is None
    assert (read.session_id, read.chat_id, read.conversation) == ("", "", "")


def test_a_struct_is_a_dict_and_whole_numbers_are_whole() -> None:
    details = {"year": 2010, "rate": 7.5, "tags": ["가", None, True], "deep": {"k": "v"}}
    read = to_model(question(details=details), TwentyQAnswerQuestionRequest)

    assert read.details == details
    assert isinstance((read.details or {})["year"], int)


def test_a_value_without_a_kind_is_null() -> None:
    message = question()
    message.details.fields["k"].SetInParent()

    assert to_model(message, TwentyQAnswerQuestionRequest).details == {"k": None}


def test_an_empty_struct_is_not_an_absent_one() -> None:
    message = question()
    message.details.SetInParent()

    assert to_model(message, TwentyQAnswerQuestionRequest).details == {}


def test_blank_and_unset_are_the_same_without_presence() -> None:
    with pytest.raises(InvalidInput):
        to_model(pb.EndSessionRequest(), EndSessionRequest)


def test_lists() -> None:
    message = pb.TwentyQSelectTopicRequest(banned_topics=["가", "나"])
    read = to_model(message, TwentyQSelectTopicRequest)

    assert (read.category, read.banned_topics, read.excluded_categories) == ("", ("가", "나"), ())


def test_a_response_keeps_none_unset() -> None:
    message = pb.TwentyQAnswerQuestionResponse()
    fill(message, TwentyQAnswerQuestionResponse(scale=None, raw_text="x"))
    assert not message.HasField("scale")

    fill(message, TwentyQAnswerQuestionResponse(scale="예", raw_text="예"))
    assert (message.scale, message.HasField("thought_signature")) == ("예", False)


def test_details_of_a_response() -> None:
    message = pb.TwentyQSelectTopicResponse()
    fill(message, TwentyQSelectTopicResponse(name="사과", category="food", details=None))
    assert not message.HasField("details")

    fill(message, TwentyQSelectTopicResponse(name="사과", category="food", details={"색": ["빨강", 1]}))
    assert MessageToDict(message.details) == {"색": ["빨강", 1]}


def test_a_model_that_differs_from_the_contract_is_refused() -> None:
    check(EndSessionRequest, pb.EndSessionRequest.DESCRIPTOR)

    with pytest.raises(ContractError, match="session_id"):
        check(Nothing, pb.EndSessionRequest.DESCRIPTOR)
