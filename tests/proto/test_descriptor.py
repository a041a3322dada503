"""No name, number, type or presence of the contract can ever move: what was released stands in a file.

New fields and rpcs are added to the contract freely; the file is then written anew with
`python -m tests.proto.test_descriptor`, and the review sees that lines were only added.
"""

from pathlib import Path

from google.protobuf.descriptor import FieldDescriptor
from llm.v1 import llm_service_pb2 as pb

RELEASED = Path(__file__).parent.parent / "data" / "llm_v1_contract.txt"

TYPES = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_DOUBLE: "double",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_BOOL: "bool",
}


def contract() -> list[str]:
    """One line for each rpc and each field, and for each message without fields."""
    service = pb.DESCRIPTOR.services_by_name["LLMService"]
    lines = [
        f"rpc {service.full_name}/{method.name} {method.input_type.full_name} -> {method.output_type.full_name}"
        + (" stream" if method.client_streaming or method.server_streaming else "")
        for method in service.methods
    ]
    for message in pb.DESCRIPTOR.message_types_by_name.values():
        lines += [f"message {message.name} {_field(field)}" for field in message.fields] or [
            f"message {message.name}"
        ]
    return lines


def _field(field: FieldDescriptor) -> str:
    kind = field.message_type.full_name if field.message_type else TYPES[field.type]
    if field.is_repeated:
        label = "repeated "
    else:
        label = "optional " if field.has_presence and not field.message_type else ""
    return f"{field.number} {label}{kind} {field.name}"


def test_what_was_released_still_stands() -> None:
    released = RELEASED.read_text("utf-8").splitlines()
    assert [line for line in released if line not in contract()] == []


def test_what_is_new_is_written_down() -> None:
    assert RELEASED.read_text("utf-8").splitlines() == contract()


def test_the_first_release_had_19_rpcs_and_36_messages_with_118_fields() -> None:
    released = RELEASED.read_text("utf-8").splitlines()
    messages = {line.split()[1] for line in released if line.startswith("message ")}
    assert sum(line.startswith("rpc ") for line in released) >= 19
    assert len(messages) >= 36
    assert sum(line.startswith("message ") for line in released) >= 118


if __name__ == "__main__":
    RELEASED.write_text("\n".join(contract()) + "\n", "utf-8")
