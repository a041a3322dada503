"""From what a player typed to what it claims about the target.

A question is cleaned, its subject and its fillers are put aside, and then predicates (`heads`) and endings
must account for every letter that is left. Nothing here knows the target.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from playground.demo_model.korean.cleaning import clean
from playground.demo_model.korean.endings import Endings, State, Walk
from playground.demo_model.korean.hangul import letters
from playground.demo_model.twentyq.claims import Both, Claim, Either, Ever, negated
from playground.demo_model.twentyq.heads import Found, Heads
from playground.demo_model.twentyq.quantities import any_of
from playground.demo_model.twentyq.schema import WordsSpec

LONGEST = 120
"""Characters of a question that are read; a longer one is not understood."""

_DEEPEST = 2

Readings = tuple[Claim, ...]


class Reader:
    """Reads questions; what it returns for a text is always the same."""

    def __init__(
        self, *, nouns: Mapping[str, Claim], heads: Heads, words: WordsSpec, endings: Endings
    ) -> None:
        self._nouns = {letters(noun): claim for noun, claim in nouns.items()}
        self._heads = heads
        self._endings = endings
        self._dropped = frozenset(words.dropped)
        self._fillers = _fillers(words)
        self.read = lru_cache(maxsize=4096)(self._read)

    def clean(self, question: str) -> str:
        """The question without spaces, punctuation, laughter and words that say nothing."""
        return clean(question, self._dropped)

    def _read(self, question: str) -> tuple[Readings, ...]:
        """The readings in groups of equal standing, the likeliest first; none if not understood."""
        if len(question) > LONGEST:
            return ()
        walk = self._endings.walk(letters(self.clean(question)))
        for start in self._starts(walk.text):
            if readings := self._readings(walk, start):
                return readings
        return ()

    def _starts(self, text: str) -> list[int]:
        """Where the predicate may begin: at once, or after fillers; the fewer are skipped the better."""
        starts = [0]
        for start in starts:
            for filler in self._fillers:
                match = filler.match(text, start)
                if match and match.end() < len(text) and match.end() not in starts:
                    starts.append(match.end())
        return starts

    def _readings(self, walk: Walk, start: int) -> tuple[Readings, ...]:
        """Complete sentences first, those with the longest predicate before others; then linked ones."""
        groups: dict[int, list[Claim]] = {}
        for end, claim, flips in self._claims(walk, start):
            groups.setdefault(end, []).append(negated(claim, flips))
        return tuple(map(tuple, groups.values()))

    def _claims(
        self, walk: Walk, start: int, *, depth: int = 0, ascribed: bool = False
    ) -> Iterator[tuple[int, Claim, bool]]:
        """Readings of `text[start:]`: where the first predicate ends, the claim, whether all is negated.

        The end of a linked reading counts as negative, so that it never stands with a complete one.
        """
        found = [one for one in self._found(walk.text, start) if not ascribed or one.state is State.NOUN]
        tails = [(one, tail) for one in found for tail in walk.tails(one.end, one.state)]
        for one, tail in tails:
            if tail.link is State.DONE:
                yield one.end, Ever(one.claim) if tail.some else one.claim, tail.flips
        if depth == _DEEPEST:
            return
        for one, tail in tails:
            if tail.link is not State.DONE:
                left = negated(one.claim, tail.flips)
                for claim, flips in self._linked(left, tail.link, walk, tail.at, depth + 1):
                    yield -tail.at, claim, flips

    def _linked(
        self, left: Claim, link: State, walk: Walk, at: int, depth: int
    ) -> Iterator[tuple[Claim, bool]]:
        """`left` and what follows: `…는 동물은 아니죠?` negates the whole, `…고 …` only its own part."""
        whose = link is State.WHOSE
        for _, right, flips in self._claims(walk, at, depth=depth, ascribed=whose):
            if whose:
                yield Both(left, right), flips
            elif link is State.AND:
                yield Both(left, negated(right, flips)), False
            else:
                yield Either(left, negated(right, flips)), False

    def _found(self, text: str, at: int) -> list[Found]:
        nouns = [
            Found(end, State.NOUN, claim)
            for end in range(len(text), at, -1)
            if (claim := self._nouns.get(text[at:end]))
        ]
        return sorted([*self._heads.found(text, at), *nouns], key=lambda one: -one.end)


def _fillers(words: WordsSpec) -> list[re.Pattern[str]]:
    particle = f"(?:{any_of(words.particles)})?"
    topic_particle = f"(?:{any_of(['은', '는', '이', '가', '의'])})"
    subject = any_of(words.subjects)
    noun = any_of(words.subject_nouns)
    return [
        re.compile(f"(?:{subject}){particle}"),
        re.compile(f"(?:{any_of(words.articles)})(?:{noun}){particle}"),
        re.compile(f"(?:{noun}){topic_particle}"),
        re.compile(f"(?:{any_of(words.agents)})"),
        re.compile(f"(?:{any_of(words.frame_nouns)})(?:{any_of(words.frames)})"),
    ]
