"""What may follow a predicate: endings, negations, and the links to another predicate.

The grammar is data (`knowledge/endings.yml`); this walks it. A question is understood only when every letter
of it is accounted for, which is what keeps the demo from guessing.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from playground.demo_model.files import Strict, Words
from playground.demo_model.korean.hangul import decompose


class EndingSpec(Strict):
    """One row of the automaton."""

    from_: Words = Field(alias="from")
    to: str
    forms: Words
    flips: bool = False
    some: bool = False


class State(StrEnum):
    """Where in the sentence we are; the last two are reached only through a link."""

    STEM = "stem"
    NOUN = "noun"
    THING = "thing"
    DONE = "done"
    WHOSE = "whose"
    AND = "and"
    OR = "or"


@dataclass(frozen=True, slots=True)
class Tail:
    """One way to read what follows a predicate: `at` is where a link continues, or the end of the text.

    `flips` is a negation; `some` asks only whether it is ever so (`…기도 하나요?`).
    """

    flips: bool
    some: bool
    link: State
    at: int


_MAY_STOP = frozenset({State.STEM, State.NOUN, State.THING, State.DONE})
_LINKS = frozenset({State.WHOSE, State.AND, State.OR})


@dataclass(frozen=True, slots=True)
class _Move:
    form: str
    to: State
    flips: bool
    some: bool


_Moves = dict[tuple[State, str], list[_Move]]


class Endings:
    """The automaton, ready to walk over texts."""

    def __init__(self, rows: Sequence[EndingSpec]) -> None:
        moves: _Moves = defaultdict(list)
        for row in rows:
            for form in map(decompose, row.forms):
                for source in row.from_:
                    moves[State(source), form[0]].append(_Move(form, State(row.to), row.flips, row.some))
        self._moves = {key: sorted(found, key=lambda move: -len(move.form)) for key, found in moves.items()}

    def walk(self, text: str) -> "Walk":
        """A walk over one decomposed text; it remembers what it found."""
        return Walk(self._moves, text)


class Walk:
    """All that can follow in one text."""

    def __init__(self, moves: _Moves, text: str) -> None:
        self.text = text
        self._moves = moves
        self._known: dict[tuple[int, State], list[Tail]] = {}

    def tails(self, at: int, state: State) -> list[Tail]:
        """Every reading of `text[at:]`, a complete sentence first; longer forms win over shorter ones."""
        key = (at, state)
        if key not in self._known:
            self._known[key] = self._find(at, state)
        return self._known[key]

    def _find(self, at: int, state: State) -> list[Tail]:
        if at == len(self.text):
            return [Tail(False, False, State.DONE, at)] if state in _MAY_STOP else []
        found: dict[tuple[State, int], Tail] = {}
        if state in _LINKS:
            found[state, at] = Tail(False, False, state, at)
        for move in self._moves.get((state, self.text[at]), ()):
            if self.text.startswith(move.form, at):
                for tail in self.tails(at + len(move.form), move.to):
                    whole = Tail(tail.flips != move.flips, tail.some or move.some, tail.link, tail.at)
                    found.setdefault((tail.link, tail.at), whole)
        return sorted(found.values(), key=lambda tail: (tail.link is not State.DONE, tail.at))
