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
from itertools import accumulate

from playground.demo_model.korean.cleaning import words as split
from playground.demo_model.korean.endings import Endings, State, Tail, Walk
from playground.demo_model.korean.hangul import compose, conjugated, letters

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
    long: bool = False
    """More than one syllable."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a question speaks of; a concept that was negated on the way has a `~` before it, one in an
    "if" a `?` behind it.

    `flips`: the question as a whole is negative. `items` is the number of words, `spelt` that of their
    letters. `loose`: it begins with one syllable in the middle of what was typed as a word; `loose_noun`: and
    that is a noun. `bare`: its predicate adds nothing. `denies`: it begins with "…없는" or "…하지 않는", and
    whatever stands before that is negated.
    """

    concepts: frozenset[str]
    flips: bool
    items: int
    spelt: int
    loose: bool = False
    loose_noun: bool = False
    bare: bool = False
    denies: bool = False

    @property
    def rank(self) -> tuple[int, int, int]:
        """The lower, the likelier: few words, which are long ones; of as many, those that say more."""
        return self.items, -len(self.concepts), -self.spelt


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
        """Every reading, the likeliest first; none when it is not understood."""
        typed = list(map(letters, split(question[: LONGEST + 1])))
        if len(question) > LONGEST or _EXCLAMATION.search(compose("".join(typed))):
            return ()
        walk = self._endings.walk("".join(typed))
        starts = accumulate(map(len, typed), initial=0) if len(typed) > 1 else range(len(walk.text))
        begins = frozenset(starts)
        known: dict[int, tuple[Reading, ...]] = {}
        for at in range(len(walk.text) - 1, -1, -1):  # from the end: what follows a word is known already
            found: dict[tuple[object, ...], Reading] = {}
            for reading in self._from(walk, at, known, begins=at in begins):
                key = (reading.concepts, reading.flips, reading.loose, reading.bare, reading.denies)
                if key not in found or reading.rank < found[key].rank:
                    found[key] = reading
            known[at] = tuple(sorted(found.values(), key=lambda reading: reading.rank)[:MOST])
        return tuple(reading for reading in known.get(0, ()) if not reading.denies)

    def _from(
        self, walk: Walk, at: int, known: Mapping[int, tuple[Reading, ...]], *, begins: bool
    ) -> Iterator[Reading]:
        """A syllable that adds nothing is read only where a word `begins`, else it could be part of any."""
        for word, end, flips in self._words(walk.text, at):
            loose = not begins and not word.long
            if loose and word.concept == NEUTRAL and word.state is State.NOUN:
                continue
            if word.state is State.NOUN:
                for stop in self._after_particles(walk.text, end):
                    for rest in known.get(stop, ()):
                        if stop > end or not rest.loose_noun:
                            yield _before(word, rest, loose=loose)
            for tail in walk.tails(end, word.state):
                if tail.link is State.DONE:
                    yield _closing(word, loose=loose, negative=tail.flips != flips)
                elif tail.link is not State.OR:
                    yield from _linked(word, tail, known.get(tail.at, ()), loose=loose, flips=flips)

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


def _closing(word: Word, *, loose: bool, negative: bool) -> Reading:
    """The predicate alone."""
    bare, noun = word.concept == NEUTRAL, loose and word.state is State.NOUN
    return Reading(frozenset({word.concept} - {NEUTRAL}), negative, 1, len(word.letters), loose, noun, bare)


def _linked(
    word: Word, tail: Tail, rests: Sequence[Reading], *, loose: bool, flips: bool
) -> Iterator[Reading]:
    """A predicate before another one; "if so, then …" says nothing when the rest does not."""
    for rest in rests:
        if not rest.loose and not (tail.some and rest.bare):
            yield _before(word, rest, loose=loose, negative=tail.flips != flips, condition=tail.some)


def _before(
    word: Word, rest: Reading, *, loose: bool, negative: bool = False, condition: bool = False
) -> Reading:
    """`rest` with a word before it."""
    noun = word.state is State.NOUN
    denied = negative or (rest.denies and noun)
    concept = word.concept and "~" * denied + word.concept + "?" * condition
    denies = (negative if not noun else rest.denies) if not word.concept else rest.denies and not noun
    return Reading(
        concepts=rest.concepts | {concept} if concept else rest.concepts,
        flips=rest.flips,
        items=rest.items + 1,
        spelt=rest.spelt + len(word.letters),
        loose=loose,
        loose_noun=loose and noun,
        bare=rest.bare,
        denies=denies,
    )


def _entries(concept: str, form: str) -> Iterator[Word]:
    plain, flips = form.removeprefix("-"), form.startswith("-")
    if plain.endswith("~"):
        for shape in conjugated(plain[:-1]):
            yield Word(letters(shape), concept, State.STEM, flips, long=len(shape) > 1)
    else:
        yield Word(letters(plain), concept, State.NOUN, flips, long=len(plain) > 1)
