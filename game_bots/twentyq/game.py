"""The rules of 스무고개 as values: a transition returns a new room or raises what is wrong. Pure.

No I/O, no clock, no chance: the time is the stream entry's, the topic and the verdicts come in as arguments.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from botkit.chat.message import Player
from game_bots import surrender
from game_bots.refusals import NoGame
from game_bots.surrender import Vote
from game_bots.twentyq.refusals import (
    DuplicateQuestion,
    GuessRepeated,
    GuessTooSoon,
    HintLimitReached,
    QuestionsUsedUp,
)
from game_bots.twentyq.wording import names
from game_bots.wording import folded, question_key

MAX_HINTS = 1
GUESS_SECONDS = 30.0
"""One wrong guess per person in this time."""

TOPICS_KEPT = 20
"""Secrets of the room, and of each category in it, that are not drawn again."""

QUESTION_LENGTH = 200
TWENTY = 20
"""Questions of a game in which they are counted."""

WARNINGS = (5, 1, 0)
"""Questions left at which the room is told."""

MAX_CHAIN = 5
"""Questions of one line."""


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


class Result(StrEnum):
    """How a game ended, as it is counted."""

    CORRECT = "CORRECT"
    SURRENDER = "SURRENDER"
    FAILED = "FAILED"


CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "organism": ("생물",),
    "food": ("음식",),
    "object": ("사물",),
    "place": ("장소",),
    "concept": ("개념",),
    "movie": ("영화",),
    "idiom_proverb": ("사자성어/속담", "사자성어", "속담"),
}
"""Category ids of the LLM server → what players call them, the display name first."""

NOT_AT_RANDOM = ("movie",)
"""Categories that are only played when asked for."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A secret."""

    name: str
    category: str
    details: Mapping[str, str]


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


@dataclass(frozen=True, slots=True)
class Hint:
    """A hint given."""

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

    @property
    def questions_left(self) -> int | None:
        """Questions that may still be asked; None without a limit."""
        return max(0, self.limit - len(self.questions)) if self.limit else None

    @property
    def most_curious(self) -> tuple[Player, int] | None:
        """Who asked the most questions, and how many; nobody when there were not two players."""
        asked = Counter(question.by for question in self.questions)
        if len(self.players) < 2 or not asked:
            return None
        user, count = asked.most_common(1)[0]
        player = self.player(user)
        return (player, count) if player else None

    @property
    def hints_left(self) -> int:
        """Hints that may still be asked for."""
        return MAX_HINTS - len(self.hints)

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
        """Refuse what was asked before, and everything after the last question.

        Raises:
            DuplicateQuestion: with the number and the answer it had.
            QuestionsUsedUp: no question is left.
        """
        if self.questions_left == 0:
            raise QuestionsUsedUp(limit=self.limit)
        key = question_key(text)
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
        if last is not None and now < last + GUESS_SECONDS:
            remaining = math.ceil(last + GUESS_SECONDS - now)
            raise GuessTooSoon(total=int(GUESS_SECONDS), remaining=remaining)

    def is_named_by(self, guess: str) -> bool:
        """Whether the guess is the secret, word for word."""
        return names(guess, self.topic.name)

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
            raise HintLimitReached(used=len(self.hints), limit=MAX_HINTS)

    def hinted(self, text: str, *, by: Player, now: float) -> "Riddle":
        """With one more hint. Raises as `check_hint` does."""
        self.check_hint()
        hint = Hint(len(self.hints) + 1, text, by.id, now)
        return replace(self.joined(by), hints=(*self.hints, hint))

    def giving_up(self, *, by: Player, now: float) -> "Riddle":
        """With the person's wish to give up: opens a vote, or agrees to the one that runs.

        Raises:
            NotAVoter, AlreadyVoted: see `game_bots.surrender`.
        """
        joined = self.joined(by)
        players = (player.id for player in joined.players)
        return replace(joined, vote=surrender.proposed(self.vote, players=players, by=by.id, now=now))

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


@dataclass(frozen=True, slots=True)
class Finished:
    """A game that is over, as it goes into the ledger."""

    room: str
    riddle: Riddle
    result: Result
    winner: str
    completed_at: float


@dataclass(frozen=True, slots=True)
class Played:
    """A secret the room has had."""

    name: str
    category: str


@dataclass(frozen=True, slots=True)
class Room:
    """Everything remembered about a room; outlives its games."""

    riddle: Riddle | None = None
    played: tuple[Played, ...] = ()

    def playing(self, prefix: str) -> Riddle:
        """The riddle that is open.

        Raises:
            NoGame: none is.
        """
        if self.riddle is None:
            raise NoGame(prefix=prefix)
        return self.riddle

    def banned(self, category: str) -> list[str]:
        """Names not to draw: the room's last ones, and those of the category (of all when it is empty)."""
        recent = [topic.name for topic in self.played[-TOPICS_KEPT:]]
        per_category = [
            topic.name
            for wanted in CATEGORIES
            if category in ("", wanted)
            for topic in [t for t in self.played if t.category == wanted][-TOPICS_KEPT:]
        ]
        return list(dict.fromkeys((*recent, *per_category)))

    def started(self, topic: Topic, *, game: str, by: Player, now: float, limit: int = 0) -> "Room":
        """With a new riddle; nothing of an earlier one is left in it."""
        return replace(self, riddle=Riddle(game, topic, now, players=(by,), limit=limit))

    def ended(self, riddle: Riddle) -> "Room":
        """Without a riddle, and with its secret remembered."""
        played = (*self.played, Played(riddle.topic.name, riddle.topic.category))
        return replace(self, riddle=None, played=_trimmed(played))


def _trimmed(played: tuple[Played, ...]) -> tuple[Played, ...]:
    """What `banned` can still ask for: the last ones of the room and of each category."""
    kept = set(range(max(0, len(played) - TOPICS_KEPT), len(played)))
    for category in CATEGORIES:
        kept.update([i for i, topic in enumerate(played) if topic.category == category][-TOPICS_KEPT:])
    return tuple(topic for i, topic in enumerate(played) if i in kept)


def category_of(word: str) -> str | None:
    """The category that a player's word means: a Korean name, or the id in any case."""
    lowered = word.strip().casefold()
    for category, called in CATEGORIES.items():
        if lowered == category or lowered in called:
            return category
    return None


def display_category(category: str) -> str:
    """What players call a category; an unknown one stays as it is."""
    return CATEGORIES.get(category, (category,))[0]
