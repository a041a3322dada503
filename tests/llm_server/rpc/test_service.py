"""The table and the contract must agree before anything is served."""

from typing import Any

import pytest

from llm_server.contract import Message, Nothing
from llm_server.model import Deadline
from llm_server.operations import Operation
from llm_server.rpc.codec import ContractError
from llm_server.rpc.service import handlers


async def nothing(_request: Nothing, _deadline: Deadline) -> Message:
    return Message()


def operation(name: str, **changes: Any) -> Operation[Any, Any]:
    return Operation(
        name=name,
        method="GET",
        path="/",
        request=Nothing,
        response=Message,
        run=nothing,
        tag="",
        summary="",
        **changes,
    )


def test_an_rpc_that_the_contract_does_not_know_is_refused() -> None:
    with pytest.raises(ContractError, match="Sing is not in the contract"):
        handlers((operation("Sing"),))


def test_an_operation_with_other_fields_than_the_contract_is_refused() -> None:
    with pytest.raises(ContractError, match="model_default"):
        handlers((operation("GetModelConfig"),))


def test_an_operation_without_an_rpc_is_left_out() -> None:
    handlers((operation("Sing", rpc=False),))
