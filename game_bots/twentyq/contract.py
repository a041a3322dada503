"""The bodies of the HTTP routes, as their callers know them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StrictBool

from game_bots.api import NO_NUL, SAID, Body, Ok, Slice

Text = Annotated[str, Field(min_length=1, max_length=500, pattern=SAID)]
Id = Annotated[str, Field(min_length=1, max_length=200, pattern=SAID)]
Reason = Annotated[str, Field(max_length=500, pattern=NO_NUL)]
Verdict = Literal["AI_CORRECT", "AI_WRONG", "UNCLEAR"]


class StartRequest(Body):
    """What the riddle should be: categories and a level, in the players' words or as ids."""

    category: Annotated[str, Field(max_length=200, pattern=NO_NUL)] = ""


class Told(Body):
    """What the room would read."""

    message: str


class Board(Body):
    """The board of the open riddle."""

    status: str


class AnswerRequest(Body):
    """A question, or a guess that begins with 정답."""

    question: Text


class Answer(Body):
    """The verdict on a question; for guesses and several questions the whole text."""

    scale: str


class HintRequest(Body):
    """How many hints are wanted; there is one."""

    count: Annotated[int, Field(ge=1, le=10)] = 1


class Hints(Body):
    """The hint."""

    hints: list[str]


class BestScore(Body):
    """The game that a person solved with the fewest questions."""

    question_count: int
    wrong_guess_count: int
    target: str
    category: str
    achieved_at: datetime


class UserStats(Body):
    """What a person has played; refunded games are left out. `started` counts games that ended."""

    user_id: str
    chat_id: str
    name: str = ""
    total_games_started: int
    total_games_completed: int
    total_surrenders: int
    total_questions_asked: int
    total_hints_used: int
    total_wrong_guesses: int
    total_points: int
    best_score: BestScore | None = None


class Stats(Body):
    """Everything that was played."""

    total_games_played: int
    total_games_completed: int
    total_surrenders: int
    success_rate: float
    active_sessions: int
    total_participants: int
    last24_hours_games: int = Field(alias="last24HoursGames")


class StatsResponse(Ok):
    """Counters of the whole service."""

    stats: Stats
    duration_ms: int


class CategoryStats(Body):
    """Games of a category; rates in percent."""

    category: str
    total_games: int
    success_count: int
    surrender_rate: float


class Categories(Ok):
    """Every category that was played."""

    categories: list[CategoryStats]
    count: int


class Session(Body):
    """A game that runs. It is over after `ttlSeconds` unless somebody moves."""

    chat_id: str
    target: str
    category: str
    question_count: int
    hint_count: int
    ttl_seconds: int


class Sessions(Ok):
    """Every game that runs."""

    sessions: list[Session]
    count: int


class HistoryItem(Body):
    """Something that was asked or told; hints have negative numbers."""

    question_number: int
    question: str
    answer: str
    user_id: str


class Person(Body):
    """A player."""

    user_id: str
    sender: str


class SessionDetail(Ok):
    """A game that runs, with everything in it."""

    session: Session
    history: list[HistoryItem]
    players: list[Person]


class RoomHint(Body):
    """A hint from the operators, told to the room at once."""

    message: Annotated[str, Field(min_length=1, max_length=300, pattern=SAID)]


class CleanupRequest(Body):
    """How long nobody may have moved in a game that is cleared away."""

    older_than_hours: Annotated[int, Field(ge=1, le=10_000)] = 24


class Cleaned(Ok):
    """How many games were cleared away."""

    deleted_count: int


class Game(Body):
    """A finished game."""

    session_id: str
    chat_id: str
    category: str
    target: str
    result: str
    level: int
    participant_count: int
    question_count: int
    hint_count: int
    wrong_guess_count: int
    tokens: int
    started_at: datetime
    completed_at: datetime


class Games(Slice):
    """Finished games, the latest first."""

    games: list[Game]


class GameLog(Body):
    """A player's share in a finished game."""

    user_id: str
    sender: str
    question_count: int
    hint_count: int
    wrong_guess_count: int
    points: int
    refunded: bool
    target: str | None


class Move(Body):
    """A line of the transcript. `formerAnswer` is what a second judge put right."""

    seq: int
    kind: str
    number: int
    text: str
    answer: str | None
    former_answer: str | None
    user_id: str
    said_at: datetime


class Audit(Body):
    """An operator's opinion of an answer."""

    id: int
    session_id: str
    question_index: int
    verdict: str
    reason: str
    admin_user_id: str
    created_at: datetime


class Refund(Body):
    """A game that no longer counts for a person, or a refusal of that."""

    id: int
    session_id: str
    user_id: str
    restored: bool
    reason: str
    admin_user_id: str
    created_at: datetime


class GameDetail(Ok):
    """A finished game with everything in it."""

    session: Game
    logs: list[GameLog]
    transcript: list[Move]
    audits: list[Audit]
    refunds: list[Refund]


class AuditRequest(Body):
    """What an operator thinks of the answer to a question."""

    question_index: Annotated[int, Field(ge=1, le=10_000)]
    verdict: Verdict
    reason: Reason = ""
    admin_user_id: Id


class RefundRequest(Body):
    """Take a game out of a person's record."""

    user_id: Id
    restore_stats: StrictBool = True
    reason: Reason = ""
    admin_user_id: Id


class Audits(Slice):
    """Operators' opinions, the latest first."""

    logs: list[Audit]


class Refunds(Slice):
    """Refunds, the latest first."""

    logs: list[Refund]


class Ranked(Body):
    """A person in the leaderboard."""

    rank: int
    user_id: str
    name: str
    total_points: int
    total_wins: int
    total_games_completed: int
    success_rate: float
    best_question_count: int | None


class Leaderboard(Ok):
    """Who has the most points."""

    leaderboard: list[Ranked]
    count: int


class SynonymRequest(Body):
    """Words that mean the same as another."""

    canonical: Id
    aliases: Annotated[list[Id], Field(min_length=1, max_length=100)]


class Synonym(Body):
    """A word and what else it is called."""

    canonical: str
    aliases: list[str]


class SynonymSaved(Ok):
    """What was declared."""

    message: str
    canonical: str
    aliases: list[str]


class SynonymFound(Ok):
    """What an alias means; nothing when nobody declared it."""

    result: dict[str, str] | None


class Synonyms(Ok):
    """Everything that was declared."""

    synonyms: list[Synonym]
    count: int


class SynonymRemoved(Ok):
    """An alias that means nothing any more."""

    message: str
    alias: str
    canonical: str


class Nickname(Body):
    """What a person was called last."""

    user_id: str
    last_sender: str
    last_seen_at: datetime


class Nicknames(Ok):
    """The people of a room."""

    nicknames: list[Nickname]
    count: int


class UsersStats(Slice):
    """What people have played."""

    stats: list[UserStats]


class UserRooms(Ok):
    """What a person has played, room by room."""

    stats: list[UserStats]


class Deleted(Ok):
    """How much was deleted."""

    message: str
    deleted_count: int
