"""Question × puzzle → verdict, facts that came to light, and whether it was a pivotal one."""

from collections.abc import Iterable
from dataclasses import dataclass

from playground.demo_model.files import KnowledgeError
from playground.demo_model.turtlesoup.reading import NEUTRAL, Reader, Reading
from playground.demo_model.turtlesoup.spec import CommonSpec, PuzzleSpec, Verdict

CANNOT_SAY = "답변할 수 없습니다"
YES: Verdict = "예"
NO: Verdict = "아니오"
IRRELEVANT: Verdict = "관계없습니다"

_OPPOSITE: dict[Verdict, Verdict] = {YES: NO, NO: YES}
_MATTERS = frozenset({"관련", "중요"})
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

    def fits(self, concepts: frozenset[str], scene: frozenset[str]) -> bool:
        """Whether a question speaks of this, and of nothing else that counts."""
        used = [group & concepts for group in self.groups]
        return all(used) and concepts - frozenset().union(*used) <= scene


class Judge:
    """Answers questions about one puzzle, and says so when it cannot tell."""

    def __init__(self, puzzle: PuzzleSpec, common: CommonSpec, reader: Reader) -> None:
        """Raises KnowledgeError when a rule speaks of a concept or a fact that is not there."""
        self._reader = reader
        self._scene = frozenset({*puzzle.scene, *common.scene})
        self._matters, self._because = frozenset(puzzle.matters), frozenset(puzzle.because)
        self._never, self._trivial = frozenset(common.never), frozenset(common.trivial)
        rules = [_rule(line, verdict) for verdict, lines in puzzle.rules.items() for line in lines]
        self._rules = sorted(rules, key=lambda rule: -len(rule.groups))
        alone = [(rule.groups[0], rule.verdict) for rule in rules if len(rule.groups) == 1]
        self._denied = frozenset().union(*(group for group, verdict in alone if verdict == NO))
        idle = frozenset().union(*(group for group, verdict in alone if verdict == IRRELEVANT))
        self._idle = self._never | self._trivial | self._denied | idle
        named = {concept for rule in rules for group in rule.groups for concept in group}
        spoken = {*named, *self._scene, *self._matters, *self._because, *self._never, *self._trivial}
        known = {*puzzle.words, *common.words}
        if unknown := sorted({concept.removeprefix("~") for concept in spoken} - known):
            raise KnowledgeError(f"{puzzle.title}: no words for {unknown}")
        if not {fact for rule in rules for fact in rule.facts} == set(range(1, len(puzzle.facts) + 1)):
            raise KnowledgeError(f"{puzzle.title}: the rules do not bring exactly its facts to light")

    def answer(self, question: str) -> Answer:
        """The verdict of the readings with the longest words, if they agree."""
        readings = self._reader.read(question)
        for rank in sorted(set(map(_rank, readings))):
            alike = (self._judge(reading) for reading in readings if _rank(reading) == rank)
            found = {answer for answer in alike if answer is not None}
            if len({answer.verdict for answer in found}) > 1:
                return UNKNOWN
            if found:
                return max(found, key=lambda answer: (answer.important, answer.facts))
        return UNKNOWN

    def _judge(self, reading: Reading) -> Answer | None:
        concepts = reading.concepts
        rule = next((rule for rule in self._rules if rule.fits(concepts, self._scene)), None)
        if rule is not None:
            flips = reading.flips and not rule.fixed
            return Answer(_turned(rule.verdict, flips), rule.important, rule.facts)
        verdict = self._by_table(concepts)
        return Answer(_turned(verdict, reading.flips)) if verdict else None

    def _by_table(self, concepts: frozenset[str]) -> Verdict | None:
        """What can be told without a rule: whether something matters, was the cause, or is there at all."""
        about = concepts - _MATTERS - {_CAUSE}
        core = (about - self._scene) or about
        if not core:
            return None
        if concepts & _MATTERS:
            if core <= self._matters:
                return YES
            return IRRELEVANT if core <= self._idle else None
        if _CAUSE in concepts:
            if core <= self._because:
                return YES
            return NO if core <= self._idle else None
        return NO if core <= self._never else None


def _rank(reading: Reading) -> tuple[int, int]:
    """Few words are long ones; of as many, those that say more."""
    return reading.items, -len(reading.concepts)


def _turned(verdict: Verdict, flips: bool) -> Verdict:
    return _OPPOSITE.get(verdict, verdict) if flips else verdict


def _rule(line: str, verdict: Verdict) -> _Rule:
    parts = line.split()
    facts = tuple(int(part[1:]) for part in parts if part.startswith("="))
    groups = tuple(frozenset(part.split("|")) for part in parts if part[0] not in "*!=")
    return _Rule(groups, verdict, "*" in parts, facts, "!" in parts)


def words_of(puzzle: PuzzleSpec, common: CommonSpec) -> dict[str, list[str]]:
    """The forms of every concept; what a puzzle names itself means nothing else in it."""
    own = {form.lstrip("-") for forms in puzzle.words.values() for form in forms}

    def besides(forms: Iterable[str]) -> list[str]:
        return [form for form in forms if form.lstrip("-") not in own]

    shared = {
        concept: besides(forms) for concept, forms in common.words.items() if concept not in puzzle.words
    }
    neutral = besides([*common.neutral, *common.neutral_verbs])
    return {**shared, **puzzle.words, NEUTRAL: neutral}
