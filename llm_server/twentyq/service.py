"""The seven operations of 스무고개. Cheap before dear: what can be told without the model costs no call."""

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import structlog

from llm_server import metrics, toon
from llm_server.contract import Nothing
from llm_server.errors import ModelBlocked, ModelFailure
from llm_server.gate import Gate
from llm_server.inquiries import Inquiries
from llm_server.model import Deadline, Inquiry, Task
from llm_server.names import alike, misspelt, normal, reveals
from llm_server.prompts import Gaps, gaps
from llm_server.sessions.history import pair
from llm_server.sessions.keeper import Sessions
from llm_server.sessions.verdicts import asked, stands_alone
from llm_server.twentyq import contract as api
from llm_server.twentyq import schemas
from llm_server.twentyq.categories import CATEGORIES, spoken
from llm_server.twentyq.topics import USUAL, Topics

log = structlog.get_logger(__name__)

PROMPTS = Path(__file__).parent / "prompts"

WANTED: Mapping[str, Gaps] = {
    Task.ANSWER: gaps(system=["secret"], user=["question"]),
    Task.HINTS: gaps(user=["secret", "forbidden", "level"]),
    Task.VERIFY: gaps(user=["target", "guess"]),
    Task.SYNONYM: gaps(user=["target", "guess"]),
    Task.NORMALIZE: gaps(user=["question"]),
}
"""Prompt → the placeholders filled below. Only the secret stands in a system text: it is ours, and constant
for a game, so that the provider's cache can keep it.
"""

REFUSED = "답변이 제한됩니다. 다시 질문해주세요"
"""What is said about a question that the provider's policy keeps the model from answering."""


class Twentyq:
    """Knows the game, and nothing of doors."""

    def __init__(
        self, *, inquiries: Inquiries, topics: Topics, sessions: Sessions, gate: Gate, random: Random
    ) -> None:
        self._inquiries = inquiries
        self._topics = topics
        self._sessions = sessions
        self._gate = gate
        self._random = random

    async def select_topic(
        self, request: api.TwentyQSelectTopicRequest, _deadline: Deadline
    ) -> api.TwentyQSelectTopicResponse:
        """A secret for a new game."""
        topic = self._topics.select(
            request.category.lower(),
            banned=request.banned_topics,
            excluded={category.lower() for category in request.excluded_categories},
            random=self._random,
            level=request.level,
            seed=request.seed,
        )
        log.info("twentyq_topic_selected", category=topic.category, asked=request.category, grade=topic.level)
        return api.TwentyQSelectTopicResponse(
            name=topic.name,
            category=topic.category,
            details=dict(topic.details) or None,
            aliases=topic.aliases,
            level=topic.level,
        )

    async def get_categories(
        self, _request: Nothing, _deadline: Deadline
    ) -> api.TwentyQGetCategoriesResponse:
        """Every category."""
        return api.TwentyQGetCategoriesResponse(categories=CATEGORIES)

    async def generate_hints(
        self, request: api.TwentyQGenerateHintsRequest, deadline: Deadline
    ) -> api.TwentyQGenerateHintsResponse:
        """Hints that do not give the target away."""
        self._admit_details(request.target, request.details)
        names = self._topics.names(request.target)

        def keeps_the_secret(reply: schemas.HintsReply) -> bool:
            return any(map(str.strip, reply.hints)) and not any(reveals(hint, names) for hint in reply.hints)

        values = {
            "secret": secret(request.target, request.category, request.details),
            "forbidden": ", ".join(spoken(request.category)),
            "level": str(request.level or USUAL),
        }
        inquiry = self._inquiries.make(
            Task.HINTS, Task.HINTS, schemas.HintsReply, values=values, accepts=keeps_the_secret
        )
        reply = await self._inquiries.ask(inquiry, deadline)
        hints = (hint.strip() for hint in reply.hints)
        return api.TwentyQGenerateHintsResponse(hints=tuple(hint for hint in hints if hint))

    async def answer_question(
        self, request: api.TwentyQAnswerQuestionRequest, deadline: Deadline
    ) -> api.TwentyQAnswerQuestionResponse:
        """The verdict on a question, given in view of what was answered before.

        A second opinion must not be led by the first: it comes from the verifying model, out of no memory.
        """
        self._gate.require(request.question)
        self._admit_details(request.target, request.details)
        talk = "" if request.second_opinion else request.conversation
        inquiry = self._inquiries.make(
            Task.ANSWER,
            Task.VERIFY if request.second_opinion else Task.ANSWER,
            schemas.AnswerReply,
            system={"secret": secret(request.target, request.category, request.details)},
            history=await self._sessions.recall(talk) if talk else (),
            values={"question": request.question},
            search=True,
        )
        try:
            reply = await self._verdict(inquiry, request, deadline)
        except ModelBlocked:
            return api.TwentyQAnswerQuestionResponse(scale=schemas.NOT_UNDERSTOOD, raw_text=REFUSED)
        scale = reply.answer
        if talk and scale in schemas.VERDICT_SCALES:
            await self._sessions.remember(talk, pair(request.question, scale))
        return api.TwentyQAnswerQuestionResponse(scale=scale, raw_text=scale)

    async def verify_guess(
        self, request: api.TwentyQVerifyGuessRequest, deadline: Deadline
    ) -> api.TwentyQVerifyGuessResponse:
        """How near a guess is; the target's own names, and a slip of the finger, need no model."""
        path = self._known_name(request.target, request.guess)
        metrics.verify_path.labels(path or "llm").inc()
        if path:
            return api.TwentyQVerifyGuessResponse(result="ACCEPT", raw_text="정답")
        self._gate.require(request.guess)
        inquiry = self._inquiries.make(
            Task.VERIFY,
            Task.VERIFY,
            schemas.VerifyReply,
            values={"target": request.target, "guess": request.guess},
            search=True,
        )
        said, names = normal(request.guess), [normal(name) for name in self._topics.names(request.target)]

        async def judge() -> schemas.VerifyReply:
            first = await self._inquiries.ask(inquiry, deadline)
            if first.result == "근접" or (first.result == "오답" and not alike(said, names)):
                return first
            second = await self._inquiries.ask(inquiry, deadline)
            metrics.verify_escalated.labels(str(second == first).lower()).inc()
            return first if second == first else schemas.VerifyReply(result="근접")

        parts = (inquiry.system, request.target, asked(request.guess))
        reply = await self._inquiries.once(parts, schemas.VerifyReply, judge)
        return api.TwentyQVerifyGuessResponse(result=schemas.VERDICTS[reply.result], raw_text=reply.result)

    async def normalize_question(
        self, request: api.TwentyQNormalizeQuestionRequest, deadline: Deadline
    ) -> api.TwentyQNormalizeQuestionResponse:
        """The question with its typing mended, or as it was when the model does not help."""
        original = request.question
        self._gate.require(original)
        inquiry = self._inquiries.make(
            Task.NORMALIZE, Task.NORMALIZE, schemas.NormalizeReply, values={"question": original}
        )
        try:
            reply = await self._inquiries.ask(inquiry, deadline)
        except ModelFailure as failure:
            log.warning("twentyq_question_kept", outcome=failure.outcome)
            return api.TwentyQNormalizeQuestionResponse(normalized=original, original=original)
        return api.TwentyQNormalizeQuestionResponse(
            normalized=reply.normalized.strip() or original, original=original
        )

    async def check_synonym(
        self, request: api.TwentyQCheckSynonymRequest, deadline: Deadline
    ) -> api.TwentyQCheckSynonymResponse:
        """Whether two words mean the same thing; the target's own names need no model."""
        if self._known_name(request.target, request.guess):
            return api.TwentyQCheckSynonymResponse(result="EQUIVALENT", raw_text="동일")
        self._gate.require(request.guess)
        values = {"target": request.target, "guess": request.guess}
        inquiry = self._inquiries.make(Task.SYNONYM, Task.SYNONYM, schemas.SynonymReply, values=values)
        parts = (inquiry.system, request.target, asked(request.guess))
        reply = await self._inquiries.once(
            parts, schemas.SynonymReply, lambda: self._inquiries.ask(inquiry, deadline)
        )
        return api.TwentyQCheckSynonymResponse(
            result=schemas.EQUIVALENCES[reply.result], raw_text=reply.result
        )

    async def _verdict(
        self,
        inquiry: Inquiry[schemas.AnswerReply],
        request: api.TwentyQAnswerQuestionRequest,
        deadline: Deadline,
    ) -> schemas.AnswerReply:
        if request.second_opinion or not stands_alone(request.question):
            return await self._inquiries.ask(inquiry, deadline)
        return await self._inquiries.once(
            (inquiry.system, asked(request.question)),
            schemas.AnswerReply,
            lambda: self._inquiries.ask(inquiry, deadline),
            keep=lambda reply: reply.answer in schemas.VERDICT_SCALES,
        )

    def _known_name(self, target: str, guess: str) -> str:
        """How the guess is known to name the target: `fast` (equal), `alias`, `fuzzy` (misspelt), or not."""
        said = normal(guess)
        equal, *aliases = map(normal, self._topics.names(target))
        if said and said == equal:
            return "fast"
        if said in aliases:
            return "alias"
        if any(misspelt(said, name) for name in (equal, *aliases)) and not self._topics.others(target, said):
            return "fuzzy"
        return ""

    def _admit_details(self, target: str, details: Mapping[str, Any] | None) -> None:
        """Details of our own catalogue need no guard: an unlucky word there would block a whole game."""
        if details and not self._topics.knows(target, details):
            self._gate.require_details(details)


def secret(target: str, category: str, details: Mapping[str, Any] | None) -> str:
    """The secret block: the target's line first, the category's second, details when there are any."""
    parts: list[dict[str, Any]] = [{"target": target}, {"category": category}]
    if details:
        parts.append({"details": details})
    return "\n".join(map(toon.dump, parts))
