"""Predicates that can be recognised in a question, and an index of them."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from playground.demo_model.korean.endings import State
from playground.demo_model.twentyq.claims import Claim, negated
from playground.demo_model.twentyq.pieces import ANYTHING, opening

Make = Callable[[re.Match[str]], Claim]
"""What a match claims."""


def always(claim: Claim) -> Make:
    """The same claim, whatever was matched."""
    return lambda _match: claim


@dataclass(frozen=True, slots=True)
class Found:
    """A predicate that was recognised: where it ends, what kind of word closes it, and what it claims."""

    end: int
    state: State
    claim: Claim


@dataclass(frozen=True, slots=True)
class Head:
    """What comes before the ending: a compiled pattern, closed by a verb or by a noun.

    Every capturing group without a name that took part in a match turns the claim round once.
    """

    pattern: re.Pattern[str]
    openings: frozenset[str]
    state: State
    make: Make

    def found(self, text: str, at: int) -> Iterator[Found]:
        """Every way in which this predicate may stand at `at`, longest first."""
        if not self.pattern.match(text, at):
            return
        for end in range(len(text), at, -1):
            if match := self.pattern.fullmatch(text, at, end):
                yield Found(end, self.state, negated(self.make(match), self._turns(match)))

    def _turns(self, match: re.Match[str]) -> bool:
        named = self.pattern.groupindex.values()
        taken = [i for i in range(1, self.pattern.groups + 1) if i not in named and match[i] is not None]
        return len(taken) % 2 == 1


class Heads:
    """Many heads, indexed by how they can begin; the order in which they were given is kept."""

    def __init__(self, heads: Iterable[Head]) -> None:
        index: dict[str, list[tuple[int, Head]]] = defaultdict(list)
        for number, head in enumerate(heads):
            for key in head.openings:
                index[key].append((number, head))
        self._index = dict(index)

    def found(self, text: str, at: int) -> list[Found]:
        """Every predicate that may stand at `at`, longest first, then in the given order."""
        keys = (ANYTHING, opening(text[at : at + 2]))
        candidates = sorted(
            chain.from_iterable(self._index.get(key, ()) for key in keys), key=lambda item: item[0]
        )
        found = [one for _, head in candidates for one in head.found(text, at)]
        return sorted(found, key=lambda one: -one.end)
