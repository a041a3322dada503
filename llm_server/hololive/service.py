"""The operation of hololive: a line that no command of the bot fits, read as one."""

from collections.abc import Mapping
from pathlib import Path

import structlog

from llm_server.errors import ModelBlocked
from llm_server.gate import Gate
from llm_server.hololive import contract as api
from llm_server.hololive.schemas import NOTHING, QuestionReply
from llm_server.inquiries import Inquiries
from llm_server.model import Deadline, Task
from llm_server.prompts import Gaps, gaps, numbered
from llm_server.sessions.verdicts import asked

log = structlog.get_logger(__name__)

PROMPTS = Path(__file__).parent / "prompts"

WANTED: Mapping[str, Gaps] = {"question": gaps(user=["today", "candidates", "question"])}


class Hololive:
    """Knows what the bot can tell, and nothing of doors."""

    def __init__(self, *, inquiries: Inquiries, gate: Gate) -> None:
        self._inquiries = inquiries
        self._gate = gate

    async def parse_question(
        self, request: api.HololiveParseQuestionRequest, deadline: Deadline
    ) -> api.HololiveParseQuestionResponse:
        """What a question asks for. One that the provider blocks asks for nothing that there is."""
        self._gate.require(request.question)
        try:
            reply = await self._read(request, deadline)
        except ModelBlocked:
            reply = NOTHING
        if reply.intent == "NONE":
            reply = NOTHING
        log.info("hololive_question_parsed", intent=reply.intent, members=len(reply.members))
        return api.HololiveParseQuestionResponse(
            intent=reply.intent,
            member_ids=tuple(request.candidates[number - 1].id for number in dict.fromkeys(reply.members)),
            hours=reply.hours,
            days=reply.days,
            month=reply.month,
        )

    async def _read(self, request: api.HololiveParseQuestionRequest, deadline: Deadline) -> QuestionReply:
        """The model's reading, remembered for the day: whoever asks it today means the same."""
        known = range(1, len(request.candidates) + 1)
        candidates = numbered(member.name for member in request.candidates)
        inquiry = self._inquiries.make(
            "question",
            Task.PARSE,
            QuestionReply,
            values={"today": request.today, "candidates": candidates, "question": request.question},
            accepts=lambda reply: all(number in known for number in reply.members),
        )
        return await self._inquiries.once(
            (inquiry.system, request.today, candidates, asked(request.question)),
            QuestionReply,
            lambda: self._inquiries.ask(inquiry, deadline),
        )
