"""The guard itself: looks at every view of a text and says how much it looks like an attack, and why. Pure.

A view is judged piece by piece. Its wording says how sure it is; rules tip the balance and name the intent.
The score of a piece is 1 − Π(1 − weight) over what fits: one unmistakable attack is enough, several hints add
up. The score of the text is that of its worst piece; the first attack ends the search.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from llm_server.guard import packs as packs_module
from llm_server.guard.matcher import Found, Matcher
from llm_server.guard.mood import Mood
from llm_server.guard.packs import SHIPPED, Packs, Rule
from llm_server.guard.reading import Reading, pieces
from llm_server.guard.views import PLAIN, SPACED, View, invisible_inside, too_many, views
from llm_server.guard.wording import Wording

LONGEST = 4000
"""Characters of a text; no game needs more."""

DEFAULT_THRESHOLD = 0.7
"""When neither the operator nor a pack names one."""

_TOLD = 0.25
"""What is left of a rule's weight in a story or a question about somebody else."""

_BESIDE = 0.5
"""What a rule counts beside the wording, which knows the concepts, too."""

_HINT = 0.4
"""The wording's weight from which it is worth a word."""

_DOUBT = 0.6
"""The wording's weight from which rules can tip the balance."""

_FEW, _MANY = 2, 5
"""Concepts that make another reading worth a look: more than the open one has, or so many."""

_HIDDEN = 0.9
"""The weight of text in a channel that exists only to hide it."""

_DISGUISED = 0.72
"""The weight of a disguise, when what it hides may well be an attack."""

_INVISIBLE = 0.3
_MOST_INVISIBLE = 3
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
        needed = "".join(structure.needs for structure, _ in self._structures)
        self._markup = re.compile(f"[{re.escape(needed)}]" if needed else "(?!)")
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
        self.matcher = Matcher(concepts)
        self._wording = packs.wording and Wording(packs.wording.bias, packs.wording.weights)
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
        seen = views(text)
        worst = [Hit("too_many_views", _HIDDEN, PLAIN)] if too_many(seen) else []
        if seen and (mended := self.matcher.mended(seen[0].text)):
            seen.append(View("swapped", mended))
        score, openly = _score(worst), set[str]()
        for view in seen:
            marks = self._marks(view)
            if view.name == PLAIN and invisible_inside(text) >= _MOST_INVISIBLE:
                marks.append(Hit("invisible_characters", _INVISIBLE, view.name))
            for hits in self._judged(view, openly):
                if (found := _score(marks + hits)) > score:
                    score, worst = found, marks + hits
                if score >= self.threshold:
                    return self._evaluation(worst)
        return self._evaluation(worst)

    def _judged(self, view: View, openly: set[str]) -> Iterator[list[Hit]]:
        """What the pieces of a view show, nothing when it is not worth a look; `openly` collects the plain
        concepts.
        """
        disguised = view.disguised
        if view.name != PLAIN:
            concepts = set(self.matcher.find(view.text))
            nothing_new = concepts <= openly and view.name != SPACED  # blanks hide words, no concepts
            if len(concepts) < _FEW or len(concepts) <= min(len(openly), _MANY) or nothing_new:
                yield []
                return
            disguised &= len(concepts) > len(openly)
        for piece in pieces(view.text):
            reading = Reading(piece, self.matcher)
            if view.name == PLAIN:
                openly.update(reading.found)
            hits = self._hits(reading, view.name)
            if disguised and _score(hits) >= _DOUBT:
                hits.append(Hit("disguised", _DISGUISED, view.name))
            yield hits

    def _marks(self, view: View) -> list[Hit]:
        """What a view shows as a whole."""
        marks = [Hit("hidden_text", _HIDDEN, view.name)] if view.hidden else []
        shown = set(view.text) if self._markup.search(view.text) else frozenset[str]()
        for structure, pattern in self._structures:
            if structure.needs and shown.isdisjoint(structure.needs):
                continue
            if pattern.search(view.text):
                marks.append(Hit(structure.id, structure.weight, view.name))
        return marks

    def _hits(self, reading: Reading, view: str) -> list[Hit]:
        hits: list[Hit] = []
        share = 1.0
        if self._wording:
            said = self._wording.weigh(reading.words)
            if self._wording.most(said, reading.maybe()) < _HINT:
                return []
            if (weight := self._wording.weight(said, reading.shown())) < _HINT:
                return []
            hits, share = [Hit("wording", round(weight, 4), view)], _BESIDE
            if weight < _DOUBT:
                return hits
        for concept in reading.concepts:
            for rule, concepts in self._rules.get(concept, ()):
                if concepts <= reading.concepts and (weight := _weight(rule, reading)):
                    hits.append(Hit(rule.id, round(share * weight, 4), view))
        return hits

    def _evaluation(self, hits: list[Hit]) -> Evaluation:
        score = round(_score(hits), 4)
        ordered = sorted(hits, key=lambda hit: (-hit.weight, hit.id))
        view = ordered[0].view if ordered else PLAIN
        return Evaluation(score, score >= self.threshold, self.threshold, tuple(ordered), view, self.version)


def _score(hits: list[Hit]) -> float:
    return 1 - math.prod((1 - hit.weight for hit in hits), start=1.0)


def _weight(rule: Rule, reading: Reading) -> float:
    """The weight of a rule in a reading: the most that any place gives it at which it fits."""
    weights = (
        _weight_at(rule, places, reading) for places in _fits(rule, reading.found) if reading.together(places)
    )
    return max(weights, default=0.0)


def _weight_at(rule: Rule, places: list[int], reading: Reading) -> float:
    moods = [reading.mood(place) for place in places]
    if rule.command and Mood.ORDER not in moods:
        return 0.0
    told = rule.told and reading.told(places[0])
    asked = rule.asked and all(does in (Mood.ASKS, Mood.STORY) for does in moods)
    return rule.weight * _TOLD if told or asked else rule.weight


def _fits(rule: Rule, found: Found) -> Iterator[list[int]]:
    """The places of the first concept that have the others near them, and where these are."""
    first, *others = rule.all
    if any(map(found.places, rule.unless)):
        return
    for at in found.places(first):
        near = [found.near(at, other, rule.within, after=rule.ordered) for other in others]
        places = [place for place in near if place is not None]
        if len(places) == len(others):
            yield [at, *places]
