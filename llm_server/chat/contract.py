"""The requests and responses of free conversation: chat, structured answers, sessions."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue, RootModel

from llm_server.contract import Filled, Message, Request, example
from llm_server.model import Role, Turn, Usage
from llm_server.settings import GEMINI_NAME

MOST_TURNS = 100
"""Of a history that comes with a request."""


def _role(value: Any) -> Any:
    """`assistant` in any case is the model; whoever else speaks is the user."""
    if not isinstance(value, str):
        return value
    return Role.ASSISTANT if value.strip().lower() == Role.ASSISTANT else Role.USER


Speaker = Annotated[Role, BeforeValidator(_role, json_schema_input_type=str)]


ModelName = Annotated[str, Field(json_schema_extra={"pattern": f"^({GEMINI_NAME})?$"})]
"""Blank: whichever serves the task."""


class HistoryItem(Message):
    """One thing said before."""

    role: Speaker
    content: str

    @classmethod
    def of(cls, turn: Turn) -> "HistoryItem":
        """A turn as it is shown."""
        return cls(role=turn.role, content=turn.text)


class _Prompt(Request):
    """What all three have in common. `system_prompt` is understood, and refused unless blank."""

    prompt: Filled
    system_prompt: str = Field(default="", json_schema_extra={"maxLength": 0})
    history: tuple[HistoryItem, ...] = Field(default=(), max_length=MOST_TURNS)
    model: ModelName = ""

    @property
    def turns(self) -> list[Turn]:
        """The conversation, the prompt last."""
        before = [Turn(item.role, item.content) for item in self.history]
        return [*before, Turn(Role.USER, self.prompt)]


class ChatRequest(_Prompt):
    """Something to say; `task` (hints, answer, verify) chooses the model that serves it."""

    model_config = example(
        {"prompt": "바다거북은 몇 년쯤 사나요?", "history": [{"role": "user", "content": "안녕"}]}
    )

    task: str = ""


class ChatResponse(Message):
    """What the model says, and which one it was."""

    model_config = example(
        {"response": "종마다 다르지만 보통 50년을 넘겨요.", "model": "gemini-3-flash-preview"}
    )

    response: str
    model: str


class TokenUsage(Message):
    """Tokens; output includes reasoning, input includes cached."""

    input_tokens: int
    output_tokens: int
    total_tokens: int
    reasoning_tokens: int
    cached_tokens: int

    @classmethod
    def of(cls, usage: Usage) -> "TokenUsage":
        """What one answer used."""
        return cls(
            input_tokens=usage.input,
            output_tokens=usage.output,
            total_tokens=usage.total,
            reasoning_tokens=usage.reasoning,
            cached_tokens=usage.cached,
        )


_USAGE = {
    "input_tokens": 120,
    "output_tokens": 40,
    "total_tokens": 160,
    "reasoning_tokens": 12,
    "cached_tokens": 0,
}


class ChatWithUsageResponse(Message):
    """What the model says, what it used, and what it thought when it tells."""

    model_config = example(
        {"text": "보통 50년을 넘겨요.", "usage": _USAGE, "reasoning": "", "has_reasoning": False}
    )

    text: str
    usage: TokenUsage
    reasoning: str
    has_reasoning: bool


class StructuredRequest(_Prompt):
    """Something to be answered in a shape of the caller's."""

    model_config = example(
        {
            "prompt": "바다거북을 한 문장으로 설명해 줘",
            "json_schema": {
                "type": "object",
                "properties": {"sentence": {"type": "string"}},
                "required": ["sentence"],
            },
        }
    )

    json_schema: dict[str, JsonValue] = Field(min_length=1)


class StructuredResponse(RootModel[dict[str, JsonValue]]):
    """The object as the model gave it."""

    model_config = ConfigDict(
        frozen=True, json_schema_extra={"examples": [{"sentence": "바다에서 사는 커다란 거북이에요."}]}
    )

    def to_json(self) -> str:
        """For the HTTP door."""
        return self.model_dump_json()


class CreateSessionRequest(Request):
    """A new conversation that the server remembers."""

    model_config = example({"model": "gemini-3-flash-preview"})

    system_prompt: str = Field(default="", json_schema_extra={"maxLength": 0})
    model: ModelName = ""


class SessionRequest(Request):
    """Which conversation."""

    session_id: Filled


class SessionInfo(Message):
    """A conversation; what is empty is left out."""

    model_config = example(
        {
            "id": "0123456789abcdef0123456789abcdef",
            "created_at": "2026-01-02T03:04:05.678+00:00",
            "updated_at": "2026-01-02T03:04:05.678+00:00",
            "message_count": 0,
        }
    )

    id: str
    system_prompt: str | None = None
    model: str | None = None
    created_at: datetime
    updated_at: datetime
    message_count: int
    history: tuple[HistoryItem, ...] | None = None

    def to_json(self) -> str:
        """For the HTTP door."""
        return self.model_dump_json(exclude_none=True)


class SayRequest(Request):
    """Something to say in a conversation."""

    model_config = example({"message": "그럼 가장 오래 산 기록은요?"})

    session_id: Filled
    message: Filled


class SayResponse(Message):
    """What the model says, and how many messages the conversation has had."""

    model_config = example(
        {
            "response": "백 년을 넘겼대요.",
            "model": "gemini-3-flash-preview",
            "usage": _USAGE,
            "message_count": 2,
        }
    )

    response: str
    model: str
    usage: TokenUsage
    message_count: int
