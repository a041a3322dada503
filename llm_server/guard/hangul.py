"""Korean that was taken apart or typed on the wrong keyboard. Pure, total, linear."""

import re

from botkit.chat.hangul import FINALS, FIRST, INITIALS, MEDIALS, jamo
from llm_server.guard.decoders import COMMON

_KEYS = dict(
    zip(
        "qwertyuiopasdfghjklzxcvbnmQWERTOP",
        "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡㅃㅉㄸㄲㅆㅒㅖ",
        strict=True,
    )
)
"""The two-set keyboard."""

_KEY_OF = {sign: key.lower() for key, sign in _KEYS.items()}
_VOWELS = {"ㅗㅏ": "ㅘ", "ㅗㅐ": "ㅙ", "ㅗㅣ": "ㅚ", "ㅜㅓ": "ㅝ", "ㅜㅔ": "ㅞ", "ㅜㅣ": "ㅟ", "ㅡㅣ": "ㅢ"}
_PAIRS = dict(
    zip(
        ["ㄱㅅ", "ㄴㅈ", "ㄴㅎ", "ㄹㄱ", "ㄹㅁ", "ㄹㅂ", "ㄹㅅ", "ㄹㅌ", "ㄹㅍ", "ㄹㅎ", "ㅂㅅ"],
        "ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ",
        strict=True,
    )
)
_PLACE = {sign: place for signs in (INITIALS, MEDIALS) for place, sign in enumerate(signs)}
_END = {sign: place for place, sign in enumerate(FINALS)}
_SYLLABLE = re.compile(
    f"([{INITIALS}])({'|'.join(_VOWELS)}|[{MEDIALS}])((?:{'|'.join(_PAIRS)}|[{''.join(FINALS)}])(?![{MEDIALS}]))?"
)
"""A consonant before a vowel begins a syllable, so it ends none."""

_LETTERS = str.maketrans(
    _KEY_OF
    | {double: "".join(_KEY_OF[sign] for sign in parts) for parts, double in (_VOWELS | _PAIRS).items()}
)
_WRITTEN, _STRANGE = frozenset("ㅋㅎㅠㅜㅇㄱㄴㅡ"), 3
"""Jamo that people write alone, and how many kinds of others show that somebody meant letters."""

_RUN = re.compile(r"[ㄱ-ㅎㅏ-ㅣ](?:[\s.,·/|_-]{0,2}[ㄱ-ㅎㅏ-ㅣ]){3,}")
_JAMO = re.compile("[ㄱ-ㅎㅏ-ㅣ]")
_VOWEL = re.compile("[ㅏ-ㅣ]")
_LATIN = re.compile("[A-Za-z]+")
_INITIAL, _MEDIAL = "[qwertasdfgzxcvQWERT]", "[yuiophjklbnmOP]"
_TYPED = re.compile(f"(?:{_INITIAL}{_MEDIAL}{{1,2}}{_INITIAL}{{0,2}})+", re.IGNORECASE)
"""Keys of syllables."""

_WORD = 3
"""Keys of a word that is worth typing again."""


def composed(signs: str) -> str:
    """Compatibility jamo as syllables, as an input method makes them; what fits nowhere stays as it is."""
    return _SYLLABLE.sub(_syllable, signs)


def _syllable(match: re.Match[str]) -> str:
    initial, medial, final = match.groups("")
    place = _PLACE[initial] * len(MEDIALS) + _PLACE[_VOWELS.get(medial, medial)]
    return chr(FIRST + place * len(FINALS) + _END[_PAIRS.get(final, final)])


def joined(text: str) -> str | None:
    """The text with its runs of jamo composed; None when there is none with a vowel."""
    found = False

    def put(match: re.Match[str]) -> str:
        nonlocal found
        if not _VOWEL.search(match[0]):
            return match[0]
        found = True
        groups = ["".join(_JAMO.findall(group)) for group in match[0].split()]
        return " ".join(map(composed, groups)) if min(map(len, groups)) > 1 else composed("".join(groups))

    changed = _RUN.sub(put, text)
    return changed if found else None


def retyped(text: str) -> str | None:
    """The text typed on a Korean keyboard; None unless most of its Latin words become Korean there."""
    latin = _LATIN.findall(text)
    words = [word for word in latin if len(word) >= _WORD]
    if not words or sum(word.lower() in COMMON for word in latin) > len(words) // 4:
        return None
    korean = {word: typed for word in set(words) if (typed := _typed(word)) is not None}
    if 2 * sum(len(word) for word in words if word in korean) <= sum(map(len, words)):
        return None
    return _LATIN.sub(lambda match: korean.get(match[0], match[0]), text)


def untyped(text: str) -> str | None:
    """The text typed on a Latin keyboard; None unless jamo stand alone that nobody writes so."""
    alone = set(_JAMO.findall(text)) - _WRITTEN
    if len(alone) < _STRANGE or not any(map(_VOWEL.match, alone)):
        return None
    return jamo(text).translate(_LETTERS)


def _typed(word: str) -> str | None:
    """The word on the Korean keyboard, when nothing but whole syllables comes out."""
    if not _TYPED.fullmatch(word):
        return None
    keys = [_KEYS.get(char) or _KEYS.get(char.lower(), "") for char in word]
    typed = composed("".join(keys))
    return None if _JAMO.search(typed) else typed
