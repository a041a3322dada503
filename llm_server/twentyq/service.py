"""The seven operations of 스무고개. Cheap before dear: what can be told without the model costs no call."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import structlog
from pydantic import BaseModel

from llm_server import metrics, toon
from llm_server.contract import Nothing
from llm_server.errors import ModelBlocked, ModelFailure
from llm_server.model import Deadline, Inquiry, Model, Role, Task, Turn, anything
from llm_server.prompts import Gaps, Prompt, gaps
from llm_server.sessions.store import SessionStore
from llm_server.twentyq import contract as api
from llm_server.twentyq import schemas
from llm_server.twentyq.categories import CATEGORIES, spoken
from llm_server.twentyq.names import normal, reveals
from llm_server.twentyq.topics import Topics

log = structlog.get_logger(__name__)

T = TypeVar("T", bound=BaseModel)

PROMPTS = Path(__file__).parent / "prompts"

WANTED: Mapping[str, Gaps] = {
    Task.ANSWER: gaps(system=["secret"], user=["question"]),
    Task.HINTS: gaps(user=["secret", "forbidden"]),
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
        self,
        *,
        model: Model,
        topics: Topics,
        sessions: SessionStore,
        prompts: Mapping[str, Prompt],
        random: Random,
    ) -> None:
        self._model = model
        self._topics = topics
        self._sessions = sessions
        self._prompts = prompts
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
        )
        log.info("twentyq_topic_selected", category=topic.category, asked=request.category)
        return api.TwentyQSelectTopicResponse(
            name=topic.name, category=topic.category, details=dict(topic.details) or None
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
        names = self._topics.names(request.target)

        def keeps_the_secret(reply: schemas.HintsReply) -> bool:
            return any(map(str.strip, reply.hints)) and not any(reveals(hint, names) for hint in reply.hints)

        values = {
            "secret": secret(request.target, request.category, request.details),
            "forbidden": ", ".join(spoken(request.category)),
        }
        reply = await self._ask(
            Task.HINTS, schemas.HintsReply, deadline, values=values, accepts=keeps_the_secret
        )
        hints = (hint.strip() for hint in reply.hints)
        return api.TwentyQGenerateHintsResponse(hints=tuple(hint for hint in hints if hint))

    async def answer_question(
        self, request: api.TwentyQAnswerQuestionRequest, deadline: Deadline
    ) -> api.TwentyQAnswerQuestionResponse:
        """The verdict on a question, given in view of what was answered before."""
        talk = await self._sessions.read(request.conversation) if request.conversation else None
        try:
            reply = await self._ask(
                Task.ANSWER,
                schemas.AnswerReply,
                deadline,
                system={"secret": secret(request.target, request.category, request.details)},
                history=talk.turns if talk else (),
                values={"question": request.question},
            )
        except ModelBlocked:
            return api.TwentyQAnswerQuestionResponse(scale=schemas.NOT_UNDERSTOOD, raw_text=REFUSED)
        scale = reply.answer
        if talk and scale not in (schemas.POLICY_VIOLATION, schemas.NOT_UNDERSTOOD):
            await self._sessions.append(talk, request.question, scale)
        return api.TwentyQAnswerQuestionResponse(scale=scale, raw_text=scale)

    async def verify_guess(
        self, request: api.TwentyQVerifyGuessRequest, deadline: Deadline
    ) -> api.TwentyQVerifyGuessResponse:
        """How near a guess is; the target's own names need no model."""
        path = self._known_name(request.target, request.guess)
        metrics.verify_path.labels(path or "llm").inc()
        if path:
            return api.TwentyQVerifyGuessResponse(result="ACCEPT", raw_text="정답")
        values = {"target": request.target, "guess": request.guess}
        reply = await self._ask(Task.VERIFY, schemas.VerifyReply, deadline, values=values)
        return api.TwentyQVerifyGuessResponse(result=schemas.VERDICTS[reply.result], raw_text=reply.result)

    async def normalize_question(
        self, request: api.TwentyQNormalizeQuestionRequest, deadline: Deadline
    ) -> api.TwentyQNormalizeQuestionResponse:
        """The question with its typing mended, or as it was when the model does not help."""
        original = request.question
        try:
            reply = await self._ask(
                Task.NORMALIZE, schemas.NormalizeReply, deadline, values={"question": original}
            )
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
        values = {"target": request.target, "guess": request.guess}
        reply = await self._ask(Task.SYNONYM, schemas.SynonymReply, deadline, values=values)
        return api.TwentyQCheckSynonymResponse(
            result=schemas.EQUIVALENCES[reply.result], raw_text=reply.result
        )

    def _known_name(self, target: str, guess: str) -> str:
        """How the guess is known to name the target: `fast` (equal), `alias`, or not at all."""
        said = normal(guess)
        equal, *aliases = map(normal, self._topics.names(target))
        if said and said == equal:
            return "fast"
        return "alias" if said in aliases else ""

    async def _ask(
        self,
        task: Task,
        reply: type[T],
        deadline: Deadline,
        *,
        values: Mapping[str, str],
        system: Mapping[str, str] | None = None,
        history: Sequence[Turn] = (),
        accepts: Callable[[T], bool] = anything,
    ) -> T:
        prompt = self._prompts[task]
        inquiry = Inquiry(
            task,
            system=prompt.system.render(system or {}),
            turns=[*history, Turn(Role.USER, prompt.user.render(values))],
            reply=reply,
            accepts=accepts,
        )
        return (await self._model.complete(inquiry, deadline=deadline)).reply


def secret(target: str, category: str, details: Mapping[str, Any] | None) -> str:
    """The secret block: the target's line first, the category's second, details when there are any."""
    parts: list[dict[str, Any]] = [{"target": target}, {"category": category}]
    if details:
        parts.append({"details": details})
    return "\n".join(map(toon.dump, parts))
