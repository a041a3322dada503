"""An attempted solution × puzzle → how near it is, which facts it tells, and what is missing."""

import re
import unicodedata
from dataclasses import dataclass

from playground.demo_model.turtlesoup.spec import PuzzleSpec

_DENIED = re.compile(r".{0,4}?아니|.{0,2}?(지않|은적없)")
"""Behind a word: it takes it back. "무서워 들어가지 않아서" denies the going, not the fear."""
_NEGATIVE = re.compile("못|안|않|지$|없|아니")
_CHOICE = re.compile("거나|또는|아니면|혹은")


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a solution was judged; `facts` are numbers, from 1."""

    result: str
    facts: tuple[int, ...]
    missing: str = ""


def judge(puzzle: PuzzleSpec, text: str) -> Attempt:
    """YES tells a fact of each core group and nothing wrong; CLOSE tells one of them."""
    said = squeezed(text)
    if said == squeezed(puzzle.answer):
        return Attempt("YES", tuple(range(1, len(puzzle.facts) + 1)))
    told = {
        number
        for number, fact in enumerate(puzzle.facts, 1)
        if any(_tells(said, pattern) for pattern in fact.told)
    }
    lacking = [group for group in puzzle.core if not told & set(group)]
    spoilt = bool(_CHOICE.search(said)) or any(_tells(said, pattern) for pattern in puzzle.wrong)
    facts = tuple(sorted(told))
    if not lacking and not spoilt:
        return Attempt("YES", facts)
    if len(lacking) + spoilt >= len(puzzle.core):
        return Attempt("NO", facts)
    return Attempt("CLOSE", facts, puzzle.facts[lacking[0][0] - 1].nudge if lacking else "")


def squeezed(text: str) -> str:
    """Syllables alone."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def _tells(said: str, pattern: str) -> bool:
    return all(
        any(_states(said, word) for word in group.split("|"))
        for group in squeezed_pattern(pattern).split("&")
    )


def squeezed_pattern(pattern: str) -> str:
    """A pattern without blanks."""
    return "".join(pattern.split())


def _states(said: str, word: str) -> bool:
    """Whether the word stands there, and is not taken back right behind it; one with `!` may be."""
    if word.endswith("!"):
        return word[:-1] in said
    at = said.find(word)
    while at >= 0:
        if _NEGATIVE.search(word) or not _DENIED.match(said, at + len(word)):
            return True
        at = said.find(word, at + 1)
    return False
