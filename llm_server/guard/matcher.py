"""Finds the words of concepts in a text, all of them in one pass. Pure.

Blanks do not count: a text is searched as one run of letters and digits. A word must begin where a word of
the text begins, or lie within one: `무시` is in `지시를무시해` and in `무 시 해`, not in `너무 시원해`.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import ahocorasick

_LONG = 3
"""Letters after which a word that goes over a blank is no accident."""

MOST = 400
"""Words of concepts that are considered in one text."""

_WORDS = re.compile(r"[^\W_]+")
_STORY = re.compile(
    "서|도(?!록)|야[하되했됐지]|ㅆ|[던는은을ㄴ]?(?:지|건|거|게|걸)(?:요|가요|나요|예요|야|죠|$)|나요|니까요|까요|는데|았|었|했|겠|던|ㄴ"
    "|(?:준|은|던|한|난|운)(?:건|거|것|적|사람|이유)|나(?:$|요)|냐(?:$|고)|려고|면"
)
"""What follows a Korean verb form that tells or asks and does not order."""

_VERBAL = frozenset("해려줘어아여내라고춰겨켜꿔처쳐져버봐놔둬")


@dataclass(slots=True)
class Found:
    """Where concepts stand in a text, in letters and digits from its beginning, in order."""

    places: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    length: int = 0

    def has(self, concept: str) -> bool:
        """Whether the concept is there at all."""
        return concept in self.places

    def near(self, at: int, concept: str, within: int, *, after: bool = False) -> bool:
        """Whether the concept stands at most `within` from a place, or only after it."""
        places = self.places.get(concept, [])
        first = bisect_left(places, at if after else at - within)
        return first < bisect_right(places, at + within)


class Matcher:
    """The words of all packs."""

    def __init__(self, concepts: Mapping[str, Iterable[str]]) -> None:
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

    def find(self, text: str) -> Found:
        """Every concept in a text that is clean already."""
        words = _WORDS.findall(text)
        tight = "".join(words)
        found = Found(length=len(tight))
        if self._empty or not tight:
            return found
        starts: list[int] = []
        at = 0
        for word in words:
            starts.append(at)
            at += len(word)
        begins = set(starts)
        count = 0
        for end, (length, concepts, latin) in self._automaton.iter(tight):
            start = end - length + 1
            if start not in begins and (latin or _straddles(starts, start, end)):
                continue
            if (
                latin
                and length < 5
                and end + 1 not in begins
                and end + 1 != len(tight)
                and _letter(tight, end)
            ):
                continue
            if not latin and tight[end] in _VERBAL and _STORY.match(tight, end + 1):
                continue
            for concept in concepts:
                found.places[concept].append(start)
            count += 1
            if count >= MOST:
                break
        for places in found.places.values():
            places.sort()
        return found


def _straddles(starts: list[int], start: int, end: int) -> bool:
    """Whether a short word that begins within a word goes on in the next one."""
    return end - start < _LONG and bisect_right(starts, end) != bisect_right(starts, start)


def _letter(tight: str, end: int) -> bool:
    """Whether a short Latin word goes on: `tell` is not in `teller`, but `you` is in `you는`."""
    following = tight[end + 1]
    return following.isascii() and following.isalpha()
