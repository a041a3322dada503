"""The operations on puzzles: those that we have, new ones, and one told anew."""

from collections.abc import Callable
from random import Random

import structlog

from llm_server import toon
from llm_server.contract import Nothing
from llm_server.errors import Internal, ModelFailure, PuzzlesExhausted
from llm_server.gate import Gate
from llm_server.inquiries import Inquiries
from llm_server.model import Deadline, Task
from llm_server.names import quotes
from llm_server.prompts import numbered
from llm_server.turtlesoup import contract as api
from llm_server.turtlesoup import leaks, schemas
from llm_server.turtlesoup.puzzles import Puzzle, Puzzles, PuzzlesError
from llm_server.turtlesoup.schemas import CATEGORIES, DEFAULT_CATEGORY, DEFAULT_DIFFICULTY

log = structlog.get_logger(__name__)

EXAMPLES = 3
AVOIDED = 10
"""As many scenarios are shown to the model as what not to write; the check looks at all of them."""


class Library:
    """`load` reads the puzzles, now and whenever they are reloaded."""

    def __init__(
        self,
        *,
        inquiries: Inquiries,
        load: Callable[[], Puzzles],
        gate: Gate,
        random: Random,
        generation: str,
    ) -> None:
        """`generation`: `preset` (never asks the model), `llm` (always), `auto` (when a theme is given)."""
        self._inquiries = inquiries
        self._load = load
        self._puzzles = load()
        self._gate = gate
        self._random = random
        self._generation = generation

    def behind(self, solution: str) -> Puzzle | None:
        """The puzzle of ours that has this solution, word for word."""
        return self._puzzles.behind(solution)

    async def generate_puzzle(
        self, request: api.TurtleSoupGeneratePuzzleRequest, deadline: Deadline
    ) -> api.TurtleSoupGeneratePuzzleResponse:
        """A puzzle: ours or, when a theme is given, a new one. When the model does not help it is ours,
        unless the caller insists.

        Raises:
            PuzzlesExhausted: this server makes no new ones, or has none of the difficulty.
        """
        self._gate.require(request.theme)
        if request.invent and self._generation == "preset":
            raise PuzzlesExhausted("no new puzzles are made here: see PUZZLE_GENERATION_MODE")
        asked_for = request.category.upper()
        category = asked_for if asked_for in CATEGORIES else DEFAULT_CATEGORY
        difficulty = min(max(request.difficulty or DEFAULT_DIFFICULTY, 1), 5)
        themed = self._generation == "auto" and bool(request.theme)
        if request.invent or self._generation == "llm" or themed:
            try:
                found = await self._invent(request, category, difficulty, deadline)
            except ModelFailure as failure:
                log.warning("turtlesoup_puzzle_not_made", outcome=failure.outcome)
                if request.invent:
                    raise
            else:
                return api.TurtleSoupGeneratePuzzleResponse.model_validate(found.model_dump())
        puzzle = self._one_of_ours(difficulty, category if request.category else "")
        return api.TurtleSoupGeneratePuzzleResponse(
            title=puzzle.title,
            scenario=puzzle.question,
            solution=puzzle.answer,
            category=puzzle.category,
            difficulty=puzzle.difficulty,
            hints=puzzle.hints,
            key_facts=puzzle.key_facts,
            warning=puzzle.warning or "",
        )

    async def get_random_puzzle(
        self, request: api.TurtleSoupGetRandomPuzzleRequest, _deadline: Deadline
    ) -> api.TurtleSoupGetRandomPuzzleResponse:
        """Any puzzle of ours that fits, each as likely as the other."""
        puzzle = self._puzzles.choose(
            self._random,
            difficulty=request.difficulty,
            category=request.category,
            excluded=frozenset(request.excluded_ids),
            mild=request.mild,
        )
        return _shown(puzzle)

    async def rewrite_scenario(
        self, request: api.TurtleSoupRewriteScenarioRequest, deadline: Deadline
    ) -> api.TurtleSoupRewriteScenarioResponse:
        """A puzzle told anew; the new situation tells no more than the old one."""

        def keeps_the_secret(reply: schemas.RewriteReply) -> bool:
            texts_say_something = bool(reply.scenario and reply.solution)
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
            scenario=reply.scenario,
            solution=reply.solution,
            original_scenario=request.scenario,
            original_solution=request.solution,
        )

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

    def _one_of_ours(self, difficulty: int, category: str) -> Puzzle:
        """Of the category when there is one."""
        try:
            return self._puzzles.choose(self._random, difficulty=difficulty, category=category)
        except PuzzlesExhausted:
            return self._puzzles.choose(self._random, difficulty=difficulty)

    async def _invent(
        self,
        request: api.TurtleSoupGeneratePuzzleRequest,
        category: str,
        difficulty: int,
        deadline: Deadline,
    ) -> schemas.PuzzleReply:
        avoid = (*request.avoid, *(puzzle.question for puzzle in self._puzzles.all))
        inquiry = self._inquiries.make(
            "generate",
            Task.PUZZLE,
            schemas.PuzzleReply,
            values={
                "category": category,
                "difficulty": str(difficulty),
                "theme": request.theme,
                "avoid": numbered(request.avoid[:AVOIDED]),
                "examples": self._examples(difficulty),
            },
            accepts=lambda reply: leaks.is_a_puzzle(reply, difficulty=difficulty, avoid=avoid),
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

    def _counts(self) -> dict[str, int]:
        return {str(difficulty): count for difficulty, count in self._puzzles.by_difficulty.items()}


def _shown(puzzle: Puzzle) -> api.TurtleSoupGetRandomPuzzleResponse:
    return api.TurtleSoupGetRandomPuzzleResponse.model_validate(puzzle.model_dump(exclude_none=True))
