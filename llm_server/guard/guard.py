"""The guard itself: looks at every view of a text and says how much it looks like an attack, and why. Pure.

The score of a view is 1 − Π(1 − weight) over the rules that fit: one unmistakable attack is enough, several
hints add up. The score of the text is that of its worst view.
"""

import math
import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Self

from llm_server.guard import packs as packs_module
from llm_server.guard.matcher import Found, Matcher, letters
from llm_server.guard.mood import Mood, mood, sentences
from llm_server.guard.packs import SHIPPED, Packs, Rule
from llm_server.guard.views import PLAIN, View, invisible_inside, too_many, views

LONGEST = 4000
"""Characters of a text; no game needs more."""

DEFAULT_THRESHOLD = 0.7
_TOLD = 0.25
"""What is left of a rule's weight in a story or a question about somebody else."""

_HIDDEN = 0.9
"""The weight of text in a channel that exists only to hide it."""

_INVISIBLE = 0.3
_MOST_INVISIBLE = 3
_SCRAPS = 12
"""Letters in which words belong together whatever stands between them."""

_NEXT = 2
"""Sentences that are read together."""

_ANCHORS = 60
"""Places of a rule's first concept whose mood is looked at; nobody tells a story that is longer."""

_MARKUP = re.compile(r"[<>{}\[\]()#:：|`\"'=*$【〔「-]|/etc|/proc|\.\./")
"""What every structure has; ordinary chat has none of it."""

_JAMO_ONLY = re.compile(
    "[\\u1100-\\u11ff\\u3130-\\u318f\\ua960-\\ua97f\\ud7b0-\\ud7ff\\s\\d!-/:-@\\[-`{-~\\u2000-\\u206f\\u3000-\\u303f]+"
)
_JAMO = re.compile("[\\u1100-\\u11ff\\u3130-\\u318f\\ua960-\\ua97f\\ud7b0-\\ud7ff]")
_EMOJI = re.compile(
    "[\\u00a9\\u00ae\\u203c\\u2049\\u2122\\u2139\\u2194-\\u21aa\\u231a-\\u23ff\\u25aa-\\u25fe\\u2600-\\u27bf\\u2934\\u2935\\u2b05-\\u2b55"
    "\\u3030\\u303d\\u3297\\u3299\\U0001f000-\\U0001faff]"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fitted, and the view in which it did."""

    id: str
    weight: float
    view: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How much a text looks like an attack (0 to 1), and why; the heaviest hit first."""

    score: float
    malicious: bool
    threshold: float
    hits: tuple[Hit, ...]
    view: str
    version: str


class Guard:
    """The packs, ready for use. `broken` names what was left out of them."""

    def __init__(self, packs: Packs, *, threshold: float, block_emoji: bool, block_jamo: bool) -> None:
        """A `threshold` of 0 leaves it to the packs."""
        self._structures, bad_patterns = packs_module.patterns(packs)
        concepts: dict[str, set[str]] = {}
        for pack in packs.packs.values():
            for name, words in pack.concepts.items():
                concepts.setdefault(name, set()).update(words)
        rules = [(name, rule) for name, pack in packs.packs.items() for rule in pack.rules]
        unknown = [
            f"{name}: {rule.id}: no concept {concept}"
            for name, rule in rules
            for concept in (*rule.all, *rule.unless)
            if concept not in concepts
        ]
        self._rules: dict[str, list[tuple[Rule, frozenset[str]]]] = {}
        for _, rule in rules:
            if set(rule.all) <= concepts.keys():
                self._rules.setdefault(rule.all[0], []).append((rule, frozenset(rule.all)))
        self._matcher = Matcher(concepts)
        self._block_emoji, self._block_jamo = block_emoji, block_jamo
        self.broken = (*packs.broken, *bad_patterns, *unknown)
        self.packs = tuple(packs.packs)
        self.version = packs.version
        self.threshold = threshold or packs.threshold or DEFAULT_THRESHOLD

    @classmethod
    def load(
        cls,
        directory: Path = SHIPPED,
        *,
        threshold: float = 0.85,
        block_emoji: bool = False,
        block_jamo: bool = False,
    ) -> Self:
        """The guard with the packs of a directory, or the shipped ones when it has none."""
        packs = packs_module.load(directory)
        return cls(packs, threshold=threshold, block_emoji=block_emoji, block_jamo=block_jamo)

    def evaluate(self, text: str) -> Evaluation:
        """Look at a text; never raises, and takes time in proportion to its length."""
        if len(text) > LONGEST:
            return self._evaluation([Hit("too_long", 1.0, PLAIN)])
        if self._block_jamo and _JAMO.search(text) and _JAMO_ONLY.fullmatch(text):
            return self._evaluation([Hit("jamo_only", self.threshold, PLAIN)])
        if self._block_emoji and _EMOJI.search(text):
            return self._evaluation([Hit("emoji_detected", self.threshold, PLAIN)])
        worst: list[Hit] = []
        seen = views(text)
        if too_many(seen):
            worst.append(Hit("too_many_views", _HIDDEN, PLAIN))
        if seen and (mended := self._matcher.mended(seen[0].text)):
            seen.append(View("swapped", mended))
        for view in seen:
            hits = self._hits(view)
            if view.name == PLAIN and invisible_inside(text) >= _MOST_INVISIBLE:
                hits.append(Hit("invisible_characters", _INVISIBLE, view.name))
            if _score(hits) > _score(worst):
                worst = hits
        return self._evaluation(worst)

    def _hits(self, view: View) -> list[Hit]:
        found = self._matcher.find(view.text)
        moods: _Moods | None = None
        hits = [Hit("hidden_text", _HIDDEN, view.name)] if view.hidden else []
        if found.cut:
            hits.append(Hit("too_many_words", _HIDDEN, view.name))
        for concept in found:
            for rule, concepts in self._rules.get(concept, ()):
                if found.may_have(concepts) and (fits := _fits(rule, found)):
                    moods = moods or _Moods(view.text, found)
                    if weight := _weight(rule, fits, moods):
                        hits.append(Hit(rule.id, weight, view.name))
        if _MARKUP.search(view.text):
            hits += [
                Hit(structure.id, structure.weight, view.name)
                for structure, pattern in self._structures
                if pattern.search(view.text)
            ]
        return hits

    def _evaluation(self, hits: list[Hit]) -> Evaluation:
        score = round(_score(hits), 4)
        ordered = sorted(hits, key=lambda hit: (-hit.weight, hit.id))
        view = ordered[0].view if ordered else PLAIN
        return Evaluation(score, score >= self.threshold, self.threshold, tuple(ordered), view, self.version)


def _score(hits: list[Hit]) -> float:
    return 1 - math.prod(1 - hit.weight for hit in hits)


class _Moods:
    """What the sentences of a text do, by the places that lie in them; judged when somebody asks."""

    def __init__(self, text: str, found: Found) -> None:
        self._found = found
        self._sentences = list(sentences(text))
        self._ends = list(accumulate(map(letters, self._sentences)))
        self._known: dict[int, tuple[Mood, bool]] = {}

    def together(self, places: list[int]) -> bool:
        """Whether the places are of one sentence or two neighbours; scraps of sentences count as one."""
        first, last = min(places), max(places)
        return (
            last - first < _SCRAPS or bisect_right(self._ends, last) - bisect_right(self._ends, first) < _NEXT
        )

    def at(self, place: int) -> tuple[Mood, bool]:
        """What the sentence at a place does, and whether it is about somebody else."""
        number = bisect_right(self._ends, place)
        if number not in self._known:
            self._known[number] = self._judged(number)
        return self._known[number]

    def _judged(self, number: int) -> tuple[Mood, bool]:
        start, end = self._ends[number - 1] if number else 0, self._ends[number]
        does = mood(self._sentences[number])
        named = does is Mood.STORY or (does is Mood.ASKS and self._found.between("others", start, end))
        return does, named and not self._found.between("addressed", start, end)


def _weight(rule: Rule, fits: list[list[int]], moods: _Moods) -> float:
    """The weight of a rule that fits at some places: the most that any of them gives it."""
    if len(fits) > _ANCHORS:
        return rule.weight
    weights = (_weight_at(rule, list(map(moods.at, places))) for places in fits if moods.together(places))
    return max(weights, default=0.0)


def _weight_at(rule: Rule, moods: list[tuple[Mood, bool]]) -> float:
    if rule.command and all(does is not Mood.ORDER for does, _ in moods):
        return 0.0
    told = rule.told and moods[0][1]
    asked = rule.asked and all(does in (Mood.ASKS, Mood.STORY) for does, _ in moods)
    return rule.weight * _TOLD if told or asked else rule.weight


def _fits(rule: Rule, found: Found) -> list[list[int]]:
    """The places of the first concept that have the others near them, and where these are."""
    first, *others = rule.all
    if not all(map(found.places, rule.all)) or any(map(found.places, rule.unless)):
        return []
    fits: list[list[int]] = []
    for at in found.places(first):
        places = [found.near(at, other, rule.within, after=rule.ordered) for other in others]
        if None not in places:
            fits.append([at, *(place for place in places if place is not None)])
            if len(fits) > _ANCHORS:
                break
    return fits
