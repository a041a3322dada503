"""Free conversation: one question, or a session that is remembered."""

import asyncio
import re
from weakref import WeakValueDictionary

from llm_server.chat import contract as api
from llm_server.chat.schemas import JsonObject, checker
from llm_server.errors import InvalidInput, UnsupportedModel
from llm_server.gate import Gate
from llm_server.model import Completion, Deadline, Inquiry, Model, Role, Task, Text, Turn
from llm_server.sessions.history import Conversation
from llm_server.sessions.keeper import Sessions
from llm_server.settings import GEMINI_NAME

_TASKS = {task.value: task for task in (Task.HINTS, Task.ANSWER, Task.VERIFY)}


class Chat:
    """Knows nothing of doors and games."""

    def __init__(self, *, model: Model, sessions: Sessions, gate: Gate, system_prompt_allowed: bool) -> None:
        """`system_prompt_allowed`: whoever makes a session may say how the model is to behave."""
        self._model = model
        self._sessions = sessions
        self._gate = gate
        self._system_prompt_allowed = system_prompt_allowed
        self._talking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def chat(self, request: api.ChatRequest, deadline: Deadline) -> api.ChatResponse:
        """An answer in free words."""
        found = await self._said(request, deadline, thoughts=False)
        return api.ChatResponse(response=found.reply.text, model=found.model)

    async def chat_with_usage(
        self, request: api.ChatRequest, deadline: Deadline
    ) -> api.ChatWithUsageResponse:
        """The same, with what it used and what the model thought."""
        found = await self._said(request, deadline, thoughts=True)
        return api.ChatWithUsageResponse(
            text=found.reply.text,
            usage=api.TokenUsage.of(found.usage),
            reasoning=found.reply.reasoning,
            has_reasoning=bool(found.reply.reasoning),
        )

    async def structured(self, request: api.StructuredRequest, deadline: Deadline) -> api.StructuredResponse:
        """An answer in the caller's shape."""
        self._admit(request)
        inquiry = Inquiry(
            Task.STRUCTURED,
            system="",
            turns=request.turns,
            reply=JsonObject,
            schema=request.json_schema,
            accepts=checker(request.json_schema),
            model=request.model,
        )
        found = await self._model.complete(inquiry, deadline=deadline)
        return api.StructuredResponse(found.reply.root)

    async def create_session(self, request: api.CreateSessionRequest, _deadline: Deadline) -> api.SessionInfo:
        """A new session."""
        if request.system_prompt and not self._system_prompt_allowed:
            raise InvalidInput("system_prompt is not allowed here", field="system_prompt")
        self._gate.require(request.system_prompt)
        _require_gemini(request.model)
        meta = await self._sessions.create(system_prompt=request.system_prompt, model=request.model)
        return _shown(Conversation(meta))

    async def get_session(self, request: api.SessionRequest, _deadline: Deadline) -> api.SessionInfo:
        """What was said in a session."""
        return _shown(await self._sessions.get(request.session_id))

    async def say(self, request: api.SayRequest, deadline: Deadline) -> api.SayResponse:
        """Say something in a session; what is said at once is answered one after the other."""
        self._gate.require(request.message)
        async with self._talking.setdefault(request.session_id, asyncio.Lock()):
            before = await self._sessions.get(request.session_id)
            asked = Turn(Role.USER, request.message)
            inquiry = Inquiry(
                Task.CHAT,
                system=before.meta.system_prompt,
                turns=[*before.turns, asked],
                reply=Text,
                model=before.meta.model,
            )
            found = await self._model.complete(inquiry, deadline=deadline)
            answered = Turn(Role.ASSISTANT, found.reply.text)
            count = await self._sessions.remember(request.session_id, (asked, answered), known=True)
        return api.SayResponse(
            response=found.reply.text,
            model=found.model,
            usage=api.TokenUsage.of(found.usage),
            message_count=count or before.meta.message_count + 2,
        )

    async def _said(
        self, request: api.ChatRequest, deadline: Deadline, *, thoughts: bool
    ) -> Completion[Text]:
        self._admit(request)
        inquiry = Inquiry(
            _TASKS.get(request.task.lower(), Task.CHAT),
            system="",
            turns=request.turns,
            reply=Text,
            model=request.model,
            thoughts=thoughts,
        )
        return await self._model.complete(inquiry, deadline=deadline)

    def _admit(self, request: api.ChatRequest | api.StructuredRequest) -> None:
        if request.system_prompt:
            raise InvalidInput("system_prompt must be blank", field="system_prompt")
        _require_gemini(request.model)
        self._gate.require(*(turn.text for turn in request.turns if turn.role is Role.USER))


def _require_gemini(model: str) -> None:
    if model and not re.fullmatch(GEMINI_NAME, model):
        raise UnsupportedModel("only gemini-* models are served", field="model")


def _shown(conversation: Conversation) -> api.SessionInfo:
    meta = conversation.meta
    return api.SessionInfo(
        id=meta.id,
        system_prompt=meta.system_prompt or None,
        model=meta.model or None,
        created_at=meta.created_at,
        updated_at=meta.updated_at,
        message_count=meta.message_count,
        history=tuple(map(api.HistoryItem.of, conversation.turns)) or None,
    )
