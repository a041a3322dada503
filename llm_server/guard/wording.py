"""What the wording of a text says about it: weights of its signs, learned from labelled lines. Pure, linear.

Lists of words find what somebody thought of. The weights know what labelled attacks have in common and chat
has not: words, stems, endings, neighbours, together with the concepts and the mood.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from llm_server.guard.mood import Mood

FEW = 20
"""What is added to the number of signs, so that a scrap of a text is not judged by one word."""

_LONGEST_STEM, _ENGLISH_STEM, _SHORT = 3, 5, 2
_MOST = 99.0
_WORDS = 20_000
"""Words whose weights are remembered."""


def signs(words: list[str], *shown: str) -> list[str]:
    """What a text shows: `=word`, `stem-`, `-ending`, `two neighbours`, and what else is `shown`."""
    of_words = [sign for word in words for sign in _of_word(word)]
    return [*of_words, *_neighbours([_short(word) for word in words]), *shown]


class Weighing(NamedTuple):
    """The weights of the signs seen, and their number."""

    total: int
    number: int


class Wording:
    """The weights, ready for use."""

    def __init__(self, bias: float, weights: Mapping[str, int]) -> None:
        """The bias in log odds, the weights in hundredths of them."""
        self._bias, self._weights = bias, weights
        self._known: dict[str, tuple[int, int, str]] = {}
        self._most = max(*(weights.get(f"!{does.name}", 0) for does in Mood), 0) + max(weights.get("?", 0), 0)

    def weigh(self, words: list[str]) -> Weighing:
        """What the words alone say; the rest can be added."""
        known = self._known
        total = number = 0
        shorts = []
        for word in words:
            weight, many, short = known.get(word) or self._look_up(word)
            total += weight
            number += many
            shorts.append(short)
        pairs = _neighbours(shorts)
        return Weighing(total + self._sum(pairs), number + len(pairs))

    def most(self, said: Weighing, maybe: Collection[str]) -> float:
        """The weight of a text that says so much and may show this and any mood, at most."""
        total = said.total + self._most + sum([max(self._weights.get(sign, 0), 0) for sign in maybe])
        return self._weight(total, said.number + (len(maybe) + 2 if total < 0 else 0))

    def weight(self, said: Weighing, shown: Collection[str]) -> float:
        """How sure the signs of a text are that it is an attack, 0 to 1."""
        return self._weight(said.total + self._sum(shown), said.number + len(shown))

    def _weight(self, total: int, count: int) -> float:
        log_odds = self._bias + total / (100 * math.sqrt(count + FEW))
        return 1 / (1 + math.exp(min(-log_odds, _MOST)))

    def _sum(self, shown: Iterable[str]) -> int:
        weights = self._weights
        return sum([weights[sign] for sign in shown if sign in weights])

    def _look_up(self, word: str) -> tuple[int, int, str]:
        """The weight of a word's signs, their number, and what it is to its neighbours."""
        every = _of_word(word)
        found = sum(self._weights.get(sign, 0) for sign in every), len(every), _short(word)
        if len(self._known) >= _WORDS:
            self._known.clear()
        self._known[word] = found
        return found


def _of_word(word: str) -> list[str]:
    if word.isascii():
        return [f"={word}", f"{word[:_ENGLISH_STEM]}-"] if len(word) > _ENGLISH_STEM else [f"={word}"]
    lengths = range(1, min(len(word), _LONGEST_STEM + 1))
    return [f"={word}", *(f"{word[:many]}-" for many in lengths), *(f"-{word[-many:]}" for many in lengths)]


def _short(word: str) -> str:
    return word if word.isascii() else word[:_SHORT]


def _neighbours(shorts: list[str]) -> list[str]:
    return [f"{left} {right}" for left, right in zip(["^", *shorts], [*shorts, "$"], strict=True)]
