"""The rules of 스무고개 as values: a transition returns a new riddle or raises what is wrong. Pure.

No I/O, no clock, no chance: the time is the stream entry's, the topic and the verdicts come in as arguments.
"""

import math
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum

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
from game_bots.twentyq.refusals import GuessRepeated, GuessTooSoon, QuestionsUsedUp
from game_bots.twentyq.topics import Level, Topic
from game_bots.twentyq.wording import is_follow_up, names
from game_bots.wording import folded, question_key

MAX_HINTS = 1
"""The model is asked for a hint without knowing an earlier one: a second would be the first again."""

QUESTION_LENGTH = 200
TWENTY = 20
"""Questions of a game in which they are counted."""

WARNINGS = (5, 1, 0)
"""Questions left at which the room is told."""

MAX_CHAIN = 5
"""Questions of one line."""

MAX_APPEALS = 3
"""Answers of a game that a second judge looks at."""

BASE_POINTS = {Level.EASY: 80, Level.NORMAL: 120, Level.HARD: 180}
"""What a secret is worth that is named at once."""


class Verdict(StrEnum):
    """The referee's answer, as the LLM server names it."""

    YES = "예"
    MOSTLY_YES = "아마도 예"
    MOSTLY_NO = "아마도 아니오"
    NO = "아니오"

    @property
    def is_positive(self) -> bool:
        """Whether a chain that goes on while the answers are yes goes on."""
        return self in (Verdict.YES, Verdict.MOSTLY_YES)


@dataclass(frozen=True, slots=True)
class Question:
    """An answered question."""

    number: int
    text: str
    verdict: Verdict
    by: str
    at: float
    chained: bool = False
    """Whether it followed another one in the same line."""
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
class Miss:
    """A wrong guess; `close` when it was near."""

    text: str
    close: bool
    by: str
    at: float


@dataclass(frozen=True, slots=True)
class Rules:
    """What an operator may set; a game keeps those with which it began."""

    hint_interval: int = 5
    """The hint is told again after so many questions."""
    guess_seconds: int = 30
    """One wrong guess per person in this time."""
    idle_hours: int = 12
    """A game in which nobody has moved for so long is over. It is not counted."""


RULES = Rules()


@dataclass(frozen=True, slots=True)
class Riddle:
    """One game, from start to end. `id` is the entry that started it: a retry starts the same game."""

    id: str
    topic: Topic
    started_at: float
    players: tuple[Player, ...] = ()
    questions: tuple[Question, ...] = ()
    hints: tuple[Hint, ...] = ()
    misses: tuple[Miss, ...] = ()
    vote: Vote | None = None
    limit: int = 0
    """Questions that may be asked; 0 is without end."""
    daily: str = ""
    """The day (YYYY-MM-DD) whose riddle it is; empty for any other game."""
    tokens: int = 0
    """What the model has used for it."""
    rules: Rules = RULES

    @property
    def questions_left(self) -> int | None:
        """Questions that may still be asked; None without a limit."""
        return max(0, self.limit - len(self.questions)) if self.limit else None

    @property
    def hints_taken(self) -> int:
        """Hints that players asked for."""
        return sum(bool(hint.by) for hint in self.hints)

    @property
    def hints_left(self) -> int:
        """Hints that may still be asked for."""
        return MAX_HINTS - self.hints_taken

    def hint_after(self, before: "Riddle") -> Hint | None:
        """The last hint, when the questions since `before` completed one more interval since it was given."""
        if not self.hints:
            return None
        last, interval = self.hints[-1], self.rules.hint_interval
        now, had = (sum(q.at > last.at for q in one.questions) // interval for one in (self, before))
        return last if now > had else None

    @property
    def points(self) -> int:
        """What solving it now is worth: more for a rare secret, less for every bit of help."""
        lost = 4 * len(self.questions) + 15 * self.hints_taken + 5 * len(self.misses)
        return max(10, BASE_POINTS[self.topic.level] - lost)

    @property
    def last_moved_at(self) -> float:
        """When somebody last asked, guessed or took a hint; else when it began."""
        moves: list[Question | Hint | Miss] = [*self.questions, *self.hints, *self.misses]
        return max([self.started_at, *(move.at for move in moves)])

    @property
    def over_at(self) -> float:
        """When it is over unless somebody moves."""
        return self.last_moved_at + 3600 * self.rules.idle_hours

    @property
    def mvp(self) -> tuple[Player, int] | None:
        """Whose questions helped most, and how many there were: one answered with yes counts twice.

        Nobody when there were not two players.
        """
        worth = Counter[str]()
        for question in self.questions:
            worth[question.by] += 2 if question.verdict.is_positive else 1
        if len(self.players) < 2 or not worth:
            return None
        best = self.player(worth.most_common(1)[0][0])
        return (best, sum(question.by == best.id for question in self.questions)) if best else None

    def player(self, user: str) -> Player | None:
        """A person of the game, by id."""
        return next((player for player in self.players if player.id == user), None)

    def joined(self, by: Player) -> "Riddle":
        """With the person among the players, under the newest nickname."""
        known = self.player(by.id)
        if known == by:
            return self
        if known is None:
            return replace(self, players=(*self.players, by))
        return replace(self, players=tuple(by if p.id == by.id else p for p in self.players))

    def check_question(self, text: str) -> None:
        """Refuse what was asked before, unless it follows another answer, and everything after the last one.

        Raises:
            DuplicateQuestion: with the number and the answer it had.
            QuestionsUsedUp: no question is left.
        """
        if self.questions_left == 0:
            raise QuestionsUsedUp(limit=self.limit)
        key = "" if is_follow_up(text) else question_key(text)
        for question in self.questions:
            if key and question_key(question.text) == key:
                raise DuplicateQuestion(number=question.number, answer=question.verdict.value)

    def answered(
        self, text: str, verdict: Verdict, *, by: Player, now: float, chained: bool = False
    ) -> "Riddle":
        """With one more question. Raises as `check_question` does."""
        self.check_question(text)
        question = Question(len(self.questions) + 1, text, verdict, by.id, now, chained)
        return replace(self.joined(by), questions=(*self.questions, question))

    def check_guess(self, guess: str, *, by: Player, now: float) -> None:
        """Refuse a guess that was wrong before or comes too soon; neither costs the person anything.

        Raises:
            GuessRepeated: the room tried that word.
            GuessTooSoon: with the seconds to wait.
        """
        key = folded(guess) or guess
        if any((folded(miss.text) or miss.text) == key for miss in self.misses):
            raise GuessRepeated(guess=guess)
        last = max((miss.at for miss in self.misses if miss.by == by.id), default=None)
        seconds = self.rules.guess_seconds
        if last is not None and now < last + seconds:
            raise GuessTooSoon(total=seconds, remaining=math.ceil(last + seconds - now))

    def is_named_by(self, guess: str) -> bool:
        """Whether the guess is the secret, or what else it is called, word for word."""
        return any(names(guess, name) for name in (self.topic.name, *self.topic.aliases))

    def missed(self, guess: str, *, close: bool, by: Player, now: float) -> "Riddle":
        """With one more wrong guess. Raises as `check_guess` does."""
        self.check_guess(guess, by=by, now=now)
        return replace(self.joined(by), misses=(*self.misses, Miss(guess, close, by.id, now)))

    def check_hint(self) -> None:
        """Refuse a hint when none is left.

        Raises:
            HintLimitReached: with the numbers.
        """
        if self.hints_left <= 0:
            raise HintLimitReached(used=self.hints_taken, limit=MAX_HINTS)

    def hinted(self, text: str, *, by: Player, now: float) -> "Riddle":
        """With one more hint. Raises as `check_hint` does."""
        self.check_hint()
        hint = Hint(len(self.hints) + 1, text, by.id, now)
        return replace(self.joined(by), hints=(*self.hints, hint))

    def told(self, text: str, *, now: float) -> "Riddle":
        """With a hint from an operator, who is no player."""
        return replace(self, hints=(*self.hints, Hint(len(self.hints) + 1, text, "", now)))

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

    def reviewed(self, number: int, verdict: Verdict, *, by: Player) -> "Riddle":
        """With a second judge's verdict; a question that was answered wrongly is given back.

        Raises as `check_appeal` does.
        """
        question = self.check_appeal(number)
        wrong = verdict is not question.verdict
        former = question.verdict if wrong else None
        seen = replace(question, verdict=verdict, appealed=True, former=former)
        questions = tuple(seen if one.number == number else one for one in self.questions)
        limit = self.limit + 1 if self.limit and wrong else self.limit
        return replace(self.joined(by), questions=questions, limit=limit)

    def giving_up(self, *, by: Player, now: float) -> "Riddle":
        """With the person's wish to give up: opens a vote of who is there, or agrees to the one that runs.

        Raises:
            NotAVoter, AlreadyVoted: see `game_bots.surrender`.
        """
        joined = self.joined(by)
        moves: list[Question | Hint | Miss] = [*self.questions, *self.hints, *self.misses]
        moved = {move.by: move.at for move in sorted(moves, key=lambda move: move.at)} | {by.id: now}
        seen = {player.id: moved.get(player.id, self.started_at) for player in joined.players}
        voters = surrender.there(seen, now=now)
        return replace(joined, vote=surrender.proposed(self.vote, players=voters, by=by.id, now=now))

    def agreeing(self, *, by: Player, now: float, prefix: str) -> "Riddle":
        """With one more agreement to give up.

        Raises:
            NoVote, NotAVoter, AlreadyVoted: see `game_bots.surrender`.
        """
        return replace(self, vote=surrender.agreed(self.vote, by=by.id, now=now, prefix=prefix))

    def rejecting(self, *, by: Player, now: float, prefix: str) -> "Riddle":
        """With one more voice against; a vote that cannot be carried any more is over.

        Raises as `agreeing`.
        """
        return replace(self, vote=surrender.rejected(self.vote, by=by.id, now=now, prefix=prefix))
