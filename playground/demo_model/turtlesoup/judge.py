"""Question × puzzle → verdict, facts that came to light, and whether it was a pivotal one."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from playground.demo_model.files import KnowledgeError
from playground.demo_model.korean.hangul import compose
from playground.demo_model.turtlesoup.reading import NEUTRAL, Reader, Reading
from playground.demo_model.turtlesoup.spec import CommonSpec, PuzzleSpec, Verdict

CANNOT_SAY = "답변할 수 없습니다"
YES: Verdict = "예"
NO: Verdict = "아니오"
IRRELEVANT: Verdict = "관계없습니다"
RELATED: Verdict = "조금은 관계있습니다"

_OPPOSITE: dict[Verdict, Verdict] = {YES: NO, NO: YES}
_IMPORTANT = "중요"
_MATTERS = frozenset({"관련", _IMPORTANT})
_HOW_MANY = "몇"
_OTHER = "다른말"
"""The concept of words of which nothing can be told."""
_CAUSE = "때문"


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict; `facts` are numbers, from 1."""

    verdict: str
    important: bool = False
    facts: tuple[int, ...] = ()


UNKNOWN = Answer(CANNOT_SAY)


@dataclass(frozen=True, slots=True)
class _Rule:
    groups: tuple[frozenset[str], ...]
    verdict: Verdict
    important: bool
    facts: tuple[int, ...]
    fixed: bool

    @property
    def conditions(self) -> int:
        """How many of the groups stand in an "if"."""
        return sum(any(concept.endswith("?") for concept in group) for group in self.groups)

    def used(self, concepts: frozenset[str], scene: frozenset[str]) -> int:
        """How many of a question's concepts this is about; 0 when it speaks of something else that counts."""
        found = [{said for said in concepts if {said, said.rstrip("?")} & group} for group in self.groups]
        spoken = set().union(*found)
        rest = {concept.rstrip("?") for concept in concepts - spoken}
        return len(spoken) if all(found) and rest <= scene else 0

    def holds(self, concepts: Collection[str]) -> bool:
        """Whether all of it is named."""
        return all(group.intersection(concepts) for group in self.groups)


class Judge:
    """Answers questions about one puzzle, and says so when it cannot tell."""

    def __init__(self, puzzle: PuzzleSpec, common: CommonSpec, reader: Reader) -> None:
        """Raises KnowledgeError when a rule speaks of a concept or a fact that is not there."""
        self._reader, self._who = reader, re.compile(common.who)
        self._scene, self._people = frozenset({*puzzle.scene, *common.scene}), frozenset(puzzle.people)
        self._matters, self._because = frozenset(puzzle.matters), frozenset(puzzle.because)
        self._rules = [_rule(line, verdict) for verdict, lines in puzzle.rules.items() for line in lines]
        self._stories = [frozenset(line.split()) for line in puzzle.stories]
        self._check(puzzle, common)
        alone = {verdict: self._alone(verdict) for verdict in (YES, NO, IRRELEVANT, RELATED)}
        self._true = frozenset().union(alone[YES], *self._stories)
        there = self._scene | self._true | alone[IRRELEVANT] | alone[RELATED]
        never = {_common(concept, puzzle) for concept in common.never}
        self._absent = frozenset(puzzle.absent) | never - there
        self._untrue = self._absent | alone[NO]
        self._trivial = frozenset(common.trivial) - frozenset(puzzle.words)
        self._idle = self._untrue | self._trivial | alone[IRRELEVANT]

    def _alone(self, verdict: Verdict) -> frozenset[str]:
        """What has this verdict when nothing else is named."""
        rules = (rule for rule in self._rules if len(rule.groups) == 1 and rule.verdict == verdict)
        return frozenset().union(*(rule.groups[0] for rule in rules))

    def _check(self, puzzle: PuzzleSpec, common: CommonSpec) -> None:
        named = {concept for rule in self._rules for group in rule.groups for concept in group}
        spoken = named.union(
            self._scene, self._people, self._matters, self._because, puzzle.absent, *self._stories
        )
        known = {*puzzle.words, *common.words, *common.never, *common.trivial}
        if unknown := sorted({concept.strip("~?") for concept in spoken} - known):
            raise KnowledgeError(f"{puzzle.title}: no words for {unknown}")
        if not {fact for rule in self._rules for fact in rule.facts} == set(range(1, len(puzzle.facts) + 1)):
            raise KnowledgeError(f"{puzzle.title}: the rules do not bring exactly its facts to light")

    def answer(self, question: str) -> Answer:
        """What can be told of a question; "yes" is no answer to "who …?"."""
        answer = self._answer(self._reader.read(question))
        return UNKNOWN if answer.verdict == YES and self._who.search(compose(question)) else answer

    def _answer(self, readings: Sequence[Reading]) -> Answer:
        """The verdict of the readings with the longest words, if they agree."""
        if not readings or not readings[0].concepts:  # the likeliest says nothing, others are far-fetched
            return UNKNOWN
        near = [reading for reading in readings if self._is_near(reading, readings[0])]
        for rank in sorted({reading.rank for reading in near}):
            alike = [reading for reading in near if reading.rank == rank]
            found = {answer for answer in map(self._judge, alike) if answer is not None}
            if len({answer.verdict for answer in found}) > 1:
                return UNKNOWN
            if found:
                return max(found, key=lambda answer: (answer.important, answer.facts))
            if any(_OTHER in reading.concepts for reading in alike):
                return UNKNOWN
        return UNKNOWN

    def _is_near(self, reading: Reading, likeliest: Reading) -> bool:
        """Whether it may stand in for the likeliest: with one word more, and no talk of other things."""
        added = reading.concepts - likeliest.concepts
        return reading.items - likeliest.items <= (1 if added.isdisjoint(self._idle) else 0)

    def _judge(self, reading: Reading) -> Answer | None:
        """By what is known of "did not …", else by what is known of "did …", else by what can be told of
        its words. Of "A or B" only what is so of both can be told.
        """
        if reading.either:
            others = [(reading.either - {one}) for one in reading.either]
            alone = [replace(reading, either=frozenset(), concepts=reading.concepts - out) for out in others]
            found = [self._judge(one) for one in alone]
            return found[0] if len({answer and answer.verdict for answer in found}) == 1 else None
        if reading.flips:
            denied = self._told(reading.denied, flips=False, denied="~" + reading.last)
            if denied and denied is not UNKNOWN:
                return denied
        return self._told(reading.concepts, flips=reading.flips) or self._by_table(reading)

    def _told(self, concepts: frozenset[str], *, flips: bool, denied: str = "") -> Answer | None:
        fitting = [(rule.used(concepts, self._scene), rule) for rule in self._rules]
        ranked = [(used, rule.conditions, rule) for used, rule in fitting if used]
        if ranked:
            most = max(rank for *rank, _ in ranked)
            best = [rule for *rank, rule in ranked if rank == most]
            if len({rule.verdict for rule in best}) > 1:
                return UNKNOWN
            rule = max(best, key=lambda rule: (len(rule.groups), rule.important))
            return Answer(_turned(rule.verdict, flips and not rule.fixed), rule.important, rule.facts)
        return self._in_a_story(concepts, flips=flips, denied=denied)

    def _in_a_story(self, concepts: frozenset[str], *, flips: bool, denied: str) -> Answer | None:
        """Yes, when all that is named happens in one story; it tells what its parts tell. What a question as
        a whole denies must stand beside something else: "is it not a signal?" asks whether there was one.
        """
        named = {concept.rstrip("?") for concept in concepts}
        about = named - self._scene - {_CAUSE}
        if not any(about <= story for story in self._stories):
            return None
        if about <= {denied}:
            return None
        if _CAUSE in named and not about & self._because:
            return None
        parts = [rule for rule in self._rules if rule.verdict == YES and rule.holds(named)]
        facts = tuple(sorted({fact for rule in parts for fact in rule.facts}))
        return Answer(_turned(YES, flips), any(rule.important for rule in parts), facts)

    def _core(self, concepts: frozenset[str]) -> frozenset[str]:
        """What a question turns on: of what is not there it need not be said that it is not."""
        plain = {concept.rstrip("?") for concept in concepts}
        about = frozenset(plain - _MATTERS - {_CAUSE} - {"~" + concept for concept in self._absent})
        return (about - self._scene - self._people) or about & self._matters or about

    def _by_table(self, reading: Reading) -> Answer | None:
        """What can be told without a rule: whether something matters, was the cause, or is there at all."""
        core = self._core(reading.concepts)
        verdict, turns = None, reading.flips
        if not core:
            return None
        if reading.concepts & _MATTERS:
            verdict = self._relevance(core, important=_IMPORTANT in reading.concepts)
        elif _CAUSE in reading.concepts and core <= self._because:
            verdict = YES
        elif core & self._absent:
            verdict, turns = self._of_what_is_absent(reading, core)
        elif core <= self._idle:
            verdict = NO if _CAUSE in reading.concepts or core & self._untrue else IRRELEVANT
            if verdict == IRRELEVANT and reading.concepts & self._matters:
                return None  # a trifle about what matters could matter
        elif core <= self._true and len(core) == 1 and not reading.concepts & self._people:
            verdict = YES
        return Answer(_turned(verdict, turns)) if verdict else None

    def _of_what_is_absent(self, reading: Reading, core: frozenset[str]) -> tuple[Verdict | None, bool]:
        """No, and whether a negation turns it: "did he, being drunk, not answer?" asks whether he was drunk.
        Nothing of "if there were …", nor of "did he not drink, and …?".
        """
        absent = core & self._absent
        if any(concept + "?" in reading.concepts for concept in absent):
            return None, False
        turns = reading.flips and reading.last in absent | {_CAUSE}
        return (None if turns and absent < core else NO), turns

    def _relevance(self, core: frozenset[str], *, important: bool) -> Verdict | None:
        if {concept.removeprefix("~") for concept in core} <= self._matters:
            return YES
        if core & self._absent and not important:
            return NO
        if core & self._absent or core <= self._idle | {_HOW_MANY}:
            return IRRELEVANT
        return RELATED if core <= self._true else None


def _turned(verdict: Verdict, flips: bool) -> Verdict:
    return _OPPOSITE.get(verdict, verdict) if flips else verdict


def _rule(line: str, verdict: Verdict) -> _Rule:
    parts = line.split()
    facts = tuple(int(part[1:]) for part in parts if part.startswith("="))
    groups = tuple(frozenset(part.split("|")) for part in parts if part[0] not in "*!=")
    return _Rule(groups, verdict, "*" in parts, facts, "!" in parts)


def words_of(puzzle: PuzzleSpec, common: CommonSpec) -> dict[str, list[str]]:
    """The forms of every concept; what a puzzle names itself means nothing else in it.

    Raises:
        KnowledgeError: a form of the puzzle is there twice.
    """
    forms = [form.lstrip("-") for listed in puzzle.words.values() for form in listed]
    own = set(forms)
    if len(own) < len(forms):
        doubled = sorted({form for form in forms if forms.count(form) > 1})
        raise KnowledgeError(f"{puzzle.title}: {doubled} mean two things")

    def besides(forms: Iterable[str]) -> list[str]:
        return [form for form in forms if form.lstrip("-") not in own]

    every = {**common.words, **common.never, **common.trivial}
    shared = {_common(concept, puzzle): besides(forms) for concept, forms in every.items()}
    neutral = besides([*common.neutral, *common.neutral_verbs])
    return {**shared, **puzzle.words, NEUTRAL: neutral}


def _common(concept: str, puzzle: PuzzleSpec) -> str:
    """The name of a common concept; beside the puzzle's own of that name, it has what is left."""
    return f"{concept}*" if concept in puzzle.words else concept
