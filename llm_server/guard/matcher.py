"""Finds the words of concepts in a text, all of them in one pass. Pure.

Blanks do not count: a text is searched as one run of letters and digits. A word must begin where a word of
the text begins, or lie within one: `무시` is in `지시를무시해` and in `무 시 해`, not in `너무 시원해`.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

import ahocorasick

_LONG = 3
"""Letters after which a word that goes over a blank is no accident."""

_RUN_TOGETHER = 15
"""Letters of a Latin word that may be several without blanks."""

_WHOLE = 5
"""Letters from which a Latin word may go on."""

_FREE = 4
"""Letters of a word that is found inside such a one."""

_MENDED = 6
"""Letters of a word that can be recognised though its inner letters are swapped."""

_WORDS = re.compile(r"[^\W_]+")
_LATIN = re.compile(f"[a-z]{{{_MENDED},24}}")
_STORY = re.compile(
    "서|도(?!록)|야[하되했됐지]|ㅆ|[던는은을ㄴ]?(?:지|건|거|게|걸)(?:요|가요|나요|예요|야|죠|$)|나요|니까요|까요|는데|았|었|했|겠|던|ㄴ"
    "|(?:준|은|던|한|난|운)(?:건|거|것|적|사람|이유)|나(?:$|요)|냐(?:$|고)|려고|면"
)
"""What follows a Korean verb form that tells or asks and does not order."""

_VERBAL = frozenset("해려줘어아여내라고춰겨켜꿔처쳐져버봐놔둬")


class Found:
    """Where concepts stand in a text, in letters and digits from its beginning, in order.

    Most finds are of no interest to any rule; a find is only looked at closely when somebody asks for its
    concept.
    """

    def __init__(
        self, words: list[str], tight: str, finds: Mapping[str, list[tuple[int, int, bool]]]
    ) -> None:
        """The finds by concept: first and last letter, and whether Latin."""
        self.words, self._tight, self._finds = words, tight, finds
        self._text: _Words | None = None
        self._places: dict[str, list[int]] = {}

    def __iter__(self) -> Iterator[str]:
        """The concepts that may be there."""
        return iter(self._finds)

    def shows(self, concept: str) -> bool:
        """Whether the concept is there."""
        known = self._places.get(concept)
        return next(self._looked_at(concept), None) is not None if known is None else bool(known)

    def places(self, concept: str) -> list[int]:
        """Where the concept begins; nowhere when it is not there."""
        known = self._places.get(concept)
        if known is None:
            known = self._places[concept] = sorted(self._looked_at(concept))
        return known

    def between(self, concept: str, start: int, end: int) -> bool:
        """Whether the concept begins between two places."""
        places = self.places(concept)
        return bisect_left(places, start) < bisect_left(places, end)

    def near(self, at: int, concept: str, within: int, *, after: bool = False) -> int | None:
        """The place of the concept nearest to a place and at most `within` from it, or behind it."""
        places = self.places(concept)
        behind = bisect_left(places, at)
        following = places[behind] if behind < len(places) else None
        if following is not None and following - at > within:
            following = None
        if behind and not after:
            before = places[behind - 1]
            if at - before <= (within if following is None else following - at):
                return before
        return following

    def _looked_at(self, concept: str) -> Iterator[int]:
        text = self._text = self._text or _Words(self.words, self._tight)
        for start, end, latin in self._finds.get(concept, ()):
            if text.latin(start, end) if latin else text.korean(start, end):
                yield start


def letters(text: str) -> int:
    """How many letters and digits a text has: the distance that it takes in `Found`."""
    return sum(map(len, _WORDS.findall(text)))


class _Words:
    """Where the words of a text begin once the blanks are gone, and so which of the finds in it are words."""

    def __init__(self, words: list[str], tight: str) -> None:
        self._tight = tight
        self._starts = [0, *accumulate(map(len, words))]
        self._begins = frozenset(self._starts)
        self._free = frozenset(
            place
            for word, start in zip(words, self._starts, strict=False)
            if len(word) >= _RUN_TOGETHER and word.isascii()
            for place in range(start, start + len(word))
        )

    def latin(self, start: int, end: int) -> bool:
        """Whether a Latin find stands for itself: `tell` is not in `teller`, but `you` is in `you는`."""
        if start not in self._begins:
            return end - start + 1 >= _FREE and start in self._free
        following = self._tight[end + 1 : end + 2]
        goes_on = end + 1 not in self._begins and following.isascii() and following.isalpha()
        return end - start + 1 >= _WHOLE or not goes_on

    def korean(self, start: int, end: int) -> bool:
        """Whether a Korean find is no accident across a blank, and its verb does not tell a story."""
        if start not in self._begins and end - start < _LONG and self._word(start) != self._word(end):
            return False
        return self._tight[end] not in _VERBAL or not _STORY.match(self._tight, end + 1)

    def _word(self, place: int) -> int:
        return bisect_right(self._starts, place)


class Matcher:
    """The words of all packs."""

    def __init__(self, concepts: Mapping[str, Iterable[str]]) -> None:
        self._shapes = {
            _shape(word): word
            for words in concepts.values()
            for word in (word.lower() for phrase in words for word in phrase.split())
            if len(word) >= _MENDED and word.isascii() and word.isalpha()
        }
        self._automaton = ahocorasick.Automaton()
        owners: dict[str, set[str]] = defaultdict(set)
        for concept, words in concepts.items():
            for word in words:
                owners["".join(_WORDS.findall(word.lower()))].add(concept)
        for word, named in owners.items():
            if word:
                self._automaton.add_word(word, (len(word), tuple(sorted(named)), word.isascii()))
        self._empty = not len(self._automaton)
        if not self._empty:
            self._automaton.make_automaton()

    def mended(self, text: str) -> str | None:
        """The text with words whose inner letters are swapped put right; None when there are none."""
        swapped = {
            word: right
            for word in _LATIN.findall(text)
            if (right := self._shapes.get(_shape(word), word)) != word
        }
        return _LATIN.sub(lambda match: swapped.get(match[0], match[0]), text) if swapped else None

    def find(self, text: str) -> Found:
        """Every concept in a text that is clean already."""
        words = _WORDS.findall(text)
        tight = "".join(words)
        if self._empty or not tight:
            return Found(words, tight, {})
        finds: dict[str, list[tuple[int, int, bool]]] = {}
        for end, (length, concepts, latin) in self._automaton.iter(tight):
            find = (end - length + 1, end, latin)
            for concept in concepts:
                if concept in finds:
                    finds[concept].append(find)
                else:
                    finds[concept] = [find]
        return Found(words, tight, finds)


def _shape(word: str) -> tuple[str, str, str]:
    """What stays of a word when its inner letters are swapped."""
    return word[0], "".join(sorted(word[1:-1])), word[-1]
