"""What the HTTP routes of the games have in common: who calls, pages of a list, bodies in camel case."""

from dataclasses import dataclass
from typing import Annotated, Any, get_args

from fastapi import Depends, Header, Path, Query, Request
from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel

from botkit.chat.message import Player

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL takes no NUL."""

SAID = r"^[^\x00]*[^\x00\s][^\x00]*$"
"""The same for what is not blank."""


class Body(BaseModel):
    """A body; its names are written in camel case."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _as_described(cls, value: Any, info: ValidationInfo) -> Any:
        """No NUL, also where the type does not say so; true and false are no numbers."""
        if isinstance(value, bool) and _is_number(cls.model_fields[info.field_name or ""].annotation):
            raise ValueError("must be a number")
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and "\0" in text for text in texts):
            raise ValueError("must not contain NUL")
        return value


def _is_number(annotation: Any) -> bool:
    return annotation is int or any(map(_is_number, get_args(annotation)))


class Ok(Body):
    """Something went well."""

    status: str = "ok"


class Done(Ok):
    """Something was done."""

    message: str


NOT_TOLD = "the room was not told"
"""The message when something was done, but its room could not be reached."""


class Written(Done):
    """Something was written down, under an id."""

    id: int


class Slice(Ok):
    """A piece of a list of `total` entries."""

    total: int
    limit: int
    offset: int


Key = Annotated[str, Path(min_length=1, max_length=300, pattern=r"^[^\x00]+$")]
"""The name of something, in a path."""


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a route is called: a room and a person in it."""

    room: str
    player: Player


def caller(
    request: Request,
    x_session_id: Annotated[str, Header(description="The room; else one of the caller's address")] = "",
    x_user_id: Annotated[str, Header(description="The person; else the caller's address")] = "",
    x_forwarded_for: Annotated[str, Header(include_in_schema=False)] = "",
    x_real_ip: Annotated[str, Header(include_in_schema=False)] = "",
) -> Caller:
    """The caller; whoever has the API key may speak for anybody."""
    peer = request.client.host if request.client else ""
    address = x_forwarded_for.partition(",")[0].strip() or x_real_ip.strip() or peer
    room = x_session_id.strip() or f"internal:{address or 'local'}"
    user = x_user_id.strip() or address or "unknown"
    return Caller(room, Player(user, user))


Calling = Annotated[Caller, Depends(caller)]

Operator = Annotated[str, Header(alias="X-User-Id", description="Who does it, for the record")]


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of a list."""

    limit: int
    offset: int


def page(
    limit: Annotated[int, Query(ge=1, le=100)] = 50, offset: Annotated[int, Query(ge=0, le=2**31)] = 0
) -> Page:
    """The piece that is asked for."""
    return Page(limit, offset)


Paged = Annotated[Page, Depends(page)]
