"""The requests and responses of 바다거북수프, named as in the contract.

A solution is a secret: it is never echoed in an error, hence `repr=False`.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from llm_server.contract import Filled, Message, Request, conversation, example, whole
from llm_server.turtlesoup.schemas import Category, Solved

NAMESPACE = "turtle-soup"

_SCENARIO = "남자는 매일 아침 우산을 펴고 집을 나섰지만, 비는 한 번도 오지 않았다. 왜 우산을 폈을까요?"
_SOLUTION = "남자는 배우였고, 날마다 비 오는 장면을 연습했다. 우산은 소품이었다."

_FACTS = ["남자는 배우이다.", "남자는 비 오는 장면을 연습했다.", "우산은 소품이다."]

Difficulty = Annotated[int, Field(ge=1, le=5), whole]


def _zero_is_absent(value: Any) -> Any:
    """proto3 cannot leave out a number."""
    return None if value == 0 and isinstance(value, int) else value


def _listed(value: Any) -> Any:
    """In a query, several numbers stand with commas."""
    return [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


class _Ids(Request):
    """Which game this is about; only an answer remembers anything."""

    session_id: str = ""
    chat_id: str = ""
    namespace: str = ""


class TurtleSoupGeneratePuzzleRequest(Request):
    """What the puzzle should be like."""

    model_config = example({"difficulty": 2, "theme": "비 오는 날"})

    category: str = ""
    difficulty: Annotated[int, whole] | None = None
    theme: str = ""
    invent: bool = False
    avoid: tuple[Filled, ...] = ()


class TurtleSoupGeneratePuzzleResponse(Message):
    """A puzzle, one of ours or a new one."""

    model_config = example(
        {
            "title": "우산",
            "scenario": _SCENARIO,
            "solution": _SOLUTION,
            "category": "MYSTERY",
            "difficulty": 2,
            "hints": ["직업을 생각해 보세요.", "혼자 하는 일이 아니에요.", "누군가 보고 있어요."],
            "key_facts": _FACTS,
            "warning": "",
        }
    )

    title: str
    scenario: str
    solution: str
    category: str
    difficulty: int
    hints: tuple[str, ...]
    key_facts: tuple[str, ...]
    warning: str


class TurtleSoupGetRandomPuzzleRequest(Request):
    """Any puzzle, or one of a difficulty."""

    model_config = example({"difficulty": 2})

    difficulty: Annotated[Difficulty | None, BeforeValidator(_zero_is_absent)] = None
    excluded_ids: Annotated[tuple[int, ...], BeforeValidator(_listed)] = ()
    mild: bool = False
    category: Annotated[Category | Literal[""], BeforeValidator(_upper)] = ""


class TurtleSoupGetRandomPuzzleResponse(Message):
    """A puzzle of ours, with everything that is known of it."""

    model_config = example(
        {
            "id": 34,
            "title": "우산",
            "question": _SCENARIO,
            "answer": _SOLUTION,
            "difficulty": 2,
            "category": "MYSTERY",
            "hints": ["직업을 생각해 보세요.", "혼자 하는 일이 아니에요.", "누군가 보고 있어요."],
            "key_facts": _FACTS,
            "warning": "",
        }
    )

    id: int
    title: str
    question: str
    answer: str
    difficulty: int
    category: str
    hints: tuple[str, ...]
    key_facts: tuple[str, ...]
    warning: str = ""


class TurtleSoupRewriteScenarioRequest(Request):
    """A puzzle to be told anew."""

    model_config = example({"title": "우산", "scenario": _SCENARIO, "solution": _SOLUTION, "difficulty": 2})

    title: Filled
    scenario: Filled
    solution: Filled = Field(repr=False)
    difficulty: Difficulty


class TurtleSoupRewriteScenarioResponse(Message):
    """The puzzle told anew, and as it was."""

    model_config = example(
        {
            "scenario": "맑은 아침마다 우산이 펼쳐졌다. 왜일까요?",
            "solution": _SOLUTION,
            "original_scenario": _SCENARIO,
            "original_solution": _SOLUTION,
        }
    )

    scenario: str
    solution: str
    original_scenario: str
    original_solution: str


class Asked(Request):
    """A question that was answered, as the caller remembers it."""

    question: Filled
    answer: Filled


class TurtleSoupHistoryItem(Message):
    """A question that was answered."""

    question: str
    answer: str


class TurtleSoupAnswerQuestionRequest(_Ids):
    """A question about the puzzle."""

    model_config = example(
        {
            "chat_id": "1234",
            "scenario": _SCENARIO,
            "solution": _SOLUTION,
            "question": "날씨와 관련이 있나요?",
            "key_facts": _FACTS,
        }
    )

    scenario: Filled
    solution: Filled = Field(repr=False)
    question: Filled
    key_facts: tuple[Filled, ...] = Field(default=(), repr=False)
    history: tuple[Asked, ...] = ()
    second_opinion: bool = False

    @property
    def conversation(self) -> str:
        """The name of the conversation, empty when nothing is to be remembered."""
        return conversation(self.session_id, self.namespace or NAMESPACE, self.chat_id)


class TurtleSoupAnswerQuestionResponse(Message):
    """The verdict, with its mark when it is important; `raw_text` is the verdict alone."""

    model_config = example(
        {
            "answer": "관계없습니다",
            "raw_text": "관계없습니다",
            "question_count": 1,
            "history": [{"question": "날씨와 관련이 있나요?", "answer": "관계없습니다"}],
            "important": False,
            "facts": [],
        }
    )

    answer: str
    raw_text: str
    question_count: int
    history: tuple[TurtleSoupHistoryItem, ...]
    important: bool
    facts: tuple[int, ...]


class TurtleSoupValidateSolutionRequest(_Ids):
    """Is this what happened?"""

    model_config = example(
        {
            "solution": _SOLUTION,
            "player_answer": "배우가 연습한 거예요",
            "key_facts": _FACTS,
            "scenario": _SCENARIO,
        }
    )

    solution: Filled = Field(repr=False)
    player_answer: Filled
    key_facts: tuple[Filled, ...] = Field(default=(), repr=False)
    scenario: str = ""


class TurtleSoupValidateSolutionResponse(Message):
    """YES: the twist and its cause are found; CLOSE: one of them, and perhaps what is missing."""

    model_config = example(
        {"result": "CLOSE", "raw_text": "CLOSE", "missing": "그 물건이 왜 필요했을까요?", "facts": [0, 1]}
    )

    result: Solved
    raw_text: str
    missing: str = ""
    facts: tuple[int, ...] = ()


class TurtleSoupGenerateHintRequest(_Ids):
    """A hint, the strongest at level 3."""

    model_config = example({"scenario": _SCENARIO, "solution": _SOLUTION, "level": 1})

    scenario: Filled
    solution: Filled = Field(repr=False)
    level: Annotated[int, Field(ge=1, le=3), whole]
    earlier_hints: tuple[Filled, ...] = ()
    history: tuple[Asked, ...] = ()


class TurtleSoupGenerateHintResponse(Message):
    """One sentence that does not tell the solution."""

    model_config = example({"hint": "그 사람이 무슨 일을 하는지 떠올려 보세요.", "level": 1})

    hint: str
    level: int


class TurtleSoupRevealRequest(Request):
    """The whole truth of a puzzle, told as a story."""

    model_config = example({"scenario": _SCENARIO, "solution": _SOLUTION})

    scenario: Filled
    solution: Filled = Field(repr=False)


class TurtleSoupRevealResponse(Message):
    """The story."""

    model_config = example({"narrative": _SOLUTION})

    narrative: str


class Stats(Message):
    """How many puzzles there are, and how many of each difficulty."""

    total: int
    by_difficulty: dict[str, int]


class PuzzlesResponse(Message):
    """Every puzzle."""

    model_config = example({"puzzles": [], "stats": {"total": 0, "by_difficulty": {}}})

    puzzles: tuple[TurtleSoupGetRandomPuzzleResponse, ...]
    stats: Stats


class PuzzleRequest(Request):
    """Which puzzle."""

    puzzle_id: int


class ReloadResponse(Message):
    """The puzzle files were read again."""

    model_config = example({"success": True, "count": 150, "by_difficulty": {"1": 33}})

    success: bool
    count: int
    by_difficulty: dict[str, int]
