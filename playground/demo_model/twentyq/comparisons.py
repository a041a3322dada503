"""Measures and counts: `사람보다 큰가요?`, `5만원 이상인가요?`, `다리가 네 개인가요?`."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.demo_model.twentyq.claims import Claim, Not
from playground.demo_model.twentyq.degrees import Answer, Degree
from playground.demo_model.twentyq.heads import Head
from playground.demo_model.twentyq.patterns import Compiler
from playground.demo_model.twentyq.quantities import COUNT, NUMBER, UNITS, any_of, composed, number
from playground.demo_model.twentyq.topics import Range, Topic

_BODILESS = frozenset({"food", "concept", "idiom_proverb"})
_BOUNDS = {
    "이상": (0.0, math.inf),
    "초과": (1.0, math.inf),
    "많은": (1.0, math.inf),
    "넘는": (1.0, math.inf),
    "이하": (-math.inf, 0.0),
    "미만": (-math.inf, -1.0),
    "적은": (-math.inf, -1.0),
}


@dataclass(frozen=True, slots=True)
class Exceeds:
    """The topic's measure lies above a limit; a range around the limit is decided by its geometric middle."""

    measures: tuple[str, ...]
    limit: float
    reference: str = ""

    def about(self, topic: Topic) -> Answer:
        """None when the topic has no such measure, or is the very thing it is compared with."""
        found = _measured(topic, self.measures)
        if found is None or topic.name == self.reference:
            return None
        low, high = found
        if low > self.limit:
            return Degree.YES
        if high < self.limit or high == self.limit > low:
            return Degree.NO
        if low == high:
            return Degree.YES
        return Degree.USUALLY if math.sqrt(low * high) > self.limit else Degree.RARELY


@dataclass(frozen=True, slots=True)
class Counted:
    """The topic has that many of a part."""

    part: str
    least: float
    most: float

    def about(self, topic: Topic) -> Answer:
        """Yes or no; None when nobody counted."""
        count = topic.counts.get(self.part, 0 if topic.category in _BODILESS else None)
        if count is None:
            return None
        return Degree.YES if self.least <= count <= self.most else Degree.NO


@dataclass(frozen=True, slots=True)
class About:
    """`주먹만 한가요?`, `100만원 정도인가요?`: the measure lies around that; at most a "probably"."""

    measures: tuple[str, ...]
    amount: float

    def about(self, topic: Topic) -> Answer:
        """Probably within a third of the amount, no beyond twice, unknown between."""
        found = _measured(topic, self.measures)
        if found is None:
            return None
        low, high = found
        if low / 1.35 <= self.amount <= high * 1.35:
            return Degree.USUALLY
        return Degree.NO if low > 2 * self.amount or high < self.amount / 2 else None


def _measured(topic: Topic, names: Sequence[str]) -> Range | None:
    return next((topic.measures[name] for name in names if name in topic.measures), None)


def comparisons(data: Mapping[str, Any], topics: Sequence[Topic], compiler: Compiler) -> Iterator[Head]:
    """Heads for comparing with a thing (`사람보다 큰`) or an amount (`1kg 이상`)."""
    references = _references(data["references"], topics)
    for name, words in data["dimensions"].items():
        measured = {ref: found[name] for ref, found in references.items() if name in found}
        yield from _with_things(name, words, measured, compiler)
        yield from _with_amounts(name, words, compiler)


def _references(given: Mapping[str, Any], topics: Sequence[Topic]) -> dict[str, dict[str, tuple[float, str]]]:
    """Name of a thing → measure → (value, topic that it is)."""
    found: dict[str, dict[str, tuple[float, str]]] = {}
    for topic in topics:
        middle = {name: (_middle(range_), topic.name) for name, range_ in topic.measures.items()}
        for alias in (topic.letters, *topic.aliases):
            found[alias.replace(" ", "")] = middle
    for name, entry in given.items():
        values = {measure: (float(value), "") for measure, value in entry.items() if measure != "names"}
        for alias in (str(name), *entry.get("names", ())):
            found[alias] = values
    return found


def _middle(range_: Range) -> float:
    return math.sqrt(range_[0] * range_[1])


def _with_things(
    name: str, words: Mapping[str, str], measured: Mapping[str, tuple[float, str]], compiler: Compiler
) -> Iterator[Head]:
    def above(match: re.Match[str]) -> Claim:
        limit, topic = measured[composed(match["thing"])]
        return Exceeds((name,), limit, topic)

    def around(match: re.Match[str]) -> Claim:
        return About((name,), measured[composed(match["thing"])][0])

    if not measured:
        return
    things = any_of(list(measured))
    nouns = "|".join(words["nouns"].split())
    verbs = f"{{{words['more']}|-{words['less'].replace('|', '|-')}}}"
    start = f"(({nouns})~)? (일반|보통|평균|실제)? <thing>(들|한마리|한대|한개|의({nouns}))?"
    pattern = f"{start} 보다(는|도|더|훨씬|좀|많이|조금)* (({nouns})~)? {verbs}"
    yield from compiler.heads([pattern], above, thing=things)
    if name == "size":
        patterns = [
            f"{start}만(큼|큼의|한)?(크기)?(이|가)?(정도)? {{하|크|되}}",
            f"{start}정도(의)?(크기)?[]",
        ]
        yield from compiler.heads([*patterns, f"{start}만한(크기)?[]"], around, thing=things)


def _with_amounts(name: str, words: Mapping[str, str], compiler: Compiler) -> Iterator[Head]:
    def limit(match: re.Match[str]) -> float:
        return number(match["amount"]) * UNITS[name][composed(match["unit"])]

    def above(match: re.Match[str]) -> Claim:
        return Exceeds(names, limit(match))

    def below(match: re.Match[str]) -> Claim:
        return Not(above(match))

    names = ("height", "size") if name == "size" else (name,)
    parts = {"amount": NUMBER, "unit": any_of(list(UNITS[name]))}
    nouns = "|".join(words["nouns"].split())
    start = f"(({nouns})~)? (약|한|대략|최소|적어도|보통)? {words.get('before', '')} <amount>(여)?<unit>"
    verbs = f"{{{words['more']}|-{words['less'].replace('|', '|-')}}}"
    exceeding = [
        f"{start}(을|를|이|가|도|은|는)? {{넘|초과하|넘어가|넘게나가|넘게하|넘게살|넘게되|넘게달리}}",
        f"{start}보다(는|도|더|훨씬|좀)* {verbs}",
    ]
    yield from compiler.heads(exceeding, above, **parts)
    around = [
        f"{start}(쯤|정도|가량)(의|로|가)?(가격|크기|무게)?[]",
        f"{start}(쯤|정도|가량)(은|는|로)? {{{words['to']}}}",
    ]
    yield from compiler.heads(around, lambda match: About(names, limit(match)), **parts)
    for sides, least in (("이상|초과", True), ("이하|미만", False)):
        related = [
            f"{start}(을|를)?({sides})[]",
            f"{start}({sides})(은|는|이|으로|에|도|의)? {{{words['to']}}}",
        ]
        yield from compiler.heads(related, above if least else below, **parts)


def counts(parts: Sequence[str], compiler: Compiler) -> Iterator[Head]:
    """Heads for how many legs, wheels or strings there are."""

    def exactly(match: re.Match[str]) -> Claim:
        amount = number(match["amount"])
        return Counted(composed(match["part"]), amount, amount)

    def related(match: re.Match[str]) -> Claim:
        amount, part = number(match["amount"]), composed(match["part"])
        least, most = _BOUNDS[composed(match["relation"])]
        return Counted(part, amount + least, amount + most)

    number_of = "의수가|의개수가|개수가|수가|갯수가|의갯수가"
    start = f"<part>(이|가|은|는|{number_of})? (총|모두|전부|딱)? <amount>(개|쌍|짝|줄|장)?"
    yield from compiler.heads(
        [
            f"{start}[]",
            f"{start}(이|가|로|씩|만)? {{@have|되어있|이루어지}}",
            "(총)? <amount>(개|쌍|짝)?의? <part>(이|가|을|를|로|으로)? {@have|쓰}",
            "<part>(이|가)? <amount>(개)?(인|달린) [것|동물]",
        ],
        exactly,
        part=any_of(list(parts)),
        amount=COUNT,
    )
    yield from compiler.heads(
        [
            f"{start}<relation>[]",
            f"{start}<relation>(이|으로|은)? {{@have|되}}",
            f"{start}(보다|를|이|가)? <relation>[]",
        ],
        related,
        part=any_of(list(parts)),
        amount=COUNT,
        relation=any_of(_BOUNDS),
    )
