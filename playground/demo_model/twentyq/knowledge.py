"""The knowledge base: everything in `knowledge/*.yml`, loaded once and checked before the first question."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.demo_model.files import FOLDER, KnowledgeError, checked, read
from playground.demo_model.korean.endings import EndingSpec
from playground.demo_model.twentyq.claims import Claim, Fact, Named
from playground.demo_model.twentyq.degrees import Answer, Degree
from playground.demo_model.twentyq.schema import (
    RESTS,
    AttributeSpec,
    KindSpec,
    TopicSpec,
    Values,
    WordsSpec,
)
from playground.demo_model.twentyq.topics import Topic

_NEVER = Named("")
_GROUP_DISTANCE = 1000
_NOUN_GROUP = re.compile(r"\[([^]]*)]")


@dataclass(frozen=True)
class Attribute:
    """A fact about every topic, and the patterns that ask for it."""

    fact: Fact
    patterns: tuple[str, ...]


class Knowledge:
    """What the demo knows. Every topic has a value, if only "cannot tell", for every attribute and kind.

    Raises:
        KnowledgeError: a file has an unknown name, a missing or doubled value, or the wrong shape.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        kinds_file = read(folder / "kinds.yml")
        self.words = checked(WordsSpec, read(folder / "words.yml"), "words.yml")
        self.endings = [checked(EndingSpec, row, "endings.yml") for row in read(folder / "endings.yml")]
        self.measures: Mapping[str, Any] = read(folder / "measures.yml")
        self.suggested: Mapping[str, list[str]] = read(folder / "suggestions.yml")
        self._kinds = {
            str(name): checked(KindSpec, spec or {}, f"kinds.yml: {name}")
            for name, spec in kinds_file["kinds"].items()
        }
        self._groups: Mapping[str, list[str]] = kinds_file["groups"]
        self.topics = tuple(self._topics(read(folder / "topics.yml")))
        self.categories = tuple(dict.fromkeys(topic.category for topic in self.topics))
        self._names = {topic.name for topic in self.topics}
        self.attributes = tuple(self._attributes(sorted((folder / "attributes").glob("*.yml"))))
        self.nouns = self._nouns(read(folder / "others.yml"))
        self._by_alias = {
            normal(alias): topic for topic in self.topics for alias in (topic.name, *topic.aliases)
        }

    def find(self, name: str) -> Topic | None:
        """The topic with this name or alias, however it is spaced."""
        return self._by_alias.get(normal(name))

    def parents(self, topic: Topic, *, levels: int) -> set[str]:
        """All names of the kinds that stand at most so many steps above a topic."""
        near = [kind for kind, distance in topic.ancestry.items() if distance <= levels]
        return {normal(name) for kind in near for name in (kind, *self._kinds[kind].names)}

    def _topics(self, file: Mapping[str, Any]) -> Iterator[Topic]:
        for category, entries in file.items():
            for name, entry in entries.items():
                spec = checked(TopicSpec, entry, f"topics.yml: {name}")
                yield Topic(
                    name=name,
                    category=category,
                    level=spec.level,
                    aliases=tuple(spec.aliases),
                    narrower=tuple(spec.narrower),
                    ancestry=self._ancestry(name, spec.is_),
                    measures=spec.measures,
                    since=spec.since,
                    counts=spec.counts,
                    related=frozenset(spec.related),
                    hints=tuple(spec.hints),
                )

    def _ancestry(self, name: str, kinds: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        level, distance = list(kinds), 1
        while level:
            if unknown := [kind for kind in level if kind not in self._kinds]:
                raise KnowledgeError(f"{name} is a {unknown[0]}, which is no kind")
            for kind in level:
                found.setdefault(kind, distance)
            level = [up for kind in level for up in self._kinds[kind].is_ if up not in found]
            distance += 1
        return found

    def _attributes(self, files: Sequence[Path]) -> Iterator[Attribute]:
        seen: set[str] = set()
        for path in files:
            for name, entry in read(path).items():
                where = f"{path.name}: {name}"
                if name in seen:
                    raise KnowledgeError(f"{where} is there twice")
                seen.add(name)
                spec = checked(AttributeSpec, entry, where)
                rest = RESTS[spec.rest]
                values = self._values(spec, dict.fromkeys(self._names, rest), where)
                fact = Fact(name, values)
                yield Attribute(fact, tuple(self._patterns(spec, where)))

    def _patterns(self, spec: AttributeSpec, where: str) -> Iterator[str]:
        yield from spec.ask
        for template, words in spec.templates.items():
            if template not in self.words.templates:
                raise KnowledgeError(f"{where} uses {template}, which is no template")
            yield from (_filled(pattern, words) for pattern in self.words.templates[template])

    def _values(self, spec: Values, rests: Mapping[str, Answer], where: str) -> dict[str, Answer]:
        try:
            given = spec.by_name()
        except ValueError as error:
            raise KnowledgeError(f"{where}: {error}") from None
        known = {*self._names, *self._kinds, *self.categories, *self._groups}
        if unknown := sorted(given.keys() - known):
            raise KnowledgeError(f"{where} speaks of {unknown}, which nobody knows")
        return {topic.name: self._nearest(topic, given, rests[topic.name], where) for topic in self.topics}

    def _nearest(self, topic: Topic, given: Mapping[str, Answer], rest: Answer, where: str) -> Answer:
        distances = {topic.name: 0, **topic.ancestry, topic.category: _GROUP_DISTANCE - 1}
        groups = [name for name, members in self._groups.items() if topic.category in members]
        distances |= dict.fromkeys(groups, _GROUP_DISTANCE)
        named = [name for name in distances if name in given]
        if not named:
            return rest
        nearest = min(distances[name] for name in named)
        answers = {given[name] for name in named if distances[name] == nearest}
        if len(answers) > 1:
            raise KnowledgeError(f"{where} has two values for {topic.name}")
        return answers.pop()

    def _nouns(self, others: Mapping[str, str]) -> dict[str, Claim]:
        """Every noun that can be ascribed to the target: kinds, topics, and things that it never is."""
        found: dict[str, Claim] = {}
        for name, spec in self._kinds.items():
            fact = Fact(name, self._kind_values(name, spec))
            _enter(found, (name, *spec.names), fact)
        for topic in self.topics:
            _enter(found, (topic.name, *topic.aliases), Named(topic.name))
            _enter(found, topic.narrower, Named(topic.name, narrower=True))
        for words in others.values():
            for noun in words.split():
                found.setdefault(normal(noun), _NEVER)
        return found

    def _kind_values(self, name: str, spec: KindSpec) -> dict[str, Answer]:
        chained = {topic.name: Degree.YES if name in topic.ancestry else Degree.NO for topic in self.topics}
        return self._values(spec, chained, f"kinds.yml: {name}")


def normal(text: str) -> str:
    """A name for comparing: case, spaces and punctuation do not count."""
    return "".join(char for char in text.casefold() if char.isalnum())


def _filled(pattern: str, words: str) -> str:
    """A template with its words; in a noun group each alternative is repeated for each word."""

    def spread(group: re.Match[str]) -> str:
        items = group[1].split("|")
        return f"[{'|'.join(item.replace('X', word) for item in items for word in words.split('|'))}]"

    return _NOUN_GROUP.sub(spread, pattern).replace("X", words)


def _enter(nouns: dict[str, Claim], names: Sequence[str], claim: Claim) -> None:
    for name in names:
        key = normal(name)
        if nouns.setdefault(key, claim) is not claim:
            raise KnowledgeError(f"{name} is a name of two things")
