"""When two names are the same or nearly so, and when a text gives a secret away. Pure."""

import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz.distance import Levenshtein

from botkit.chat.hangul import INITIALS, initials, is_syllable, jamo

_PARTICLES = re.compile(
    "[은는이가을를의에도만와과로야여랑요란나아]|이나|이야|이란|이랑|으로|에서|에게|한테|처럼|보다|까지|부터|마저|조차|마다|밖에"
    "|들[은이을의]|이다|이며|이고|입니다|이에요|예요|이었다|였다|이?라|이?라면|이?라는"
)
_WORD = re.compile(r"\w+")
_INITIALS_RUN = re.compile(f"[{INITIALS}](?:[\\s.,·/|-]{{0,2}}[{INITIALS}])+")
_QUOTED = 8
"""Characters in a row, blanks aside, that two texts do not share by chance."""

_SHORTEST_MISSPELT = 3
"""Syllables: of shorter names one jamo makes another word (감, 간, 강)."""


_CONFUSED = tuple(
    map(
        frozenset,
        (
            "ㅐㅔ",
            "ㅒㅖ",
            "ㅚㅙㅞ",
            "ㅢㅣㅔ",
            "ㅓㅗ",
            "ㅜㅡ",
            "ㄱㄲㅋ",
            "ㄷㄸㅌ",
            "ㅂㅃㅍ",
            "ㅅㅆ",
            "ㅈㅉㅊ",
            "ㅇㅎ",
        ),
    )
)
"""Jamo that sound alike. Any other pair makes another word: 물고기 and 불고기, 사각형 and 삼각형."""


def normal(text: str) -> str:
    """For comparing: case, width, spaces and punctuation do not count."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(char for char in folded if unicodedata.category(char)[0] not in "PZC")
    return unicodedata.normalize("NFC", kept)


def misspelt(said: str, name: str) -> bool:
    """Whether `said` is the Hangul `name` but for one jamo that sounds like the right one.

    Both are `normal`; equal is not misspelt.
    """
    if min(len(said), len(name)) < _SHORTEST_MISSPELT or not all(map(is_syllable, said + name)):
        return False
    one, other = jamo(said), jamo(name)
    if len(one) != len(other):
        return False
    wrong = [{a, b} for a, b in zip(one, other, strict=True) if a != b]
    return len(wrong) == 1 and any(wrong[0] <= confused for confused in _CONFUSED)


def alike(said: str, names: Iterable[str]) -> bool:
    """Whether `said` contains, is part of, or is spelt much like one of the names, all of them `normal`."""
    return any(
        name and said and (name in said or said in name or _similarity(said, name) >= 0.7) for name in names
    )


def reveals(text: str, names: Iterable[str]) -> bool:
    """Whether `text` tells one of the names, however it is spaced: forwards, backwards, in jamo, by initials.

    A name of one syllable must stand as a word, alone or with a particle: `물` is in every other Korean word.
    """
    squeezed = normal(text)
    words = {normal(word) for word in _WORD.findall(unicodedata.normalize("NFKC", text))}
    runs = {"".join(filter(INITIALS.__contains__, run)) for run in _INITIALS_RUN.findall(text)}
    runs = {run for run in runs if len(set(run)) > 1}  # ㅋㅋ is laughter
    return any(_told(name, squeezed, words, runs) for name in map(normal, names) if name)


def stems(text: str) -> set[str]:
    """The words of a text, `normal` and without their particles; what is left has two characters at least."""
    words = map(normal, _WORD.findall(unicodedata.normalize("NFKC", text)))
    return {stem for stem in map(_without_particle, words) if len(stem) > 1}


def quotes(text: str, secret: str, *, known: str = "") -> bool:
    """Whether `text` repeats eight characters in a row of `secret` that are not in what is `known` anyway."""
    said, hidden, told = map(normal, (text, secret, known))
    pieces = {hidden[at : at + _QUOTED] for at in range(len(hidden) - _QUOTED + 1)}
    return any(
        said[at : at + _QUOTED] in pieces and said[at : at + _QUOTED] not in told
        for at in range(len(said) - _QUOTED + 1)
    )


def _without_particle(word: str) -> str:
    cuts = (at for at in range(2, len(word)) if _PARTICLES.fullmatch(word, at))
    return word[: next(cuts, len(word))]


def _told(name: str, squeezed: str, words: set[str], runs: set[str]) -> bool:
    if len(name) == 1:
        return any(
            word == name or (word[0] == name and _PARTICLES.fullmatch(word, 1)) for word in words if word
        )
    if name in squeezed or (len(name) > 2 and name[::-1] in squeezed):
        return True
    if not all(map(is_syllable, name)):
        return False
    return unicodedata.normalize("NFKC", jamo(name)) in squeezed or initials(name) in runs


def _similarity(one: str, other: str) -> float:
    return Levenshtein.normalized_similarity(jamo(one), jamo(other))
