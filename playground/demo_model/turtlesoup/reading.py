"""From what a player typed to the concepts that it speaks of.

A question is a row of known words: nouns with particles, verbs with endings, and words that add nothing. It
is read only when every letter is accounted for; an unknown word is never skipped. That keeps the demo from
guessing.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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

NUMBER = "수"
"""The concept of a number in digits, with what it counts."""

MOVED = 2
"""Words behind the predicate, at most ("가족인가요 둘이")."""

_NEGATIONS = tuple(map(letters, ("안", "못")))
_COUNTERS = ("년", "달", "월", "일", "주", "시", "분", "초", "번", "명", "개", "살", "통", "사람")
_COUNTED = re.compile(rf"\d+({'|'.join(map(letters, _COUNTERS))})?")


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

    `flips`: the question as a whole is negative. `last` is the last concept of a question that `flips`.
    `items` is the number of words, `spelt` that of their letters. `loose`: it begins with one syllable in the
    middle of what was typed as a word; `loose_noun`: and that is a noun. `bare`: its predicate adds nothing.
    `denies`: it begins with "…없는" or "…하지 않는", and whatever stands before that is negated. `first` is
    its first concept. `either` are concepts of which one would do ("A나 B").
    """

    concepts: frozenset[str]
    flips: bool
    items: int
    spelt: int
    loose: bool = False
    loose_noun: bool = False
    bare: bool = False
    denies: bool = False
    last: str = ""
    first: str = ""
    either: frozenset[str] = frozenset()

    @property
    def denied(self) -> frozenset[str]:
        """The concepts, the last one negated: what a question that `flips` says happened."""
        return self.concepts - {self.last} | {"~" + self.last}

    @property
    def meaning(self) -> tuple[object, ...]:
        """All but how it is spelt."""
        return self.concepts, self.flips, self.loose, self.bare, self.denies, self.last, self.either

    @property
    def rank(self) -> tuple[int, int, int]:
        """The lower, the likelier: few words, which are long ones; of as long ones, those that say more."""
        return self.items, -self.spelt, -len(self.concepts)


class Reader:
    """Reads questions with the words of one puzzle."""

    def __init__(
        self,
        words: Mapping[str, Sequence[str]],
        *,
        endings: Endings,
        particles: Sequence[str] = (),
        interjections: Sequence[str] = (),
        spelling: Mapping[str, str] | None = None,
        refused: Sequence[str] = (),
    ) -> None:
        """`words` are the forms of each concept: `~` closes a stem (`헤엄치~`), `-` opens an opposite.
        `spelling` says what is meant by what is often typed, `refused` what is no question: patterns.
        """
        self._index: dict[str, list[Word]] = defaultdict(list)
        for concept, forms in words.items():
            for form in forms:
                for word in _entries(concept, form):
                    self._index[word.letters].append(word)
        self._lengths = sorted(set(map(len, self._index)))
        self._particles = sorted(map(letters, particles), key=len, reverse=True)
        self._endings = endings
        self._interjections = frozenset(interjections)
        self._spelling = [(re.compile(typed), meant) for typed, meant in (spelling or {}).items()]
        self._refused = [re.compile(pattern) for pattern in refused]
        self.read = lru_cache(maxsize=1024)(self._read)

    def _read(self, question: str) -> tuple[Reading, ...]:
        """Every reading, the likeliest first; none when it is not understood."""
        typed = split(question[: LONGEST + 1])
        plain = compose(question).strip()
        if len(question) > LONGEST or any(pattern.search(plain) for pattern in self._refused):
            return ()
        if len(typed) > 1 and typed[0] in self._interjections:
            typed = typed[1:]
        spelt = [letters(self._meant(word)) for word in typed]
        orders = (spelt[-moved:] + spelt[:-moved] for moved in range(min(len(spelt), 1 + MOVED)))
        return next(filter(None, map(self._in_order, orders)), ())

    def _meant(self, word: str) -> str:
        for typed, meant in self._spelling:
            word = typed.sub(meant, word)
        return word

    def _in_order(self, typed: Sequence[str]) -> tuple[Reading, ...]:
        walk = self._endings.walk("".join(typed))
        starts = accumulate(map(len, typed), initial=0) if len(typed) > 1 else range(len(walk.text))
        begins = frozenset(starts)
        known: dict[int, tuple[Reading, ...]] = {}
        border = len(walk.text)
        for at in range(len(walk.text) - 1, -1, -1):  # from the end: what follows a word is known already
            found: dict[tuple[object, ...], Reading] = {}
            for reading in self._from(walk, at, known, border=None if at in begins else border):
                key = reading.meaning
                if key not in found or reading.rank < found[key].rank:
                    found[key] = reading
            known[at] = tuple(sorted(found.values(), key=lambda reading: reading.rank)[:MOST])
            border = at if at in begins else border
        return tuple(reading for reading in known.get(0, ()) if not reading.denies)

    def _from(
        self, walk: Walk, at: int, known: Mapping[int, tuple[Reading, ...]], *, border: int | None
    ) -> Iterator[Reading]:
        """Within what was typed as a word, up to its `border`, a syllable that adds nothing is not read, as
        it could be part of any; nor is a word that goes on beyond ("그가 죽었다" has no 가죽).
        """
        for word, end, flips in self._words(walk.text, at):
            loose = border is not None and not word.long
            beyond = border is not None and end > border
            if beyond or (loose and word.concept == NEUTRAL and word.state is State.NOUN):
                continue
            if word.state is State.NOUN:
                yield from self._as_noun(word, walk.text, end, known, loose=loose)
            for tail in walk.tails(end, word.state):
                yield from _as_predicate(word, tail, known.get(tail.at, ()), loose=loose, flips=flips)

    def _as_noun(
        self, word: Word, text: str, end: int, known: Mapping[int, tuple[Reading, ...]], *, loose: bool
    ) -> Iterator[Reading]:
        for stop in self._after_particles(text, end):
            for rest in known.get(stop, ()):
                if stop > end or not rest.loose_noun:
                    yield _before(word, rest, loose=loose)

    def _words(self, text: str, at: int) -> Iterator[tuple[Word, int, bool]]:
        """The words that may stand here, where they end, and whether they say the opposite."""
        known = list(self._known(text, at))
        for word in known:
            yield word, at + len(word.letters), word.flips
        if not known and (counted := _COUNTED.match(text, at)):
            yield Word(counted[0], NUMBER, State.NOUN, long=True), counted.end(), False
        for negation in _NEGATIONS:
            if text.startswith(negation, at):
                start = at + len(negation)
                for word in self._known(text, start):
                    if word.state is State.STEM:
                        yield word, start + len(word.letters), not word.flips

    def _known(self, text: str, at: int) -> Iterator[Word]:
        for length in self._lengths:
            if at + length > len(text):
                return
            yield from self._index.get(text[at : at + length], ())

    def _after_particles(self, text: str, at: int) -> Iterator[int]:
        yield at
        for particle in self._particles:
            if text.startswith(particle, at):
                yield at + len(particle)


def _as_predicate(
    word: Word, tail: Tail, rests: Sequence[Reading], *, loose: bool, flips: bool
) -> Iterator[Reading]:
    if tail.link is State.DONE:
        yield _closing(word, loose=loose, negative=tail.flips != flips)
    elif tail.link is not State.OR:
        yield from _linked(word, tail, rests, loose=loose, flips=flips)
    elif word.state is State.NOUN and word.concept:
        for rest in rests:
            if rest.first:
                either = rest.either | {word.concept, rest.first}
                yield replace(_before(word, rest, loose=loose), either=either)


def _closing(word: Word, *, loose: bool, negative: bool) -> Reading:
    """The predicate alone."""
    bare, noun = word.concept == NEUTRAL, loose and word.state is State.NOUN
    concepts, last = frozenset({word.concept} - {NEUTRAL}), word.concept if negative else ""
    return Reading(concepts, negative, 1, len(word.letters), loose, noun, bare, last=last, first=word.concept)


def _linked(
    word: Word, tail: Tail, rests: Sequence[Reading], *, loose: bool, flips: bool
) -> Iterator[Reading]:
    """A predicate before another one; "if so, then …" says nothing when the rest does not."""
    for rest in rests:
        if not rest.loose and not (tail.some and rest.bare and not rest.concepts):
            yield _before(word, rest, loose=loose, negative=tail.flips != flips, condition=tail.some)


def _before(
    word: Word, rest: Reading, *, loose: bool, negative: bool = False, condition: bool = False
) -> Reading:
    """`rest` with a word before it."""
    noun = word.state is State.NOUN
    denied = negative or (rest.denies and noun)
    concept = word.concept and "~" * denied + word.concept + "?" * condition
    denies = (negative if not noun else rest.denies) if not word.concept else rest.denies and not noun
    return replace(
        rest,
        concepts=rest.concepts | {concept} if concept else rest.concepts,
        items=rest.items + 1,
        spelt=rest.spelt + len(word.letters),
        loose=loose,
        loose_noun=loose and noun,
        denies=denies,
        last=rest.last or (concept if rest.flips else ""),
        first=concept,
    )


def _entries(concept: str, form: str) -> Iterator[Word]:
    plain, flips = form.removeprefix("-"), form.startswith("-")
    if plain.endswith("~"):
        for shape in conjugated(plain[:-1]):
            yield Word(letters(shape), concept, State.STEM, flips, long=len(shape) > 1)
    else:
        yield Word(letters(plain), concept, State.NOUN, flips, long=len(plain) > 1)
