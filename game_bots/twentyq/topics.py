"""What can be guessed: categories and levels with the players' words for them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

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


class Level(IntEnum):
    """How rarely a secret is thought of."""

    EASY = 1
    NORMAL = 2
    HARD = 3


LEVELS: Mapping[Level, tuple[str, ...]] = {
    Level.EASY: ("쉬움", "쉬운", "쉽게", "easy"),
    Level.NORMAL: ("보통", "normal"),
    Level.HARD: ("어려움", "어려운", "어렵게", "hard"),
}
"""Levels → what players call them, the display name first."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A secret. `aliases` are what else it is called."""

    name: str
    category: str
    details: Mapping[str, str]
    aliases: tuple[str, ...] = ()
    level: Level = Level.NORMAL


def category_of(word: str) -> str | None:
    """The category that a player's word means: a Korean name, or the id in any case."""
    lowered = word.strip().casefold()
    for category, called in CATEGORIES.items():
        if lowered == category or lowered in called:
            return category
    return None


def level_of(word: str) -> Level | None:
    """The level that a player's word means."""
    return next((level for level, called in LEVELS.items() if word.casefold() in called), None)


def display_category(category: str) -> str:
    """What players call a category; an unknown one stays as it is."""
    return CATEGORIES.get(category, (category,))[0]


def display_level(level: Level) -> str:
    """What players call a level."""
    return LEVELS[level][0]
