"""The operations of 바다거북수프. Cheap before dear: what can be told without the model costs no call."""

from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

import structlog

from llm_server import toon
from llm_server.contract import Nothing
from llm_server.errors import Internal, ModelBlocked, ModelFailure
from llm_server.gate import Gate
from llm_server.inquiries import Inquiries
from llm_server.model import Deadline, Task, Text, Turn
from llm_server.names import normal, quotes
from llm_server.prompts import Gaps, gaps
from llm_server.sessions.history import pair, pairs
from llm_server.sessions.keeper import Sessions
from llm_server.sessions.verdicts import asked, stands_alone
from llm_server.turtlesoup import contract as api
from llm_server.turtlesoup import schemas
from llm_server.turtlesoup.puzzles import Puzzle, Puzzles, PuzzlesError
from llm_server.turtlesoup.schemas import CANNOT_SAY, CATEGORIES, DEFAULT_CATEGORY, DEFAULT_DIFFICULTY, HINTS

log = structlog.get_logger(__name__)

PROMPTS = Path(__file__).parent / "prompts"

WANTED: Mapping[str, Gaps] = {
    "answer": gaps(system=["puzzle"], user=["question"]),
    "validate": gaps(user=["solution", "player_answer"]),
    "hint": gaps(user=["puzzle", "level"]),
    "reveal": gaps(user=["scenario", "solution"]),
    "rewrite": gaps(user=["title", "scenario", "solution", "difficulty"]),
    "generate": gaps(user=["category", "difficulty", "theme", "examples"]),
}
"""Prompt → the placeholders filled below. Only the puzzle stands in a system text: it is constant for a game,
so that the provider's cache can keep it.
"""

EXAMPLES = 3
LONGEST_HINT = 120
"""Characters."""


class TurtleSoup:
    """Knows the game, and nothing of doors. `load` reads the puzzles, now and whenever they are reloaded."""

    def __init__(
        self,
        *,
        inquiries: Inquiries,
        load: Callable[[], Puzzles],
        sessions: Sessions,
        gate: Gate,
        random: Random,
        generation: str,
    ) -> None:
        """`generation`: `preset` (never asks the model), `llm` (always), `auto` (when a theme is given)."""
        self._inquiries = inquiries
        self._load = load
        self._puzzles = load()
        self._sessions = sessions
        self._gate = gate
        self._random = random
        self._generation = generation

    async def generate_puzzle(
        self, request: api.TurtleSoupGeneratePuzzleRequest, deadline: Deadline
    ) -> api.TurtleSoupGeneratePuzzleResponse:
        """A puzzle: ours or, when a theme is given, a new one; ours, too, when the model does not help."""
        self._gate.require(request.theme)
        asked_for = request.category.upper()
        category = asked_for if asked_for in CATEGORIES else DEFAULT_CATEGORY
        difficulty = min(max(request.difficulty or DEFAULT_DIFFICULTY, 1), 5)
        if self._generation == "llm" or (self._generation == "auto" and request.theme):
            try:
                found = await self._invent(category, difficulty, request.theme, deadline)
            except ModelFailure as failure:
                log.warning("turtlesoup_puzzle_not_made", outcome=failure.outcome)
            else:
                return api.TurtleSoupGeneratePuzzleResponse.model_validate(found.model_dump())
        puzzle = self._puzzles.choose(
            self._random, difficulty=difficulty, category=category if request.category else ""
        )
        return api.TurtleSoupGeneratePuzzleResponse(
            title=puzzle.title,
            scenario=puzzle.question,
            solution=puzzle.answer,
            category=puzzle.category,
            difficulty=puzzle.difficulty,
            hints=puzzle.hints,
        )

    async def get_random_puzzle(
        self, request: api.TurtleSoupGetRandomPuzzleRequest, _deadline: Deadline
    ) -> api.TurtleSoupGetRandomPuzzleResponse:
        """Any puzzle of ours."""
        return _shown(self._puzzles.choose(self._random, difficulty=request.difficulty))

    async def rewrite_scenario(
        self, request: api.TurtleSoupRewriteScenarioRequest, deadline: Deadline
    ) -> api.TurtleSoupRewriteScenarioResponse:
        """A puzzle told anew; the new situation tells no more than the old one."""

        def keeps_the_secret(reply: schemas.RewriteReply) -> bool:
            texts_say_something = all(map(str.strip, (reply.scenario, reply.solution)))
            return texts_say_something and not any(
                quotes(reply.scenario, secret, known=request.scenario)
                for secret in (request.solution, reply.solution)
            )

        inquiry = self._inquiries.make(
            "rewrite",
            Task.REWRITE,
            schemas.RewriteReply,
            values={
                "title": request.title,
                "scenario": request.scenario,
                "solution": request.solution,
                "difficulty": str(request.difficulty),
            },
            accepts=keeps_the_secret,
        )
        reply = await self._inquiries.ask(inquiry, deadline)
        return api.TurtleSoupRewriteScenarioResponse(
            scenario=reply.scenario.strip(),
            solution=reply.solution.strip(),
            original_scenario=request.scenario,
            original_solution=request.solution,
        )

    async def answer_question(
        self, request: api.TurtleSoupAnswerQuestionRequest, deadline: Deadline
    ) -> api.TurtleSoupAnswerQuestionResponse:
        """The verdict on a question, given in view of what was answered before."""
        self._gate.require(request.question)
        talk = request.conversation
        before = await self._sessions.recall(talk) if talk else ()
        try:
            reply = await self._verdict(request, before, deadline)
        except ModelBlocked:
            reply = schemas.AnswerReply(answer=CANNOT_SAY, important=False)
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
        )

    async def validate_solution(
        self, request: api.TurtleSoupValidateSolutionRequest, deadline: Deadline
    ) -> api.TurtleSoupValidateSolutionResponse:
        """How near an attempted solution is. YES ends a game, so it needs two votes; one is CLOSE."""
        self._gate.require(request.player_answer)
        if normal(request.player_answer) == normal(request.solution):
            return api.TurtleSoupValidateSolutionResponse(result="YES", raw_text="YES")
        inquiry = self._inquiries.make(
            "validate",
            Task.VERIFY,
            schemas.ValidateReply,
            values={"solution": self._truth(request.solution), "player_answer": request.player_answer},
        )

        async def judge() -> schemas.ValidateReply:
            first = await self._inquiries.ask(inquiry, deadline)
            if first.result != "YES":
                return first
            second = await self._inquiries.ask(inquiry, deadline)
            return first if second.result == "YES" else schemas.ValidateReply(result="CLOSE")

        parts = (inquiry.system, request.solution, asked(request.player_answer))
        reply = await self._inquiries.once(parts, schemas.ValidateReply, judge)
        return api.TurtleSoupValidateSolutionResponse(result=reply.result, raw_text=reply.result)

    async def generate_hint(
        self, request: api.TurtleSoupGenerateHintRequest, deadline: Deadline
    ) -> api.TurtleSoupGenerateHintResponse:
        """A hint that does not quote the solution; that of the puzzle itself when the model has none."""

        def keeps_the_secret(reply: schemas.HintReply) -> bool:
            says_something = 0 < len(reply.hint.strip()) <= LONGEST_HINT
            return says_something and not quotes(reply.hint, request.solution, known=request.scenario)

        inquiry = self._inquiries.make(
            "hint",
            Task.HINTS,
            schemas.HintReply,
            values={
                "puzzle": toon.dump({"scenario": request.scenario, "solution": request.solution}),
                "level": str(request.level),
            },
            accepts=keeps_the_secret,
        )
        try:
            hint = (await self._inquiries.ask(inquiry, deadline)).hint.strip()
        except ModelFailure:
            puzzle = self._puzzles.behind(request.solution)
            if puzzle is None or len(puzzle.hints) < request.level:
                raise
            hint = puzzle.hints[request.level - 1]
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

    async def list_puzzles(self, _request: Nothing, _deadline: Deadline) -> api.PuzzlesResponse:
        """Every puzzle of ours, solutions included."""
        stats = api.Stats(total=len(self._puzzles.all), by_difficulty=self._counts())
        return api.PuzzlesResponse(puzzles=tuple(map(_shown, self._puzzles.all)), stats=stats)

    async def get_puzzle(
        self, request: api.PuzzleRequest, _deadline: Deadline
    ) -> api.TurtleSoupGetRandomPuzzleResponse:
        """One puzzle of ours, solution included."""
        return _shown(self._puzzles.get(request.puzzle_id))

    async def reload_puzzles(self, _request: Nothing, _deadline: Deadline) -> api.ReloadResponse:
        """Read the puzzle files again; broken ones change nothing.

        Raises:
            Internal: what is there now cannot be used.
        """
        try:
            self._puzzles = self._load()
        except PuzzlesError as error:
            raise Internal(f"the puzzle files cannot be used: {error}") from None
        log.info("turtlesoup_puzzles_reloaded", puzzles=len(self._puzzles.all))
        return api.ReloadResponse(success=True, count=len(self._puzzles.all), by_difficulty=self._counts())

    async def _verdict(
        self, request: api.TurtleSoupAnswerQuestionRequest, before: tuple[Turn, ...], deadline: Deadline
    ) -> schemas.AnswerReply:
        puzzle = {"scenario": request.scenario, "solution": self._truth(request.solution)}
        inquiry = self._inquiries.make(
            "answer",
            Task.ANSWER,
            schemas.AnswerReply,
            system={"puzzle": toon.dump(puzzle)},
            history=before,
            values={"question": request.question},
        )
        if not stands_alone(request.question):
            return await self._inquiries.ask(inquiry, deadline)
        return await self._inquiries.once(
            (inquiry.system, asked(request.question)),
            schemas.AnswerReply,
            lambda: self._inquiries.ask(inquiry, deadline),
            keep=lambda reply: reply.answer != CANNOT_SAY,
        )

    async def _invent(
        self, category: str, difficulty: int, theme: str, deadline: Deadline
    ) -> schemas.PuzzleReply:
        def is_a_puzzle(reply: schemas.PuzzleReply) -> bool:
            shown = (reply.title, reply.scenario, *reply.hints)
            return (
                all(map(str.strip, reply.texts))
                and len(reply.hints) == HINTS
                and reply.difficulty == difficulty
                and not any(quotes(text, reply.solution) for text in (reply.title, *reply.hints))
                and not any(normal(reply.solution) in normal(text) for text in shown)
            )

        inquiry = self._inquiries.make(
            "generate",
            Task.PUZZLE,
            schemas.PuzzleReply,
            values={
                "category": category,
                "difficulty": str(difficulty),
                "theme": theme,
                "examples": self._examples(difficulty),
            },
            accepts=is_a_puzzle,
        )
        return await self._inquiries.ask(inquiry, deadline)

    def _examples(self, difficulty: int) -> str:
        fitting = tuple(puzzle for puzzle in self._puzzles.all if puzzle.difficulty == difficulty)
        pool = fitting or self._puzzles.all
        chosen = self._random.sample(pool, min(EXAMPLES, len(pool)))
        return "\n".join(
            toon.dump({"title": puzzle.title, "scenario": puzzle.question, "solution": puzzle.answer})
            for puzzle in sorted(chosen, key=lambda puzzle: puzzle.id)
        )

    def _truth(self, solution: str) -> str:
        """The solution and, when the puzzle is one of ours, what else its judge should know."""
        puzzle = self._puzzles.behind(solution)
        return "\n".join((solution, *(f"- {fact}" for fact in puzzle.key_facts))) if puzzle else solution

    def _counts(self) -> dict[str, int]:
        return {str(difficulty): count for difficulty, count in self._puzzles.by_difficulty.items()}


def _shown(puzzle: Puzzle) -> api.TurtleSoupGetRandomPuzzleResponse:
    return api.TurtleSoupGetRandomPuzzleResponse.model_validate(puzzle.model_dump(exclude_none=True))
