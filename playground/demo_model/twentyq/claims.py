"""What a question claims about the target, once it is read. Pure values; only `about` looks at a topic."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from playground.demo_model.twentyq.degrees import Answer, Degree, both, either, opposite
from playground.demo_model.twentyq.topics import Topic


class Claim(Protocol):
    """Something that is more or less true of a topic."""

    def about(self, topic: Topic) -> Answer:
        """How true it is of `topic`, or None when that cannot be told."""
        ...


@dataclass(frozen=True, slots=True)
class Fact:
    """An attribute or a kind: written down for every topic."""

    name: str
    values: Mapping[str, Answer] = field(repr=False, hash=False)

    def about(self, topic: Topic) -> Answer:
        """The value that was written down."""
        return self.values[topic.name]


@dataclass(frozen=True, slots=True)
class Named:
    """`고양이인가요?`: yes for that topic; one of its own kinds (`페르시안고양이`) is "probably not"."""

    topic: str
    narrower: bool = False

    def about(self, topic: Topic) -> Answer:
        """Yes, probably not, or no."""
        if topic.name != self.topic:
            return Degree.NO
        return Degree.RARELY if self.narrower else Degree.YES


@dataclass(frozen=True, slots=True)
class Related:
    """`고흐와 관련이 있나요?`: yes when it is written down; that it is not says nothing."""

    word: str

    def about(self, topic: Topic) -> Answer:
        """Yes or unknown."""
        return Degree.YES if self.word in topic.related else None


@dataclass(frozen=True, slots=True)
class Not:
    """The negation."""

    claim: Claim

    def about(self, topic: Topic) -> Answer:
        """The other end of the scale."""
        return opposite(self.claim.about(topic))


@dataclass(frozen=True, slots=True)
class Both:
    """`크고 빨간가요?`, `날 수 있는 동물인가요?`: both must hold."""

    left: Claim
    right: Claim

    def about(self, topic: Topic) -> Answer:
        """True as far as the weaker part is."""
        return both(self.left.about(topic), self.right.about(topic))


@dataclass(frozen=True, slots=True)
class Either:
    """`개나 고양이인가요?`: one is enough."""

    left: Claim
    right: Claim

    def about(self, topic: Topic) -> Answer:
        """True as far as the stronger part is."""
        return either(self.left.about(topic), self.right.about(topic))


@dataclass(frozen=True, slots=True)
class Ever:
    """`날개가 있는 종류도 있나요?`: for a question like this "rarely" is a yes."""

    claim: Claim

    def about(self, topic: Topic) -> Answer:
        """Yes unless it is never so."""
        answer = self.claim.about(topic)
        return Degree.YES if answer else answer


def negated(claim: Claim, flips: bool) -> Claim:
    """The claim, or its negation."""
    return Not(claim) if flips else claim
