"""What requests and responses have in common, and the messages that belong to no game.

Field names are those of the contract in `proto/`. Both doors validate with these models: they refuse alike.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from llm_server.errors import Failure, InvalidInput, MalformedRequest

_BLANK = "string_too_short"
LONGEST_ECHO = 200
"""Characters of a refused value that are sent back."""


Filled = Annotated[str, StringConstraints(min_length=1)]
"""A text that says something; surrounding blanks are dropped first."""


class Message(BaseModel):
    """What goes through a door."""

    model_config = ConfigDict(frozen=True)


class Request(Message):
    """Unknown fields are ignored, null means absent, texts are trimmed.

    A field declared with `repr=False` holds a secret: its value is never echoed.
    """

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        return {name: value for name, value in data.items() if value is not None}


class Nothing(Request):
    """A request without fields."""


class ModelConfigResponse(Message):
    """Which model serves which task."""

    model_default: str
    model_hints: str
    model_answer: str
    model_verify: str
    temperature: float
    configured_temperature: float
    timeout_seconds: int
    max_retries: int
    http2_enabled: bool
    transport_mode: Literal["h1", "h2c"]


class EndSessionRequest(Request):
    """Which conversation to forget."""

    session_id: Filled


class EndSessionResponse(Message):
    """The conversation is forgotten, whether it was known or not."""

    message: str
    id: str


def refusal(error: ValidationError, request: type[Request]) -> Failure:
    """What the caller is told about a request that does not validate."""
    problems = [
        {
            "field": ".".join(map(str, problem["loc"])) or "body",
            "message": problem["msg"],
            "value": _echo(problem, request),
        }
        for problem in error.errors(include_url=False, include_context=False)
    ]
    names = ", ".join(str(problem["field"]) for problem in problems)
    if all(problem["type"] == _BLANK for problem in error.errors(include_url=False)):
        return InvalidInput(f"must not be blank: {names}", errors=problems)
    return MalformedRequest(f"cannot be read: {names}", errors=problems)


def _echo(problem: Mapping[str, Any], request: type[Request]) -> str | None:
    """The refused value, shortened; nothing when it is absent, structured or secret."""
    value = problem["input"]
    if not problem["loc"] or not isinstance(value, str | int | float):
        return None
    field = request.model_fields.get(str(problem["loc"][0]))
    return str(value)[:LONGEST_ECHO] if field is not None and field.repr else None
