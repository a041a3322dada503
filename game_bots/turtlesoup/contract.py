"""The bodies of the HTTP routes, as their callers know them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool

from game_bots.api import NO_NUL, Body, Ok, Slice
from game_bots.turtlesoup.events import Status
from game_bots.turtlesoup.proposals import SCENARIO_LENGTHS, SOLUTION_LENGTHS, TITLE_LENGTHS
from game_bots.turtlesoup.puzzles import Category

Id = Annotated[str, Field(min_length=1, max_length=200)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Title = Annotated[str, Field(min_length=TITLE_LENGTHS[0], max_length=TITLE_LENGTHS[1])]
Scenario = Annotated[str, Field(min_length=SCENARIO_LENGTHS[0], max_length=SCENARIO_LENGTHS[1])]
Solution = Annotated[str, Field(min_length=SOLUTION_LENGTHS[0], max_length=SOLUTION_LENGTHS[1])]
Level = Annotated[int, Field(ge=1, le=5)]
Hints = Annotated[list[Line], Field(max_length=3)]
Facts = Annotated[list[Line], Field(max_length=7)]
Caution = Annotated[str, Field(max_length=60)]


# ---- playing --------------------------------------------------------------------------------------------


class StartRequest(Body):
    """Where, for whom, and what the puzzle should be like. The game is counted for the room `chatId`."""

    session_id: Id
    user_id: Id
    chat_id: Id
    category: Category | Literal[""] = ""
    difficulty: Level | None = None
    theme: Annotated[str, Field(max_length=40)] = ""


class QuestionRequest(Body):
    """A question; the person is the one of `X-User-Id`."""

    session_id: Id = ""
    question: Annotated[str, Field(min_length=1, max_length=2000)]


class SolutionRequest(Body):
    """What somebody thinks has happened."""

    session_id: Id = ""
    answer: Annotated[str, Field(min_length=1, max_length=2000)]


class HintRequest(Body):
    """A hint is wanted."""

    session_id: Id = ""


class State(Body):
    """A game that runs."""

    session_id: str
    user_id: str
    chat_id: str
    scenario_title: str
    scenario: str
    category: Category
    difficulty: int
    warning: str
    question_count: int
    hints_used: int
    hints_remaining: int
    facts_found: int
    facts_total: int
    is_solved: bool
    elapsed_seconds: int


class Answer(Body):
    """The verdict on a question."""

    answer: str
    question_count: int
    important: bool
    facts_found: int
    facts_total: int


class Judged(Body):
    """How near a solution is. The truth is told with YES only; what is missing with CLOSE."""

    result: Literal["YES", "CLOSE", "NO"]
    solution: str | None = None
    message: str


class Hint(Body):
    """A hint."""

    hint: str
    hints_used: int
    hints_remaining: int


class ModelConfig(Body):
    """Which model referees, or why that is not known."""

    llm_rest: dict[str, float]
    model_config_status: Literal["ok", "unavailable"]
    models: Annotated[dict[str, Any] | None, Field(alias="modelConfig")] = None


# ---- puzzles of our own ---------------------------------------------------------------------------------


class DraftRequest(Body):
    """A puzzle. Facts are what the solution consists of; the warning is shown before a dark one."""

    title: Title
    scenario: Scenario
    solution: Solution
    category: Category = Category.MYSTERY
    difficulty: Level = 3
    hints: Hints = Field(default_factory=list)
    key_facts: Facts = Field(default_factory=list)
    warning: Caution = ""
    author_id: Annotated[str, Field(max_length=200)] = ""
    author: Annotated[str, Field(max_length=40)] = ""


class ChangeRequest(Body):
    """What is to be changed; the rest stays."""

    title: Title | None = None
    scenario: Scenario | None = None
    solution: Solution | None = None
    category: Category | None = None
    difficulty: Level | None = None
    hints: Hints | None = None
    key_facts: Facts | None = None
    warning: Caution | None = None
    status: Status | None = None


class Puzzle(Body):
    """A puzzle of our own, and what is counted for it."""

    id: int
    title: str
    scenario: str
    solution: str
    category: Category
    difficulty: int
    hints: list[str]
    key_facts: list[str]
    warning: str
    status: Status
    author_id: str | None
    author: str
    play_count: int
    solve_count: int
    avg_question: float
    rating_count: int
    avg_rating: float
    created_at: datetime
    updated_at: datetime


class PuzzleAnswer(Ok):
    """One puzzle."""

    puzzle: Puzzle


class Puzzles(Slice):
    """Puzzles, the latest first."""

    puzzles: list[Puzzle]


class CategoryStats(Body):
    """Games of a category, whatever the source of their puzzles; the rate in percent."""

    category: str
    total_games: int
    solve_count: int
    solve_rate: float


class PuzzleStats(Body):
    """Our own puzzles, and how often they were played and solved; the rate in percent."""

    total_puzzles: int
    published_count: int
    draft_count: int
    proposed_count: int
    total_plays: int
    total_solves: int
    overall_solve_rate: float


class Disliked(Body):
    """A puzzle that players like least; `preset:34` is one of the LLM server's."""

    ref: str
    title: str
    avg_rating: float
    rating_count: int


class PuzzleStatsAnswer(Ok):
    """Counters of puzzles."""

    stats: PuzzleStats
    category_stats: list[CategoryStats]
    disliked: list[Disliked]


# ---- operators ------------------------------------------------------------------------------------------


class Stats(Body):
    """Everything that was played; rates in percent, `totalFailed` is every other ending."""

    active_sessions: int
    total_solved: int
    total_failed: int
    solve_rate: float
    avg_questions: float
    avg_hints_per_game: float
    last24_hours_solve: int = Field(alias="last24HoursSolve")


class StatsAnswer(Ok):
    """Counters of the whole service."""

    stats: Stats
    duration_ms: int


class Session(Body):
    """A game that runs, and the seconds until it ends by itself when nothing happens."""

    session_id: str
    chat_id: str
    question_count: int
    hint_count: int
    ttl_seconds: int


class Sessions(Ok):
    """Every game that runs."""

    sessions: list[Session]
    count: int


class CleanupRequest(Body):
    """End the games in which nothing has happened for so long."""

    older_than_hours: Annotated[int, Field(ge=1, le=24 * 365)] = 24


class Cleaned(Ok):
    """How many games were ended."""

    deleted_count: int
    message: str


class InjectRequest(Body):
    """A hint for the room, which reads it at once. `asBot` is accepted and changes nothing."""

    message: Annotated[str, Field(min_length=1, max_length=1000, pattern=NO_NUL)]
    as_bot: StrictBool = False


class Archive(Body):
    """A finished game. `puzzleId` is the id within `puzzleSource`."""

    id: int
    session_id: str
    chat_id: str
    puzzle_source: str
    puzzle_id: int | None
    title: str
    category: str
    difficulty: int
    result: str
    winner_id: str | None
    mvp_id: str | None
    player_count: int
    question_count: int
    attempt_count: int
    hints_used: int
    facts_found: int
    facts_total: int
    correction_count: int
    tokens: int
    started_at: datetime
    completed_at: datetime
    created_at: datetime


class Archives(Slice):
    """Finished games, the latest first."""

    archives: list[Archive]


class ArchivedPlayer(Body):
    """What a person did in a game."""

    user_id: str
    sender: str
    question_count: int
    attempt_count: int
    facts_found: int
    solved: bool
    mvp: bool


class ArchivedFact(Body):
    """A fact of the solution, and who brought it to light."""

    position: int
    text: str
    found_by: str | None
    question_number: int | None
    found_at: datetime | None


class ArchivedMove(Body):
    """Something that was said in a game."""

    seq: int
    kind: Literal["question", "hint", "attempt"]
    number: int
    text: str
    answer: str | None
    former_answer: str | None
    important: bool
    user_id: str
    said_at: datetime


class ArchiveDetail(Ok):
    """A finished game with everything in it."""

    archive: Archive
    scenario: str
    solution: str
    players: list[ArchivedPlayer]
    facts: list[ArchivedFact]
    history: list[ArchivedMove]
