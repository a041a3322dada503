"""The operations on a game of 바다거북수프: verdicts, hints, the reveal.

Cheap before dear: what can be told without the model costs no call.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from llm_server import toon
from llm_server.errors import ModelBlocked, ModelFailure
from llm_server.gate import Gate
from llm_server.inquiries import Inquiries
from llm_server.model import Deadline, Task, Text, Turn
from llm_server.names import normal
from llm_server.prompts import Gaps, gaps, numbered
from llm_server.sessions.history import pair, pairs
from llm_server.sessions.keeper import Sessions
from llm_server.sessions.verdicts import asked, stands_alone
from llm_server.turtlesoup import contract as api
from llm_server.turtlesoup import leaks, schemas
from llm_server.turtlesoup.library import Library
from llm_server.turtlesoup.schemas import CANNOT_SAY

log = structlog.get_logger(__name__)

PROMPTS = Path(__file__).parent / "prompts"

WANTED: Mapping[str, Gaps] = {
    "answer": gaps(system=["puzzle", "facts"], user=["question"]),
    "validate": gaps(user=["scenario", "solution", "facts", "player_answer"]),
    "hint": gaps(user=["puzzle", "asked", "earlier_hints", "level"]),
    "reveal": gaps(user=["scenario", "solution"]),
    "rewrite": gaps(user=["title", "scenario", "solution", "difficulty"]),
    "generate": gaps(user=["category", "difficulty", "theme", "avoid", "examples"]),
}
"""Prompt → the placeholders that are filled. Only the puzzle stands in a system text: it is constant for a
game, so that the provider's cache can keep it.
"""

REMEMBERED = 20
"""Questions, the last ones, that a hint is made in view of."""


class TurtleSoup:
    """Knows the game, and nothing of doors."""

    def __init__(self, *, inquiries: Inquiries, library: Library, sessions: Sessions, gate: Gate) -> None:
        self._inquiries = inquiries
        self._library = library
        self._sessions = sessions
        self._gate = gate

    async def answer_question(
        self, request: api.TurtleSoupAnswerQuestionRequest, deadline: Deadline
    ) -> api.TurtleSoupAnswerQuestionResponse:
        """The verdict on a question, in view of what was answered before: what the caller tells of that, else
        what the server remembers. A second opinion knows neither.
        """
        self._gate.require(request.question)
        talk = "" if request.history or request.second_opinion else request.conversation
        before = await self._sessions.recall(talk) if talk else ()
        if request.history and not request.second_opinion:
            before = tuple(turn for item in request.history for turn in pair(item.question, item.answer))
        try:
            reply = await self._verdict(request, before, deadline)
        except ModelBlocked:
            reply = schemas.AnswerReply(answer=CANNOT_SAY, important=False, facts=(), sure=False)
        count, said = len(before) // 2 + 1, [*pairs(before), (request.question, reply.sentence)]
        if talk and reply.answer != CANNOT_SAY:
            messages = await self._sessions.remember(talk, pair(request.question, reply.sentence))
            count = messages // 2 or count
        log.info("turtlesoup_answered", important=reply.important, questions=count)
        return api.TurtleSoupAnswerQuestionResponse(
            answer=reply.sentence,
            raw_text=reply.answer,
            question_count=count,
            history=tuple(
                api.TurtleSoupHistoryItem(question=question, answer=answer) for question, answer in said
            ),
            important=reply.is_important,
            facts=reply.found if request.key_facts else (),
        )

    async def validate_solution(
        self, request: api.TurtleSoupValidateSolutionRequest, deadline: Deadline
    ) -> api.TurtleSoupValidateSolutionResponse:
        """How near an attempted solution is. YES ends a game, so it needs two votes; one is CLOSE."""
        self._gate.require(request.player_answer)
        if normal(request.player_answer) == normal(request.solution):
            everything = tuple(range(len(request.key_facts)))
            return api.TurtleSoupValidateSolutionResponse(result="YES", raw_text="YES", facts=everything)
        facts = self._facts(request.solution, request.key_facts)
        values = {
            "scenario": request.scenario,
            "solution": request.solution,
            "facts": numbered(facts),
            "player_answer": request.player_answer,
        }
        inquiry = self._inquiries.make(
            "validate",
            Task.VERIFY,
            schemas.ValidateReply,
            values=values,
            accepts=lambda reply: schemas.are_among(reply.facts, facts),
        )

        async def judge() -> schemas.ValidateReply:
            first = await self._inquiries.ask(inquiry, deadline)
            if first.result != "YES":
                return first
            return schemas.agreed(first, await self._inquiries.ask(inquiry, deadline))

        depends_on = {**values, "player_answer": asked(request.player_answer)}
        reply = await self._inquiries.once(
            (inquiry.system, *depends_on.values()), schemas.ValidateReply, judge
        )
        missing = leaks.nudge(
            reply.missing if reply.result == "CLOSE" else "",
            "\n".join((request.solution, *facts)),
            known=f"{request.scenario}\n{request.player_answer}",
        )
        return api.TurtleSoupValidateSolutionResponse(
            result=reply.result,
            raw_text=reply.result,
            missing=missing,
            facts=schemas.positions(reply.facts) if request.key_facts else (),
        )

    async def generate_hint(
        self, request: api.TurtleSoupGenerateHintRequest, deadline: Deadline
    ) -> api.TurtleSoupGenerateHintResponse:
        """A hint that is new and does not quote the solution; the puzzle's own when the model has none."""
        last = request.history[-REMEMBERED:]
        inquiry = self._inquiries.make(
            "hint",
            Task.HINTS,
            schemas.HintReply,
            values={
                "puzzle": toon.dump({"scenario": request.scenario, "solution": request.solution}),
                "asked": "\n".join(f"{item.question} → {item.answer}" for item in last),
                "earlier_hints": numbered(request.earlier_hints),
                "level": str(request.level),
            },
            accepts=lambda reply: leaks.is_a_hint(
                reply.hint, request.solution, known=request.scenario, earlier=request.earlier_hints
            ),
        )
        try:
            hint = (await self._inquiries.ask(inquiry, deadline)).hint
        except ModelFailure:
            if not (spare := self._spare_hint(request)):
                raise
            hint = spare
        return api.TurtleSoupGenerateHintResponse(hint=hint, level=request.level)

    async def reveal(
        self, request: api.TurtleSoupRevealRequest, deadline: Deadline
    ) -> api.TurtleSoupRevealResponse:
        """The truth as a story; the bare solution when the model does not help."""
        inquiry = self._inquiries.make(
            "reveal",
            Task.REVEAL,
            Text,
            values={"scenario": request.scenario, "solution": request.solution},
        )
        try:
            narrative = (await self._inquiries.ask(inquiry, deadline)).text.strip()
        except ModelFailure as failure:
            log.warning("turtlesoup_story_not_told", outcome=failure.outcome)
            narrative = ""
        return api.TurtleSoupRevealResponse(narrative=narrative or request.solution)

    async def _verdict(
        self, request: api.TurtleSoupAnswerQuestionRequest, before: Sequence[Turn], deadline: Deadline
    ) -> schemas.AnswerReply:
        facts = self._facts(request.solution, request.key_facts)
        inquiry = self._inquiries.make(
            "answer",
            Task.VERIFY if request.second_opinion else Task.ANSWER,
            schemas.AnswerReply,
            system={
                "puzzle": toon.dump({"scenario": request.scenario, "solution": request.solution}),
                "facts": numbered(facts),
            },
            history=before,
            values={"question": request.question},
            accepts=lambda reply: schemas.are_among(reply.facts, facts),
        )
        if request.second_opinion or not stands_alone(request.question):
            return await self._inquiries.ask(inquiry, deadline)
        return await self._inquiries.once(
            (inquiry.system, asked(request.question)),
            schemas.AnswerReply,
            lambda: self._inquiries.ask(inquiry, deadline),
            keep=lambda reply: reply.answer != CANNOT_SAY,
        )

    def _facts(self, solution: str, given: Sequence[str]) -> Sequence[str]:
        """What the solution consists of: as the caller says, else as we know of a puzzle of ours."""
        puzzle = self._library.behind(solution)
        return given or (puzzle.key_facts if puzzle else ())

    def _spare_hint(self, request: api.TurtleSoupGenerateHintRequest) -> str:
        """One of the puzzle's own that was not given yet, that of the level first; empty: there is none."""
        puzzle = self._library.behind(request.solution)
        hints = puzzle.hints if puzzle else ()
        ordered = (*hints[request.level - 1 :], *hints[: request.level - 1])
        fresh = (hint for hint in ordered if not leaks.resembles(hint, request.earlier_hints, leaks.REPEATED))
        return next(fresh, "")
