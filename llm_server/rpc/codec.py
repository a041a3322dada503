"""Messages of the contract ↔ the models of the operations, presence kept both ways.

A field without presence is always there (proto3 cannot tell blank from absent), one with presence only when
it was set. A Struct is a dict.
"""

from collections.abc import Iterator
from typing import Any, TypeVar, get_args

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct, Value
from pydantic import BaseModel, ValidationError

from llm_server import contract

Q = TypeVar("Q", bound=contract.Request)


class ContractError(Exception):
    """A model of the table and its message in the contract have different fields."""


def check(model: type[BaseModel], message: Descriptor) -> None:
    """Compare the fields of both.

    Raises:
        ContractError: naming what differs.
    """
    if differing := model.model_fields.keys() ^ {field.name for field in message.fields}:
        raise ContractError(f"{model.__name__} and {message.full_name} differ in {sorted(differing)}")
    for field in message.fields:
        inner = get_args(model.model_fields[field.name].annotation)
        if field.message_type and inner and isinstance(inner[0], type) and issubclass(inner[0], BaseModel):
            check(inner[0], field.message_type)


def to_model(message: Message, model: type[Q]) -> Q:
    """A request as the operation takes it.

    Raises:
        MalformedRequest, InvalidInput: it does not validate.
    """
    try:
        return model.model_validate(dict(_present(message)))
    except ValidationError as error:
        raise contract.refusal(error, model) from None


def fill(message: Message, model: BaseModel) -> Message:
    """Write a response into an empty message; None leaves a field unset."""
    for name, value in model:
        if value is None:
            continue
        if isinstance(value, dict):
            getattr(message, name).update(value)
        elif isinstance(value, tuple):
            _extend(getattr(message, name), value)
        else:
            setattr(message, name, value)
    return message


def _extend(repeated: Any, values: tuple[Any, ...]) -> None:
    for value in values:
        if isinstance(value, BaseModel):
            fill(repeated.add(), value)
        else:
            repeated.append(value)


def _present(message: Message) -> Iterator[tuple[str, Any]]:
    for field in message.DESCRIPTOR.fields:
        if field.has_presence and not message.HasField(field.name):
            continue
        value = getattr(message, field.name)
        if isinstance(value, Struct):
            yield field.name, _dict(value)
        elif field.message_type:
            yield field.name, [dict(_present(item)) for item in value]
        else:
            yield field.name, list(value) if field.is_repeated else value


def _plain(value: Value) -> Any:
    """JSON's idea of a value; numbers that are whole become integers, as they were before they travelled."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _dict(value.struct_value)
    if kind == "list_value":
        return [_plain(item) for item in value.list_value.values]
    if kind == "number_value":
        return int(value.number_value) if value.number_value.is_integer() else value.number_value
    return None if kind in (None, "null_value") else getattr(value, kind)


def _dict(struct: Struct) -> dict[str, Any]:
    return {key: _plain(item) for key, item in struct.fields.items()}
