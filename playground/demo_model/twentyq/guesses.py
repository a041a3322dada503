"""How near a guess is to a topic: its names, the names of its kinds, and nothing that is only related."""

import re
from collections.abc import Iterator
from enum import StrEnum

from botkit.chat.hangul import distance
from playground.demo_model.twentyq.knowledge import Knowledge, normal
from playground.demo_model.twentyq.topics import Topic


class Likeness(StrEnum):
    """What the judge may say of a guess; the contract with whoever asks."""

    RIGHT = "정답"
    CLOSE = "근접"
    WRONG = "오답"


_BEFORE = re.compile(r"^(?:제|내|나의)?(?:정답은|정답이|정답|답은|답이|답|혹시|아마|그럼|영화|속담|사자성어)")
_AFTER = [
    re.compile(rf"(?:{ending})$")
    for ending in (
        "맞나요|맞습니까|맞죠|맞지|맞음|정답",
        "에요|예요|지요|죠|요|여|야|다|임",
        "이(?:에요|예요|지요|죠|요|여|야|다)",
        "인것같아요|인거같아요|입니다|입니까|인가요?|일까요?|아닌가요",
    )
]
"""Tried one by one on the whole: `호랑이요` may end in `요` or in `이요`."""
_DIGITS = re.compile(r"\d")
_LEAST_SYLLABLES = 4
"""Shorter names have neighbours one letter away that mean something else."""


class Guesses:
    """Judges guesses against a knowledge base."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._parents = {topic.name: knowledge.parents(topic, levels=1) for topic in knowledge.topics}
        self._narrower = {topic.name: set(map(normal, topic.narrower)) for topic in knowledge.topics}

    def judge(self, topic: Topic, guess: str) -> Likeness:
        """Right for a name of the topic, close for one step up or down in what it is, else wrong."""
        for said in _forms(guess):
            named = self._knowledge.find(said) or self._misspelt(said)
            if named is not None:
                return Likeness.RIGHT if named.name == topic.name else Likeness.WRONG
            if said in self._narrower[topic.name] or said in self._parents[topic.name]:
                return Likeness.CLOSE
        return Likeness.WRONG

    def same(self, one: str, other: str) -> bool:
        """Whether two words name the same thing."""
        left, right = self._knowledge.find(one), self._knowledge.find(other)
        return normal(one) == normal(other) or (left is not None and left is right)

    def _misspelt(self, said: str) -> Topic | None:
        """The one topic whose name is a letter away; none when there are several."""
        if len(said) < _LEAST_SYLLABLES:
            return None
        near = [topic for topic in self._knowledge.topics if _a_letter_apart(said, normal(topic.name))]
        return near[0] if len(near) == 1 else None


def _a_letter_apart(one: str, other: str) -> bool:
    """Whether a typing slip makes one of the other; a number (`겨울왕국2`) is no slip."""
    if abs(len(one) - len(other)) > 1 or _DIGITS.findall(one) != _DIGITS.findall(other):
        return False
    return distance(one, other) <= 1


def _forms(guess: str) -> Iterator[str]:
    """What was typed, then without the words around the name."""
    typed = normal(guess)
    bare = _BEFORE.sub("", typed) or typed
    for said in dict.fromkeys((typed, bare)):
        yield said
        for ending in _AFTER:
            shorter = ending.sub("", said)
            if shorter and shorter != said:
                yield shorter
