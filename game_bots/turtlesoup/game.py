"""The rules of 바다거북수프 as values: a transition returns a new soup or raises what is wrong. Pure.

No I/O, no clock, no chance: the time is the stream entry's, puzzle and rulings come in as arguments. The
history is the game's own and is sent with each question: nothing of another game can get into it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from botkit.chat.message import Player
from game_bots import surrender
from game_bots.refusals import (
    AppealLimitReached,
    AppealRepeated,
    DuplicateQuestion,
    HintLimitReached,
    NoSuchQuestion,
)
from game_bots.surrender import Vote
from game_bots.turtlesoup.puzzles import ANYTHING, Puzzle, Wish
from game_bots.turtlesoup.refusals import AnswerLength, AttemptTooSoon, HintTooSoon, QuestionLength
from game_bots.wording import question_key, refers_back

MAX_HINTS = 3
MAX_APPEALS = 3
"""Answers of a game that a second judge looks at."""

QUESTION_LENGTHS = (2, 200)
ANSWER_LENGTHS = (1, 500)
"""Characters."""

ATTEMPT_SECONDS = 15.0
"""One attempt per person in this time."""

IDLE_SECONDS = 24 * 3600.0
"""A game in which nothing happens for so long is over."""


class Verdict(StrEnum):
    """The referee's answer, as the LLM server names it."""

    YES = "예"
    NO = "아니오"
    IRRELEVANT = "관계없습니다"
    SOMEWHAT = "조금은 관계있습니다"
    WRONG_PREMISE = "전제가 틀렸습니다"


class Nearness(StrEnum):
    """How near an attempt is, as the LLM server names it."""

    YES = "YES"
    CLOSE = "CLOSE"
    NO = "NO"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the referee says to a question. `facts` are positions in the puzzle's."""

    verdict: Verdict
    important: bool = False
    facts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """An answered question."""

    number: int
    text: str
    verdict: Verdict
    important: bool
    by: str
    at: float
    appealed: bool = False
    """Whether a second judge has looked at it."""
    former: Verdict | None = None
    """What the first judge said, when the second one said something else."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A hint given. One from an operator, `by` nobody, is not counted."""

    number: int
    text: str
    by: str
    at: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """A solution that somebody told."""

    number: int
    text: str
    nearness: Nearness
    by: str
    at: float


@dataclass(frozen=True, slots=True)
class Find:
    """A fact brought to light, by a question or (number 0) by an attempt."""

    fact: int
    by: str
    at: float
    question: int = 0


@dataclass(frozen=True, slots=True)
class Soup:
    """One game, from start to end. `id` is the entry that started it: a retry starts the same game."""

    id: str
    puzzle: Puzzle
    started_at: float
    moved_at: float
    """When something last happened."""
    wish: Wish = ANYTHING
    chat: str = ""
    """The room that it is counted for, when that is not the one in which it is played."""
    players: tuple[Player, ...] = ()
    seen: Mapping[str, float] = field(default_factory=dict)
    """When each of them last moved; whoever is missing was there before this was noted down."""
    questions: tuple[Question, ...] = ()
    hints: tuple[Hint, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    finds: tuple[Find, ...] = ()
    vote: Vote | None = None
    tokens: int = 0
    """What the model has used for it."""

    # ---- what is known ------------------------------------------------------------------------------

    @property
    def corrections(self) -> int:
        """Answers that a second judge has changed."""
        return sum(question.former is not None for question in self.questions)

    @property
    def hint_limit(self) -> int:
        """Hints that may be asked for: one more for each wrong answer of ours."""
        return MAX_HINTS + self.corrections

    @property
    def hints_taken(self) -> int:
        """Hints that players asked for."""
        return sum(bool(hint.by) for hint in self.hints)

    @property
    def own_hint(self) -> str:
        """The next hint that the puzzle itself has; empty when there is none that keeps the secret."""
        given = {hint.text for hint in self.hints}
        left = (text for text in self.puzzle.hints if text not in given and not self.puzzle.is_told_by(text))
        return next(left, "")

    @property
    def complete(self) -> bool:
        """Whether every fact of the solution has come to light."""
        return bool(self.puzzle.facts) and len(self.finds) == len(self.puzzle.facts)

    def player(self, user: str) -> Player | None:
        """A person of the game, by id."""
        return next((player for player in self.players if player.id == user), None)

    def found(self, fact: int) -> Find | None:
        """How a fact came to light, if it did."""
        return next((find for find in self.finds if find.fact == fact), None)

    def finds_of(self, user: str) -> int:
        """Facts that a person brought to light."""
        return sum(find.by == user for find in self.finds)

    def pivotal_of(self, user: str) -> int:
        """Questions of a person that went to the heart of it."""
        return sum(question.by == user and question.important for question in self.questions)

    @property
    def mvp(self) -> Player | None:
        """Who brought most to light; nobody when there were not two players, or nobody did."""

        def merit(one: Player) -> tuple[int, int]:
            return self.finds_of(one.id), self.pivotal_of(one.id)

        best = max(self.players, key=merit, default=None)
        return best if best and len(self.players) > 1 and any(merit(best)) else None

    def overdue(self, now: float) -> bool:
        """Whether nothing has happened for a day."""
        return now - self.moved_at >= IDLE_SECONDS

    # ---- moves --------------------------------------------------------------------------------------

    def check_question(self, text: str) -> None:
        """Refuse what is no question by its length, and what was asked before.

        Raises:
            QuestionLength: with the limits, in characters.
            DuplicateQuestion: with the number and the answer it had.
        """
        least, most = QUESTION_LENGTHS
        if not least <= len(text) <= most:
            raise QuestionLength(least=least, most=most)
        key = question_key(text)
        if not key or refers_back(text):
            return
        for question in self.questions:
            if question_key(question.text) == key:
                raise DuplicateQuestion(number=question.number, answer=question.verdict.value)

    def answered(self, text: str, ruling: Ruling, *, by: Player, now: float) -> "Soup":
        """With one more question. Raises as `check_question` does."""
        self.check_question(text)
        number = len(self.questions) + 1
        question = Question(number, text, ruling.verdict, ruling.important, by.id, now)
        finds = self._finds(ruling.facts, by, now, number, before=self.finds)
        return self._moved(by, now, questions=(*self.questions, question), finds=finds)

    def check_hint(self, *, cooldown: int) -> None:
        """Refuse a hint when none is left, or when fewer than `cooldown` questions came after the last one.

        Raises:
            HintLimitReached: with the numbers.
            HintTooSoon: with the questions that are missing.
        """
        if self.hints_taken >= self.hint_limit:
            raise HintLimitReached(used=self.hints_taken, limit=self.hint_limit)
        if self.hints_taken:
            last = max(hint.at for hint in self.hints if hint.by)
            asked = sum(question.at > last for question in self.questions)
            if asked < cooldown:
                raise HintTooSoon(needed=cooldown - asked)

    def hinted(self, text: str, *, by: Player, now: float) -> "Soup":
        """With one more hint."""
        hint = Hint(len(self.hints) + 1, text, by.id, now)
        return self._moved(by, now, hints=(*self.hints, hint))

    def told(self, text: str, *, now: float) -> "Soup":
        """With a hint from an operator, who is no player."""
        hint = Hint(len(self.hints) + 1, text, "", now)
        return replace(self, hints=(*self.hints, hint), moved_at=now)

    def check_attempt(self, text: str, *, by: Player, now: float) -> None:
        """Refuse an attempt that is too long or comes too soon; neither costs the person anything.

        Raises:
            AnswerLength: with the limits, in characters.
            AttemptTooSoon: with the seconds to wait.
        """
        least, most = ANSWER_LENGTHS
        if not least <= len(text) <= most:
            raise AnswerLength(least=least, most=most)
        last = max((attempt.at for attempt in self.attempts if attempt.by == by.id), default=None)
        if last is not None and now < last + ATTEMPT_SECONDS:
            remaining = math.ceil(last + ATTEMPT_SECONDS - now)
            raise AttemptTooSoon(total=int(ATTEMPT_SECONDS), remaining=remaining)

    def attempted(
        self, text: str, nearness: Nearness, facts: tuple[int, ...], *, by: Player, now: float
    ) -> "Soup":
        """With one more attempt. Raises as `check_attempt` does."""
        self.check_attempt(text, by=by, now=now)
        attempt = Attempt(len(self.attempts) + 1, text, nearness, by.id, now)
        finds = self._finds(facts, by, now, 0, before=self.finds)
        return self._moved(by, now, attempts=(*self.attempts, attempt), finds=finds)

    def check_appeal(self, number: int) -> Question:
        """The question that a second judge may look at.

        Raises:
            NoSuchQuestion: none has that number.
            AppealRepeated: a second judge has looked at it.
            AppealLimitReached: no appeal is left in this game.
        """
        question = next((one for one in self.questions if one.number == number), None)
        if question is None:
            raise NoSuchQuestion(number=number)
        if question.appealed:
            raise AppealRepeated(number=number, answer=question.verdict.value)
        if sum(one.appealed for one in self.questions) >= MAX_APPEALS:
            raise AppealLimitReached(limit=MAX_APPEALS)
        return question

    def reviewed(self, number: int, ruling: Ruling | None, *, by: Player, now: float) -> "Soup":
        """With a second judge's ruling, None when that judge could not tell. Raises as `check_appeal` does.

        What the question brings to light after all is its asker's find; what only the wrong answer did is
        hidden again.
        """
        question = self.check_appeal(number)
        seen, finds = replace(question, appealed=True), self.finds
        if ruling and ruling.verdict is not question.verdict:
            seen = replace(seen, verdict=ruling.verdict, important=ruling.important, former=question.verdict)
            others = tuple(find for find in finds if find.question != number)
            asker = self.player(question.by) or by
            finds = self._finds(ruling.facts, asker, now, number, before=others)
        questions = tuple(seen if one.number == number else one for one in self.questions)
        return self._moved(by, now, questions=questions, finds=finds)

    def giving_up(self, *, by: Player, now: float) -> "Soup":
        """With the person's wish to give up: opens a vote of who is there, or agrees to the one that runs.

        Raises:
            NotAVoter, AlreadyVoted: see `game_bots.surrender`.
        """
        joined = self._moved(by, now)
        seen = {player.id: joined.seen.get(player.id, now) for player in joined.players}
        voters = surrender.there(seen, now=now)
        return replace(joined, vote=surrender.proposed(self.vote, players=voters, by=by.id, now=now))

    def agreeing(self, *, by: Player, now: float, prefix: str) -> "Soup":
        """With one more agreement to give up.

        Raises:
            NoVote, NotAVoter, AlreadyVoted: see `game_bots.surrender`.
        """
        return self._moved(by, now, vote=surrender.agreed(self.vote, by=by.id, now=now, prefix=prefix))

    def rejecting(self, *, by: Player, now: float, prefix: str) -> "Soup":
        """With one more voice against; a vote that cannot be carried any more is over.

        Raises as `agreeing`.
        """
        return self._moved(by, now, vote=surrender.rejected(self.vote, by=by.id, now=now, prefix=prefix))

    def spent(self, tokens: int) -> "Soup":
        """With what the model has used."""
        return replace(self, tokens=self.tokens + tokens)

    # ---- shared by the moves ------------------------------------------------------------------------

    def _moved(self, by: Player, now: float, **changes: Any) -> "Soup":
        """Changed by a person, who is among the players from then on, under the newest nickname."""
        players = self.players
        if self.player(by.id) is None:
            players = (*players, by)
        players = tuple(by if player.id == by.id else player for player in players)
        return replace(self, players=players, seen={**self.seen, by.id: now}, moved_at=now, **changes)

    def _finds(
        self, facts: tuple[int, ...], by: Player, now: float, question: int, *, before: tuple[Find, ...]
    ) -> tuple[Find, ...]:
        """Those before and the facts that they lack; positions that there are not are nobody's find."""
        known = {find.fact for find in before}
        fresh = [fact for fact in dict.fromkeys(facts) if fact not in known]
        there = [fact for fact in fresh if 0 <= fact < len(self.puzzle.facts)]
        return (*before, *(Find(fact, by.id, now, question) for fact in there))
