"""The puzzles: numbered JSON files, checked at start. Pure but for reading files."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from llm_server.errors import PuzzlesExhausted, UnknownPuzzle
from llm_server.names import normal
from llm_server.turtlesoup.schemas import DEFAULT_CATEGORY, HINTS, Category

SHIPPED = Path(__file__).parent / "puzzles"

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class PuzzlesError(Exception):
    """The puzzles cannot be read or contradict themselves; says where."""


class Puzzle(BaseModel):
    """A strange situation and what is behind it. `key_facts`: what a judge must know, the twist first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[int, Field(gt=0, lt=2**31)]
    title: _Text
    question: _Text
    answer: _Text
    difficulty: Literal[1, 2, 3, 4, 5]
    category: Category = DEFAULT_CATEGORY
    hints: Annotated[tuple[_Text, ...], Field(max_length=HINTS)] = ()
    key_facts: tuple[_Text, ...] = ()
    warning: _Text | None = None


_FILE = TypeAdapter(tuple[Puzzle, ...])


class Puzzles:
    """Every puzzle there is."""

    def __init__(self, puzzles: Iterable[Puzzle]) -> None:
        """Raises PuzzlesError when there is none, or two have an id, a title or a question in common."""
        self.all = tuple(puzzles)
        if not self.all:
            raise PuzzlesError("there are no puzzles")
        self._by_id = {puzzle.id: puzzle for puzzle in self.all}
        self._by_answer = {normal(puzzle.answer): puzzle for puzzle in self.all}
        for name in ("id", "title", "question"):
            counted = Counter(str(getattr(puzzle, name)) for puzzle in self.all)
            if twice := [value for value, count in counted.items() if count > 1]:
                raise PuzzlesError(f"two puzzles have the {name} {twice[0]}")

    @classmethod
    def load(cls, directory: Path = SHIPPED) -> "Puzzles":
        """Read every `*.json` of a directory, in the order of their names.

        Raises:
            PuzzlesError: a file cannot be read, or see above.
        """
        return cls(puzzle for path in sorted(directory.glob("*.json")) for puzzle in _read(path))

    @property
    def by_difficulty(self) -> Mapping[int, int]:
        """How many there are of each difficulty."""
        counted = Counter(puzzle.difficulty for puzzle in self.all)
        return dict(sorted(counted.items()))

    def get(self, number: int) -> Puzzle:
        """The puzzle with an id.

        Raises:
            UnknownPuzzle: there is none.
        """
        if number not in self._by_id:
            raise UnknownPuzzle("no puzzle has this id", id=number)
        return self._by_id[number]

    def choose(
        self,
        random: Random,
        *,
        difficulty: int | None = None,
        category: str = "",
        excluded: Container[int] = (),
        mild: bool = False,
    ) -> Puzzle:
        """Any puzzle that fits; a mild one carries no warning.

        Raises:
            PuzzlesExhausted: none does.
        """
        fitting = [
            puzzle
            for puzzle in self.all
            if difficulty in (None, puzzle.difficulty)
            and category in ("", puzzle.category)
            and puzzle.id not in excluded
            and not (mild and puzzle.warning)
        ]
        if not fitting:
            raise PuzzlesExhausted("no puzzle is left that fits", difficulty=difficulty)
        return random.choice(fitting)

    def behind(self, solution: str) -> Puzzle | None:
        """The puzzle that has this solution, word for word."""
        return self._by_answer.get(normal(solution))


def _read(path: Path) -> tuple[Puzzle, ...]:
    try:
        return _FILE.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise PuzzlesError(f"{path.name}: {error}") from None
