"""When two names are the same, and when a text gives a name away. Pure."""

import re
import unicodedata
from collections.abc import Iterable

_PARTICLES = re.compile(
    "[은는이가을를의에도만와과로야여랑요란나아]|이나|이야|이란|이랑|으로|에서|에게|한테|처럼|보다|까지|부터|마저|조차|마다|밖에"
    "|들[은이을의]|이다|이며|이고|입니다|이에요|예요|이었다|였다|이?라|이?라면|이?라는"
)
_WORD = re.compile(r"\w+")


def normal(text: str) -> str:
    """For comparing: case, width, spaces and punctuation do not count."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(char for char in folded if unicodedata.category(char)[0] not in "PZC")
    return unicodedata.normalize("NFC", kept)


def reveals(text: str, names: Iterable[str]) -> bool:
    """Whether `text` contains one of the names, however it is spaced.

    A name of one syllable must stand as a word, alone or with a particle: `물` is in every other Korean word.
    """
    squeezed = normal(text)
    words = {normal(word) for word in _WORD.findall(unicodedata.normalize("NFKC", text))}
    return any(_in(name, squeezed, words) for name in map(normal, names) if name)


def _in(name: str, squeezed: str, words: set[str]) -> bool:
    if len(name) > 1:
        return name in squeezed
    return any(word == name or (word[0] == name and _PARTICLES.fullmatch(word, 1)) for word in words if word)
