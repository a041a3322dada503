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

    @property
    def conditions(self) -> int:
        """How many of the groups stand in an "if"."""
        return sum(any(concept.endswith("?") for concept in group) for group in self.groups)

    def used(self, concepts: frozenset[str], scene: frozenset[str]) -> int:
        """How many of a question's concepts this is about; 0 when it speaks of something else that counts."""
        found = [{said for said in concepts if {said, said.rstrip("?")} & group} for group in self.groups]
        spoken = set().union(*found)
        return len(spoken) if all(found) and concepts - spoken <= scene else 0


class Judge:
    """Answers questions about one puzzle, and says so when it cannot tell."""

    def __init__(self, puzzle: PuzzleSpec, common: CommonSpec, reader: Reader) -> None:
        """Raises KnowledgeError when a rule speaks of a concept or a fact that is not there."""
        self._reader = reader
        self._scene, self._people = frozenset({*puzzle.scene, *common.scene}), frozenset(puzzle.people)
        self._matters, self._because = frozenset(puzzle.matters), frozenset(puzzle.because)
        own = puzzle.words.keys()
        self._never, self._trivial = frozenset(common.never) - own, frozenset(common.trivial) - own
        rules = [_rule(line, verdict) for verdict, lines in puzzle.rules.items() for line in lines]
        self._rules = rules
        alone = [(rule.groups[0], rule.verdict) for rule in rules if len(rule.groups) == 1]
        self._true = frozenset().union(*(group for group, verdict in alone if verdict == YES))
        self._denied = frozenset().union(*(group for group, verdict in alone if verdict == NO))
        idle = frozenset().union(*(group for group, verdict in alone if verdict == IRRELEVANT))
        self._idle = self._never | self._trivial | self._denied | idle
        named = {concept for rule in rules for group in rule.groups for concept in group}
        spoken = {
            *named,
            *self._scene,
            *self._people,
            *self._matters,
            *self._because,
            *self._never,
            *self._trivial,
        }
        known = {*puzzle.words, *common.words}
        if unknown := sorted({concept.strip("~?") for concept in spoken} - known):
            raise KnowledgeError(f"{puzzle.title}: no words for {unknown}")
        if not {fact for rule in rules for fact in rule.facts} == set(range(1, len(puzzle.facts) + 1)):
            raise KnowledgeError(f"{puzzle.title}: the rules do not bring exactly its facts to light")

    def answer(self, question: str) -> Answer:
        """The verdict of the readings with the longest words, if they agree."""
        readings = self._reader.read(question)
        for rank in sorted({reading.rank for reading in readings}):
            alike = (self._judge(reading) for reading in readings if reading.rank == rank)
            found = {answer for answer in alike if answer is not None}
            if len({answer.verdict for answer in found}) > 1:
                return UNKNOWN
            if found:
                return max(found, key=lambda answer: (answer.important, answer.facts))
        return UNKNOWN

    def _judge(self, reading: Reading) -> Answer | None:
        concepts = reading.concepts
        fitting = [(rule.used(concepts, self._scene), rule) for rule in self._rules]
        ranked = [(used, rule.conditions, rule) for used, rule in fitting if used]
        if ranked:
            most = max(rank for *rank, _ in ranked)
            best = [rule for *rank, rule in ranked if rank == most]
            if len({rule.verdict for rule in best}) > 1:
                return UNKNOWN
            rule = max(best, key=lambda rule: (len(rule.groups), rule.important))
            flips = reading.flips and not rule.fixed
            return Answer(_turned(rule.verdict, flips), rule.important, rule.facts)
        verdict = self._by_table(concepts)
        return Answer(_turned(verdict, reading.flips)) if verdict else None

    def _by_table(self, concepts: frozenset[str]) -> Verdict | None:
        """What can be told without a rule: whether something matters, was the cause, or is there at all."""
        about = concepts - _MATTERS - {_CAUSE}
        core = (about - self._scene - self._people) or about & self._matters or about
        if not core:
            return None
        if concepts & _MATTERS:
            if core <= self._matters:
                return YES
            return IRRELEVANT if core <= self._idle else None
        if _CAUSE in concepts and core <= self._because:
            return YES
        if core <= self._idle:
            return NO if _CAUSE in concepts or core & (self._never | self._denied) else IRRELEVANT
        return YES if core <= self._true and len(core) == 1 and not about & self._people else None


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

    shared = {
        concept: besides(forms) for concept, forms in common.words.items() if concept not in puzzle.words
    }
    neutral = besides([*common.neutral, *common.neutral_verbs])
    return {**shared, **puzzle.words, NEUTRAL: neutral}
