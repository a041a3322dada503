"""What is remembered about a room beyond the riddle that is open: secrets played, the last game. Pure."""

from dataclasses import dataclass, replace
from enum import StrEnum

from botkit.chat.message import Player
from game_bots.refusals import NoGame
from game_bots.twentyq.game import RULES, Riddle, Rules, Verdict
from game_bots.twentyq.topics import CATEGORIES, Topic

TOPICS_KEPT = 20
"""Secrets of the room, and of each category in it, that are not drawn again."""


class Result(StrEnum):
    """How a game ended, as it is counted."""

    CORRECT = "CORRECT"
    SURRENDER = "SURRENDER"
    FAILED = "FAILED"


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
class Daily:
    """What became of a day's riddle in a room. `answers` are the verdicts in order."""

    day: str
    solved: bool
    answers: tuple[Verdict, ...]
    hints: int


@dataclass(frozen=True, slots=True)
class Room:
    """Everything remembered about a room; outlives its games."""

    riddle: Riddle | None = None
    played: tuple[Played, ...] = ()
    last: Finished | None = None
    """The game that ended last."""
    daily: Daily | None = None
    """The day's riddle that ended last."""

    def playing(self, prefix: str) -> Riddle:
        """The riddle that is open.

        Raises:
            NoGame: none is.
        """
        if self.riddle is None:
            raise NoGame(prefix=prefix)
        return self.riddle

    def awake(self, now: float) -> "Room":
        """Without a riddle that nobody came back to: who comes later cannot give it up alone."""
        return replace(self, riddle=None) if self.riddle and now >= self.riddle.over_at else self

    def spending(self, tokens: int) -> "Room":
        """With so many tokens more on the riddle that is open."""
        riddle = self.riddle
        return replace(self, riddle=replace(riddle, tokens=riddle.tokens + tokens)) if riddle else self

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

    def started(
        self,
        topic: Topic,
        *,
        game: str,
        by: Player,
        now: float,
        limit: int = 0,
        daily: str = "",
        rules: Rules = RULES,
    ) -> "Room":
        """With a new riddle; nothing of an earlier one is left in it."""
        riddle = Riddle(game, topic, now, players=(by,), limit=limit, daily=daily, rules=rules)
        return replace(self, riddle=riddle)

    def ended(self, game: Finished) -> "Room":
        """Without a riddle, and with the game and its secret remembered."""
        riddle = game.riddle
        played = (*self.played, Played(riddle.topic.name, riddle.topic.category))
        daily = self.daily
        if riddle.daily:
            answers = tuple(question.verdict for question in riddle.questions)
            daily = Daily(riddle.daily, game.result is Result.CORRECT, answers, riddle.hints_taken)
        return Room(played=_trimmed(played), last=game, daily=daily)


def _trimmed(played: tuple[Played, ...]) -> tuple[Played, ...]:
    """What `banned` can still ask for: the last ones of the room and of each category."""
    kept = set(range(max(0, len(played) - TOPICS_KEPT), len(played)))
    for category in CATEGORIES:
        kept.update([i for i, topic in enumerate(played) if topic.category == category][-TOPICS_KEPT:])
    return tuple(topic for i, topic in enumerate(played) if i in kept)
