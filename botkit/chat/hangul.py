"""Hangul arithmetic: jamo, initials, particles that fit, and how far apart two words sound."""

import unicodedata

from rapidfuzz.distance import Levenshtein

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
MEDIALS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")

FIRST, LAST = 0xAC00, 0xD7A3
_PER_INITIAL = len(MEDIALS) * len(FINALS)

_INVISIBLE = dict.fromkeys(
    [
        *range(0x200B, 0x2010),  # zero-width space to right-to-left mark
        *range(0x202A, 0x202F),  # bidirectional embeddings and overrides
        *range(0x2060, 0x2070),  # word joiner, isolates
        *range(0xFE00, 0xFE10),  # variation selectors
        *range(0xE0000, 0xE0080),  # tag characters
        0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x180E, 0x3164, 0xFEFF, 0xFFA0,
    ]
)  # fmt: skip


def is_syllable(char: str) -> bool:
    """Whether `char` is one composed Hangul syllable."""
    return FIRST <= ord(char) <= LAST


def visible(text: str) -> str:
    """NFC without zero-width and other invisible characters."""
    return unicodedata.normalize("NFC", text).translate(_INVISIBLE)


def jamo(text: str) -> str:
    """Syllables taken apart into compatibility jamo; everything else as it is."""
    out: list[str] = []
    for char in text:
        if is_syllable(char):
            initial, rest = divmod(ord(char) - FIRST, _PER_INITIAL)
            medial, final = divmod(rest, len(FINALS))
            out.append(INITIALS[initial] + MEDIALS[medial] + FINALS[final])
        else:
            out.append(char)
    return "".join(out)


def initials(text: str) -> str:
    """The first consonant of each syllable (초성); everything else as it is."""
    return "".join(INITIALS[(ord(c) - FIRST) // _PER_INITIAL] if is_syllable(c) else c for c in text)


def has_final(text: str) -> bool:
    """Whether the last character ends in a consonant, as far as particles are concerned.

    Digits are read the Sino-Korean way; anything unknown counts as ending in a vowel.
    """
    if not text:
        return False
    last = text[-1]
    if is_syllable(last):
        return (ord(last) - FIRST) % len(FINALS) != 0
    return last.lower() in "013678lmn"


def with_particle(word: str, after_consonant: str, after_vowel: str) -> str:
    """`word` with the particle that fits it, e.g. `with_particle("고양이", "은", "는")` → 고양이는."""
    return word + (after_consonant if has_final(word) else after_vowel)


def distance(left: str, right: str) -> int:
    """Edit distance counted in jamo (Levenshtein)."""
    return Levenshtein.distance(jamo(left), jamo(right))
