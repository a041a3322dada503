"""What a puzzle is, what players may wish for, and when a text would give the solution away. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from game_bots.wording import folded

LEVELS = range(1, 6)
"""Difficulties, the easiest first."""

QUOTED = 12
"""Letters in a row that a text does not share with the solution by chance."""


class Category(StrEnum):
    """What kind of story it is, as the LLM server names it."""

    MYSTERY = "MYSTERY"
    HORROR = "HORROR"
    ABSURD = "ABSURD"
    LOGIC = "LOGIC"


CATEGORIES: Mapping[Category, tuple[str, ...]] = {
    Category.MYSTERY: ("미스터리", "추리"),
    Category.HORROR: ("공포", "호러"),
    Category.ABSURD: ("황당", "엉뚱"),
    Category.LOGIC: ("논리",),
}
"""What players call them, the display name first."""


class Source(StrEnum):
    """Where a puzzle came from."""

    CUSTOM = "custom"
    PRESET = "preset"
    GENERATED = "generated"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, slots=True)
class Puzzle:
    """A situation and the truth behind it. `number` is its id within its source, 0 for a generated one.

    `facts` are what the solution consists of; `warning` is what a sensitive reader should know before.
    """

    title: str
    scenario: str
    solution: str
    category: Category
    difficulty: int
    source: Source
    number: int = 0
    hints: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    warning: str = ""
    author: str = ""

    @property
    def ref(self) -> str:
        """The name under which it is counted: a rewritten preset is the preset. Empty: it is not counted."""
        if self.source is Source.GENERATED:
            return ""
        source = Source.PRESET if self.source is Source.REWRITTEN else self.source
        return f"{source}:{self.number}"

    def is_told_by(self, text: str, *, known: Iterable[str] = ()) -> bool:
        """Whether a text says so much of the solution, in its words, as nobody could by chance.

        What the scenario says, and what is `known` besides, is no secret.
        """
        said, secret = folded(text), folded(self.solution)
        told = [folded(one) for one in (self.scenario, *known)]
        size = min(QUOTED, len(secret))
        pieces = {said[at : at + size] for at in range(len(said) - size + 1)}
        return any(piece in secret and not any(piece in one for one in told) for piece in pieces if piece)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a room asks for; what it leaves open is left to chance."""

    difficulty: int | None = None
    category: Category | None = None
    theme: str = ""

    def suits(self, difficulty: int, category: Category) -> bool:
        """Whether a puzzle of that kind is what is asked for, the theme aside."""
        return self.difficulty in (None, difficulty) and self.category in (None, category)


ANYTHING = Wish()


class Played(NamedTuple):
    """A preset that a room has had. A tuple, because a room remembers 150 of them in each record."""

    number: int
    difficulty: int
    category: Category
    dark: bool

    def suits(self, wish: Wish, *, mild: bool) -> bool:
        """Whether it is what a room asks for now."""
        return wish.suits(self.difficulty, self.category) and not (mild and self.dark)


def category_of(word: str) -> Category | None:
    """The category that a player's word means: a Korean name, or the id in any case."""
    said = word.strip().casefold()
    return next((one for one, names in CATEGORIES.items() if said in (one.casefold(), *names)), None)


def category_named(name: str) -> Category:
    """The category of an id from elsewhere; a mystery when there is no such."""
    return category_of(name) or Category.MYSTERY


def level_near(number: int) -> int:
    """The difficulty that there is, nearest to a number."""
    return min(max(number, LEVELS[0]), LEVELS[-1])


def stars(difficulty: int) -> str:
    """A difficulty as players read it."""
    return "★" * difficulty + "☆" * (LEVELS[-1] - difficulty)
