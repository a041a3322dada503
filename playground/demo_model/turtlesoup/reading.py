"""From what a player typed to the concepts that it speaks of.

A question is a row of known words: nouns with particles, verbs with endings, and words that add nothing. It
is read only when every letter is accounted for; an unknown word is never skipped. That keeps the demo from
guessing.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from playground.demo_model.korean.cleaning import clean
from playground.demo_model.korean.endings import Endings, State, Walk
from playground.demo_model.korean.hangul import conjugated, letters

LONGEST = 120
"""Characters of a question that are read."""

MOST = 60
"""Readings that are followed from one place in a question."""

NEUTRAL = ""
"""The concept of a word that adds nothing."""

_EXCLAMATION = re.compile("겠(다|네|군|구나)요?$")

_NEGATIONS = tuple(map(letters, ("안", "못")))


@dataclass(frozen=True, slots=True)
class Word:
    """A form of a concept; `flips`: it says the opposite."""

    letters: str
    concept: str
    state: State
    flips: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a question speaks of; a concept that was negated on the way has a `~` before it.

    `flips`: the question as a whole is negative. `items` is the number of words: the fewer, the longer.
    """

    concepts: frozenset[str]
    flips: bool
    items: int

    def after(self, *concepts: str, flips: bool = False) -> "Reading":
        """With another word before it."""
        found = self.concepts | {concept for concept in concepts if concept}
        return Reading(found, self.flips != flips, self.items + 1)


class Reader:
    """Reads questions with the words of one puzzle."""

    def __init__(
        self, words: Mapping[str, Sequence[str]], *, particles: Sequence[str], endings: Endings
    ) -> None:
        """`words` are the forms of each concept: `~` closes a stem (`헤엄치~`), `-` opens an opposite."""
        self._index: dict[str, list[Word]] = defaultdict(list)
        for concept, forms in words.items():
            for form in forms:
                for word in _entries(concept, form):
                    self._index[word.letters[:2]].append(word)
        self._particles = sorted(map(letters, particles), key=len, reverse=True)
        self._endings = endings
        self.read = lru_cache(maxsize=1024)(self._read)

    def _read(self, question: str) -> tuple[Reading, ...]:
        """Every reading, those with the longest words first; none when it is not understood."""
        said = clean(question[: LONGEST + 1], ())
        if len(question) > LONGEST or _EXCLAMATION.search(said):
            return ()
        walk = self._endings.walk(letters(said))
        known: dict[int, tuple[Reading, ...]] = {}
        for at in range(len(walk.text) - 1, -1, -1):  # from the end: what follows a word is known already
            found: dict[tuple[frozenset[str], bool], Reading] = {}
            for reading in self._from(walk, at, known):
                key = (reading.concepts, reading.flips)
                if key not in found or reading.items < found[key].items:
                    found[key] = reading
            known[at] = tuple(sorted(found.values(), key=lambda reading: reading.items)[:MOST])
        return known.get(0, ())

    def _from(self, walk: Walk, at: int, known: Mapping[int, tuple[Reading, ...]]) -> Iterator[Reading]:
        for word, end, flips in self._words(walk.text, at):
            if word.state is State.NOUN:
                for stop in self._after_particles(walk.text, end):
                    for rest in known.get(stop, ()):
                        yield rest.after(word.concept)
            for tail in walk.tails(end, word.state):
                negative = tail.flips != flips
                if tail.link is State.DONE:
                    yield Reading(frozenset({word.concept} - {NEUTRAL}), negative, 1)
                elif tail.link is not State.OR:
                    for rest in known.get(tail.at, ()):
                        yield rest.after(_marked(word.concept, negative))

    def _words(self, text: str, at: int) -> Iterator[tuple[Word, int, bool]]:
        """The words that may stand here, where they end, and whether they say the opposite."""
        for word in self._index.get(text[at : at + 2], ()):
            if text.startswith(word.letters, at):
                yield word, at + len(word.letters), word.flips
        for negation in _NEGATIONS:
            if text.startswith(negation, at):
                start = at + len(negation)
                for word in self._index.get(text[start : start + 2], ()):
                    if word.state is State.STEM and text.startswith(word.letters, start):
                        yield word, start + len(word.letters), not word.flips

    def _after_particles(self, text: str, at: int) -> Iterator[int]:
        yield at
        for particle in self._particles:
            if text.startswith(particle, at):
                yield at + len(particle)


def _marked(concept: str, negative: bool) -> str:
    return f"~{concept}" if concept and negative else concept


def _entries(concept: str, form: str) -> Iterator[Word]:
    plain, flips = form.removeprefix("-"), form.startswith("-")
    if plain.endswith("~"):
        for shape in conjugated(plain[:-1]):
            yield Word(letters(shape), concept, State.STEM, flips)
    else:
        yield Word(letters(plain), concept, State.NOUN, flips)
