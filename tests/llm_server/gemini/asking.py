"""The question that the tests ask the model, and what to expect of it."""

from collections.abc import Callable
from typing import Literal

import pytest
from pydantic import BaseModel

from llm_server.errors import ModelFailure
from llm_server.gemini.client import Gemini
from llm_server.model import NO_DEADLINE, Deadline, Inquiry, Role, Task, Turn
from tests.llm_server.provider import Provider


class Yes(BaseModel):
    answer: Literal["예", "아니오"]


INQUIRY = Inquiry(Task.ANSWER, system="rules", turns=[Turn(Role.USER, "큰가요?")], reply=Yes)
ATTEMPTS = 4

Make = Callable[..., Gemini]


async def failed(gemini: Gemini, *, deadline: Deadline = NO_DEADLINE) -> ModelFailure:
    with pytest.raises(ModelFailure) as raised:
        await gemini.complete(INQUIRY, deadline=deadline)
    return raised.value


async def seen(provider: Provider, count: int) -> bool:
    return len(provider.requests) >= count
