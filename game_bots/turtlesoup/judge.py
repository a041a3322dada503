"""The LLM server as the game sees it: rulings, attempts, hints, stories. What is unclear is never guessed.

Nothing that a model wrote freely is shown before the end when `Puzzle.is_told_by` it: the server looks for
leaks, too, and this is the last line of defence.
"""

from dataclasses import dataclass

from llm.v1 import llm_service_pb2 as pb

from botkit.chat.errors import AiConfused
from botkit.chat.layout import strip_markdown
from botkit.llm.client import LlmClient
from game_bots.turtlesoup.game import Nearness, Ruling, Soup, Verdict
from game_bots.turtlesoup.puzzles import Puzzle
from game_bots.turtlesoup.refusals import QuestionUnanswerable

SECONDS = 25.0
"""For a ruling, an attempt, a hint, a story."""

HISTORY_SENT = 30
"""The last questions of the game, which a judge should know."""

HINTED_AFTER = 20
"""The last questions that a hint takes into account."""

UNANSWERABLE = "답변할 수 없습니다"
STRONGEST_HINT = 3


@dataclass(frozen=True, slots=True)
class Judgement:
    """How near an attempt is, what it told rightly, and what is missing, in words that do not tell it."""

    nearness: Nearness
    facts: tuple[int, ...]
    missing: str


class Judge:
    """Asks the LLM server; every call is named by the stream entry it serves."""

    def __init__(self, llm: LlmClient) -> None:
        self._llm = llm

    async def ruling(self, soup: Soup, question: str, *, entry: str) -> Ruling:
        """The answer to a question.

        Raises:
            QuestionUnanswerable: the referee cannot say yes or no to it.
            AiConfused: the server's answer is none of the labels.
        """
        request = self._question(soup.puzzle, question)
        request.history.extend(_history(soup, HISTORY_SENT))
        return await self._ruled(request, entry)

    async def second_opinion(self, soup: Soup, question: str, *, entry: str) -> Ruling | None:
        """Another judge's answer to a question, without knowledge of the others; None when it cannot tell.

        Raises:
            AiConfused: the server's answer is none of the labels.
        """
        request = self._question(soup.puzzle, question)
        request.second_opinion = True
        try:
            return await self._ruled(request, entry)
        except QuestionUnanswerable:
            return None

    async def attempt(self, soup: Soup, text: str, *, entry: str) -> Judgement:
        """How near somebody is to the truth.

        Raises:
            AiConfused: the server's answer is none of the results.
        """
        puzzle = soup.puzzle
        request = pb.TurtleSoupValidateSolutionRequest(
            solution=puzzle.solution, player_answer=text, key_facts=puzzle.facts, scenario=puzzle.scenario
        )
        reply = await self._llm.call(
            self._llm.rpc.TurtleSoupValidateSolution, request, request_id=entry, timeout=SECONDS
        )
        try:
            nearness = Nearness(reply.result)
        except ValueError:
            raise AiConfused from None
        missing = strip_markdown(reply.missing)
        if puzzle.is_told_by(missing, known=[text]):
            missing = ""
        return Judgement(nearness, tuple(reply.facts), missing)

    async def hint(self, soup: Soup, *, entry: str) -> str:
        """One hint that the puzzle does not have itself.

        Raises:
            AiConfused: the server has none that keeps the secret.
        """
        puzzle = soup.puzzle
        request = pb.TurtleSoupGenerateHintRequest(
            scenario=puzzle.scenario,
            solution=puzzle.solution,
            level=min(len(soup.hints) + 1, STRONGEST_HINT),
            earlier_hints=[hint.text for hint in soup.hints],
            history=_history(soup, HINTED_AFTER),
        )
        reply = await self._llm.call(
            self._llm.rpc.TurtleSoupGenerateHint, request, request_id=entry, timeout=SECONDS
        )
        text = strip_markdown(reply.hint)
        if not text or puzzle.is_told_by(text):
            raise AiConfused
        return text

    async def story(self, puzzle: Puzzle, *, entry: str) -> str:
        """The truth as a story; the bare truth when nobody can tell it."""
        request = pb.TurtleSoupRevealRequest(scenario=puzzle.scenario, solution=puzzle.solution)
        reply = await self._llm.call(
            self._llm.rpc.TurtleSoupReveal, request, request_id=entry, timeout=SECONDS
        )
        return strip_markdown(reply.narrative) or puzzle.solution

    async def _ruled(self, request: pb.TurtleSoupAnswerQuestionRequest, entry: str) -> Ruling:
        reply = await self._llm.call(
            self._llm.rpc.TurtleSoupAnswerQuestion, request, request_id=entry, timeout=SECONDS
        )
        if reply.raw_text == UNANSWERABLE:
            raise QuestionUnanswerable
        try:
            verdict = Verdict(reply.raw_text)
        except ValueError:
            raise AiConfused from None
        return Ruling(verdict, reply.important, tuple(reply.facts))

    @staticmethod
    def _question(puzzle: Puzzle, question: str) -> pb.TurtleSoupAnswerQuestionRequest:
        return pb.TurtleSoupAnswerQuestionRequest(
            scenario=puzzle.scenario, solution=puzzle.solution, question=question, key_facts=puzzle.facts
        )


def _history(soup: Soup, most: int) -> list[pb.TurtleSoupHistoryItem]:
    return [
        pb.TurtleSoupHistoryItem(question=question.text, answer=question.verdict.value)
        for question in soup.questions[-most:]
    ]
