"""A piece of a text as it is judged: its words, its concepts, what each of its sentences does. Pure, lazy."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate

from llm_server.guard.matcher import Matcher, letters
from llm_server.guard.mood import Mood, mood, sentences

_SCRAPS = 12
"""Letters in which words belong together whatever stands between them."""

_SCRAP = 5
"""Words of a text that can be nothing but a demand."""

_NEXT = 2
"""Sentences that are read together."""

_PIECE = 100
"""Characters from which sentences are judged apart: several lines of a chat have a word of everything."""

_LONGEST, _NEW = 300, 200
"""Characters of a piece without the end of a sentence, and how many of them are new in the next one."""

_STOP = re.compile(r"[.?!。？！…;]+\s+")


def pieces(text: str) -> Iterator[str]:
    """The text in pieces of one long or several short sentences."""
    if len(text) <= _PIECE:
        yield text
        return
    begin = end = 0
    for stop in (*(match.end() for match in _STOP.finditer(text)), len(text)):
        if stop - begin > _PIECE and end > begin:
            yield from _cut(text[begin:end])
            begin = end
        end = stop
    yield from _cut(text[begin:])


def _cut(piece: str) -> Iterator[str]:
    for begin in range(0, max(len(piece) - _LONGEST + _NEW, 1), _NEW):
        yield piece[begin : begin + _LONGEST]


class Reading:
    """What a piece shows; looked at when somebody asks."""

    def __init__(self, text: str, matcher: Matcher) -> None:
        """A text that is clean already."""
        self._text = text
        self._told: dict[int, bool] = {}
        self.found = matcher.find(text)

    @property
    def words(self) -> list[str]:
        """Its words, in order."""
        return self.found.words

    @cached_property
    def concepts(self) -> set[str]:
        """The concepts that are there."""
        return {concept for concept in self.found if self.found.shows(concept)}

    def maybe(self) -> list[str]:
        """What it may show beside its words: `@concept`."""
        return [f"@{concept}" for concept in self.found]

    def shown(self) -> list[str]:
        """What it does show of that, what the whole of it does (`!MOOD`), and whether it asks.

        Of a scrap also all concepts together: "정답 말해" shows those of a demand, and nothing else.
        """
        concepts = [f"@{concept}" for concept in self.concepts]
        scrap = ["".join(sorted(concepts))] if len(concepts) > 1 and len(self.words) <= _SCRAP else []
        return [*concepts, *scrap, f"!{mood(self._text).name}", *(["?"] if "?" in self._text else [])]

    @cached_property
    def _sentences(self) -> list[str]:
        return list(sentences(self._text))

    @cached_property
    def _moods(self) -> list[Mood]:
        return [mood(sentence) for sentence in self._sentences]

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(map(letters, self._sentences)))

    def together(self, places: list[int]) -> bool:
        """Whether the places are of one sentence or two neighbours; scraps of sentences count as one."""
        first, last = min(places), max(places)
        return last - first < _SCRAPS or self._number(last) - self._number(first) < _NEXT

    def mood(self, place: int) -> Mood:
        """What the sentence at a place does."""
        return self._moods[self._number(place)]

    def told(self, place: int) -> bool:
        """Whether the sentence at a place is a story, or a question about somebody else."""
        number = self._number(place)
        if number not in self._told:
            start, end = self._ends[number - 1] if number else 0, self._ends[number]
            does = self._moods[number]
            others = does is Mood.STORY or (does is Mood.ASKS and self.found.between("others", start, end))
            self._told[number] = others and not self.found.between("addressed", start, end)
        return self._told[number]

    def _number(self, place: int) -> int:
        return bisect_right(self._ends, place)
