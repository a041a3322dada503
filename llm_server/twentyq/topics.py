"""The secrets that can be guessed: one JSON file a category, checked at start. Pure but for reading files.

{"food": [{"name": "비빔밥", "level": 1, "aliases": ["bibimbap"], "details": {"main_ingredient": "밥"}}]}
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from llm_server.errors import InvalidInput, TopicsExhausted
from llm_server.names import misspelt, normal
from llm_server.twentyq.categories import CATEGORIES

SHIPPED = Path(__file__).parent / "topics"

USUAL = 2
"""The level of a topic that names none: 1 is what every child names, 3 what hardly anybody thinks of."""


class TopicsError(Exception):
    """The topics are incomplete or contradict themselves; says where."""


def _without_gloss(name: str) -> str:
    """`비빔밥 (Bibimbap)` → `비빔밥`."""
    return name.partition("(")[0]


def _comparable(name: str) -> str:
    if not normal(name):
        raise ValueError("a name needs a letter or a digit")
    return name.strip()


_Name = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_comparable)]


class _Item(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, AfterValidator(_without_gloss), AfterValidator(_comparable)]
    level: Annotated[int, Field(strict=True, ge=1, le=3)] = USUAL
    aliases: tuple[_Name, ...] = ()
    details: dict[str, Any] = {}


_FILE = TypeAdapter(dict[str, tuple[_Item, ...]])


@dataclass(frozen=True, slots=True)
class Topic:
    """Something to guess."""

    name: str
    category: str
    aliases: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    level: int = USUAL


class Topics:
    """Every topic there is."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        """Raises TopicsError when a category is empty, or a name stands for two topics of a category."""
        self._by_category: dict[str, list[Topic]] = {category: [] for category in CATEGORIES}
        self._aliases: dict[str, set[str]] = defaultdict(set)
        self._details: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for topic in topics:
            self._by_category[topic.category].append(topic)
            self._aliases[normal(topic.name)].update(topic.aliases)
            self._details[normal(topic.name)].append(dict(topic.details))
        self._names = {
            *self._aliases,
            *(normal(alias) for several in self._aliases.values() for alias in several),
        }
        for category, members in self._by_category.items():
            _check(category, members)

    @classmethod
    def load(cls, directory: Path = SHIPPED) -> "Topics":
        """Read every `*.json` of a directory.

        Raises:
            TopicsError: a file cannot be read, or see above.
        """
        return cls(topic for path in sorted(directory.glob("*.json")) for topic in _read(path))

    def select(
        self,
        category: str,
        *,
        banned: Collection[str],
        excluded: Collection[str],
        random: Random,
        level: int = 0,
        seed: str = "",
    ) -> Topic:
        """A topic of the category, or of any that is not excluded; from elsewhere when all of it is banned.

        It has the level, or the nearest that is left; 0 is any. With a seed it is no matter of chance.

        Raises:
            InvalidInput: there is no such category.
            TopicsExhausted: nothing is left at all.
        """
        if category and category not in CATEGORIES:
            raise InvalidInput(f"unknown category; there are {', '.join(CATEGORIES)}", field="category")
        open_categories = [name for name in CATEGORIES if name not in excluded]
        forbidden = {normal(name) for name in banned}
        first = category or _draw(open_categories or CATEGORIES, random, seed)
        for categories in ([first], open_categories):
            left = [
                topic
                for name in categories
                for topic in self._by_category[name]
                if normal(topic.name) not in forbidden
            ]
            if left:
                pool = {f"{topic.category}/{topic.name}": topic for topic in _nearest(left, level)}
                return pool[_draw(tuple(pool), random, seed)]
        raise TopicsExhausted("every topic is banned")

    def others(self, target: str, said: str) -> bool:
        """Whether `said` (`normal`) is also the name of another topic, or one misspelt."""
        own = {normal(name) for name in self.names(target)}
        return any(said == name or misspelt(said, name) for name in self._names if name not in own)

    def knows(self, target: str, details: Mapping[str, Any]) -> bool:
        """Whether these are the details of a topic with this name."""
        return dict(details) in self._details.get(normal(target), [])

    def names(self, target: str) -> tuple[str, ...]:
        """The target and what else it is called."""
        return target, *sorted(self._aliases.get(normal(target), ()))


def _draw(names: Sequence[str], random: Random, seed: str) -> str:
    """One by chance, or the one that goes with the seed.

    The highest hash wins (rendezvous hashing): a name that is added takes over the seeds that it wins and
    leaves all others as they are, and every server comes to the same choice.
    """
    if not seed:
        return random.choice(names)
    return max(names, key=lambda name: hashlib.sha256(f"{seed}\0{name}".encode("utf-8", "replace")).digest())


def _nearest(topics: Sequence[Topic], level: int) -> Sequence[Topic]:
    """Those of the level, or of the nearest that there is; of two that are equally near, the easier."""
    if not level:
        return topics
    found = min({topic.level for topic in topics}, key=lambda other: (abs(other - level), other))
    return [topic for topic in topics if topic.level == found]


def _read(path: Path) -> Iterable[Topic]:
    try:
        found = _FILE.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise TopicsError(f"{path.name}: {error}") from None
    if len(found) != 1 or not found.keys() <= set(CATEGORIES):
        raise TopicsError(f"{path.name}: wants one category of {', '.join(CATEGORIES)}, has {sorted(found)}")
    ((category, items),) = found.items()
    return [Topic(item.name, category, item.aliases, item.details, item.level) for item in items]


def _check(category: str, members: Sequence[Topic]) -> None:
    if not members:
        raise TopicsError(f"{category}: no topics")
    names: set[str] = set()
    for topic in members:
        if normal(topic.name) in names:
            raise TopicsError(f"{category}: {topic.name} is there twice")
        names.add(normal(topic.name))
    for topic in members:
        others = names - {normal(topic.name)}
        if taken := [alias for alias in topic.aliases if normal(alias) in others]:
            raise TopicsError(f"{category}: {taken} of {topic.name} is another topic's name")
