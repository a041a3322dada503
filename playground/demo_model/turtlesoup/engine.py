"""Reads what the LLM server asks of a model in 바다거북수프, and answers it out of the six puzzles.

The task is told by the response schema, the values by their tags. A puzzle is known by its solution; of
another one nothing is told.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from playground.demo_model.protocol import GenerateRequest
from playground.demo_model.turtlesoup.judge import UNKNOWN
from playground.demo_model.turtlesoup.knowledge import Puzzle, Puzzles
from playground.demo_model.turtlesoup.solutions import Attempt, judge, squeezed

_SOLUTION = re.compile(r"^solution: (.+)$", re.MULTILINE)
_NUMBERED = re.compile(r"^(\d+): (.+)$", re.MULTILINE)
_NO_HINT = "이 이야기는 데모가 모르는 이야기라 힌트를 준비하지 못했어요."


class TurtleSoupEngine:
    """Answers questions, judges solutions, gives hints, tells the truth and the situation anew.

    It cannot invent a puzzle: that request gets no answer.
    """

    def __init__(self, puzzles: Puzzles | None = None) -> None:
        self._puzzles = puzzles or Puzzles()

    def reply(self, request: GenerateRequest) -> str | None:
        """The answer in the shape of the request's schema; None when it is another task, or too much."""
        match list(request.schema.get("properties", {})):
            case ["answer", "important", "facts", "sure"]:
                return self._answer(request)
            case ["result", "facts", "missing"]:
                return self._attempt(request)
            case ["hint"]:
                return self._hint(request)
            case ["scenario", "solution"]:
                return self._retold(request)
            case [] if request.tag("scenario") and request.tag("solution"):
                puzzle = self._puzzles.behind(request.tag("solution"))
                return puzzle.spec.story if puzzle else request.tag("solution")
            case _:
                return None

    def suggestions(self) -> Mapping[str, list[str]]:
        """Questions that are understood and lead to the solution, by the puzzle's title."""
        return {puzzle.spec.title: list(puzzle.spec.suggestions) for puzzle in self._puzzles.all}

    def puzzles(self) -> list[dict[str, Any]]:
        """The puzzles as the LLM server keeps its own."""
        return [puzzle.spec.preset for puzzle in self._puzzles.all]

    def _answer(self, request: GenerateRequest) -> str:
        puzzle = self._secret(request)
        found = puzzle.judge.answer(request.tag("question")) if puzzle else UNKNOWN
        facts = _asked_for(request, puzzle, found.facts)
        return _dump(answer=found.verdict, important=found.important, facts=facts, sure=bool(facts))

    def _attempt(self, request: GenerateRequest) -> str:
        solution, text = request.tag("solution"), request.tag("player_answer")
        puzzle = self._puzzles.behind(solution)
        if puzzle:
            found = judge(puzzle.spec, text)
        else:
            found = Attempt("YES" if squeezed(text) == squeezed(solution) else "NO", ())
        facts = _asked_for(request, puzzle, found.facts)
        return _dump(result=found.result, facts=facts, missing=found.missing)

    def _hint(self, request: GenerateRequest) -> str:
        puzzle = self._secret(request)
        if puzzle is None:
            return _dump(hint=_NO_HINT)
        level = int(request.tag("level"))
        given = {text for _, text in _NUMBERED.findall(request.tag("earlier_hints"))}
        hints = puzzle.spec.hints
        ordered = (*hints[level - 1 :], *hints[: level - 1])
        return _dump(hint=next((hint for hint in ordered if hint not in given), ordered[0]))

    def _retold(self, request: GenerateRequest) -> str:
        solution = request.tag("solution")
        puzzle = self._puzzles.behind(solution)
        scenario = puzzle.spec.retold if puzzle else request.tag("scenario")
        return _dump(scenario=scenario, solution=solution)

    def _secret(self, request: GenerateRequest) -> Puzzle | None:
        found = _SOLUTION.search(request.tag("puzzle"))
        if not found:
            return None
        value = found[1]
        return self._puzzles.behind(str(json.loads(value)) if value.startswith('"') else value)


def _asked_for(request: GenerateRequest, puzzle: Puzzle | None, facts: Iterable[int]) -> list[int]:
    """Numbers of the request's facts for those of the puzzle; what it does not ask for is left out."""
    numbers = {text: int(number) for number, text in _NUMBERED.findall(request.tag("facts"))}
    own = puzzle.facts if puzzle else []
    return [numbers[own[fact - 1]] for fact in facts if own[fact - 1] in numbers]


def _dump(**values: object) -> str:
    return json.dumps(values, ensure_ascii=False)
