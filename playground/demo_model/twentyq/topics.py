"""A topic of the knowledge base as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Topic:
    """What can be guessed, with everything about it that is a number.

    `ancestry` are the kinds it belongs to with their distance, nearest first. `measures` are sizes, weights
    and so on as ranges; `since` is the year in which it came into the world; `counts` are its parts;
    `related` is what it makes one think of; `level` is how hard it is to guess, from 1 to 3.
    """

    name: str
    category: str
    level: int = 2
    aliases: tuple[str, ...] = ()
    narrower: tuple[str, ...] = ()
    ancestry: Mapping[str, int] = field(default_factory=dict)
    measures: Mapping[str, Range] = field(default_factory=dict)
    since: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    related: frozenset[str] = frozenset()
    hints: tuple[str, ...] = ()

    @property
    def letters(self) -> str:
        """The name as it is spelt, without spaces."""
        return self.name.replace(" ", "")
