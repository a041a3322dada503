"""Building blocks of compiled patterns: a regular expression together with how a match of it can begin.

Knowing the beginnings lets a question be compared with the few patterns that can match it at all.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

ANYTHING = ""
"""Stands among the openings of a piece that may begin with any letter."""


def opening(letters: str) -> str:
    """What a word is indexed by: its first initial and vowel, or its first character."""
    return letters[:2] if "\u1100" <= letters[:1] <= "\u1112" else letters[:1]


@dataclass(frozen=True, slots=True)
class Piece:
    """`expression` matches decomposed text; `empty` says that it may match nothing."""

    expression: str
    openings: frozenset[str]
    empty: bool = False

    @classmethod
    def word(cls, letters: str) -> "Piece":
        """Exactly these letters."""
        return cls(re.escape(letters), frozenset({opening(letters)}))

    @classmethod
    def any_of(cls, words: Iterable[str]) -> "Piece":
        """One of the words."""
        return cls.one_of([cls.word(word) for word in words])

    @classmethod
    def one_of(cls, pieces: Iterable["Piece"]) -> "Piece":
        """One of the pieces."""
        found = list(pieces)
        return cls(
            f"(?:{'|'.join(piece.expression for piece in found)})",
            frozenset().union(*(piece.openings for piece in found)),
            any(piece.empty for piece in found),
        )

    @classmethod
    def row(cls, pieces: Iterable["Piece"]) -> "Piece":
        """All pieces, one after the other."""
        expression, openings, empty = "", frozenset[str](), True
        for piece in pieces:
            expression += piece.expression
            if empty:
                openings |= piece.openings
            empty = empty and piece.empty
        return cls(expression, openings, empty)

    def maybe(self) -> "Piece":
        """The piece or nothing."""
        return Piece(f"(?:{self.expression})?", self.openings, empty=True)

    def repeated(self) -> "Piece":
        """The piece any number of times."""
        return Piece(f"(?:{self.expression})*", self.openings, empty=True)

    def marked(self) -> "Piece":
        """The piece as a capturing group: taking part turns the meaning round."""
        return Piece(f"({self.expression})", self.openings, self.empty)
