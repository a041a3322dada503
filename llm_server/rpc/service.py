"""From the table to rpc handlers. What the contract has and the table has not stays unimplemented."""

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from llm.v1 import llm_service_pb2 as pb

from llm_server.model import NO_DEADLINE, Deadline
from llm_server.operations import Operation, Table
from llm_server.rpc import codec

SERVICE = pb.DESCRIPTOR.services_by_name["LLMService"]

Context = grpc.aio.ServicerContext[Any, Any]
Behaviour = Callable[[Any, Context], Awaitable[Message]]

LONGEST_MARGIN = 0.25
"""Seconds kept back of the caller's deadline (at most a tenth of it), so that our error arrives in time."""


def handlers(operations: Table) -> grpc.GenericRpcHandler:
    """The service.

    Raises:
        ContractError: an operation and the contract disagree.
    """
    return grpc.method_handlers_generic_handler(
        SERVICE.full_name, {op.name: _handler(op) for op in operations if op.rpc}
    )


def _handler(operation: Operation[Any, Any]) -> "grpc.RpcMethodHandler[Any, Any]":
    method = SERVICE.methods_by_name.get(operation.name)
    if method is None:
        raise codec.ContractError(f"{operation.name} is not in the contract")
    codec.check(operation.request, method.input_type)
    codec.check(operation.response, method.output_type)
    request_class, response_class = map(GetMessageClass, (method.input_type, method.output_type))

    async def behaviour(message: Message, context: Context) -> Message:
        request = codec.to_model(message, operation.request)
        reply = await operation.run(request, deadline(context))
        return codec.fill(response_class(), reply)

    return grpc.unary_unary_rpc_method_handler(
        behaviour,
        request_deserializer=request_class.FromString,
        response_serializer=response_class.SerializeToString,
    )


def deadline(context: Context) -> Deadline:
    """The moment by which the answer must leave, a little before the caller gives up."""
    left: float | None = context.time_remaining()
    return NO_DEADLINE if left is None else Deadline.after(left - min(LONGEST_MARGIN, left / 10))
