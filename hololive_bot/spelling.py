"""Two spellings of a name are the same when their keys are. Pure."""

import re
import unicodedata

from botkit.chat.hangul import jamo, visible

ENDINGS = ("짱", "쨩", "님", "씨", "さん", "ちゃん", "様")
"""Said after a name; tried without when the whole is nobody."""

_PASSED_OVER = re.compile(r"[\s_\-.!?☆★・·'’ʼー—+]")
_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_OF_NO_ALPHABET = re.compile(r"[a-z0-9]")


def key(text: str) -> str:
    """Without case, width, blanks, marks, and the difference between the two kana."""
    folded = visible(unicodedata.normalize("NFKC", text)).lower()
    return unicodedata.normalize("NFC", _PASSED_OVER.sub("", folded).translate(_KATAKANA))


def without_ending(spelled: str) -> str | None:
    """A key without the word of respect at its end, if it has one."""
    for ending in map(key, ENDINGS):
        if spelled.endswith(ending) and len(spelled) > len(ending):
            return spelled.removesuffix(ending)
    return None


def letters(spelled: str) -> str:
    """A key with its Hangul taken apart, so that a slip of one key on the keyboard is one letter."""
    return jamo(spelled)


def is_long_enough_within(spelled: str) -> bool:
    """Whether a key may be looked for inside names: 2 characters, or 3 Latin letters."""
    return len(spelled) >= (3 if _OF_NO_ALPHABET.fullmatch(spelled[0]) else 2)


def slips_allowed(spelled: str) -> int:
    """How many letters of a key may be wrong for a near match."""
    count = len(letters(spelled))
    return 0 if count < 3 else 1 if count <= 5 else 2
