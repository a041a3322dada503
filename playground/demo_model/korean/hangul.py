"""Korean word forms on letters (jamo): an ending is a plain suffix even when it joins the last syllable.

Decomposed, `큰가요` is `크` + `ㄴ가요`, so stems and endings can be matched as strings.
"""

import re
import unicodedata

from botkit.chat.hangul import FINALS, FIRST, INITIALS, MEDIALS, is_syllable, jamo

_FINALS = dict(zip(FINALS[1:], map(chr, range(0x11A8, 0x11C3)), strict=True))
_AS_FINALS = str.maketrans(_FINALS)
_LONE_LETTER = re.compile("[\u3131-\u318e]")
_STRENGTHENED = str.maketrans({"ㅡ": "ㅓ", "ㅗ": "ㅘ", "ㅜ": "ㅝ", "ㅣ": "ㅕ", "ㅚ": "ㅙ"})


def letters(text: str) -> str:
    """The letters of what was typed; a lone consonant stays what it is."""
    return unicodedata.normalize("NFD", text)


def decompose(text: str) -> str:
    """The letters of a pattern or an ending, where a lone consonant such as `ㄴ` stands for a final one."""
    return letters(text.translate(_AS_FINALS))


def compose(text: str) -> str:
    """Compatibility forms made plain, syllables put together, lone letters left alone."""
    plain = "".join(c if _LONE_LETTER.match(c) else unicodedata.normalize("NFKC", c) for c in text)
    return unicodedata.normalize("NFC", plain)


def split(syllable: str) -> tuple[str, str, str] | None:
    """Initial, vowel and final (or nothing) of a syllable; None for any other character."""
    if not is_syllable(syllable):
        return None
    taken_apart = jamo(syllable)
    return taken_apart[0], taken_apart[1], taken_apart[2:]


def final(syllable: str) -> str:
    """The closing consonant of a syllable, or nothing."""
    parts = split(syllable)
    return parts[2] if parts else ""


def _join(initial: str, vowel: str, final: str = "") -> str:
    index = INITIALS.index(initial) * len(MEDIALS) + MEDIALS.index(vowel)
    return chr(FIRST + index * len(FINALS) + FINALS.index(final))


def conjugated(stem: str) -> list[str]:
    """Every shape that a verb or adjective stem takes before an ending, longest first.

    Irregular classes are not looked up: a shape that does not exist (`잡` → `자우`) is never typed either.
    """
    parts = split(stem[-1])
    if parts is None:
        raise ValueError(f"{stem!r} is no stem")
    shapes = {stem, *_closed(stem[:-1], *parts)} if parts[2] else {stem, *_open(stem[:-1], *parts)}
    return sorted(shapes, key=lambda shape: (-len(shape), shape))


def _closed(front: str, initial: str, vowel: str, final: str) -> list[str]:
    bare = front + _join(initial, vowel)
    shapes = {
        "ㄹ": [bare],  # 살 → 사나요
        "ㅂ": [bare + "우", bare + "워", bare + "와"],  # 맵 → 매운, 매워; 돕 → 도와
        "ㄷ": [front + _join(initial, vowel, "ㄹ")],  # 걷 → 걸어요
        "ㅅ": [bare],  # 짓 → 지어요
        "ㅆ": [front + _join(initial, vowel, "ㅅ")],  # 있 → 잇, a common typing
    }
    if front:
        shapes["ㅎ"] = [bare, front + _join(initial, "ㅐ"), front + _join(initial, "ㅖ")]  # 빨갛 → 빨개
    return shapes.get(final, [])


def _open(front: str, initial: str, vowel: str, _final: str) -> list[str]:
    if (initial, vowel) == ("ㅎ", "ㅏ"):  # 하 → 해
        return [front + "해"]
    if (initial, vowel) == ("ㄹ", "ㅡ") and front:  # 빠르 → 빨라, 부르 → 불러
        before = split(front[-1])
        if before is None:
            raise ValueError(f"{front!r} is no stem")
        doubled = front[:-1] + _join(before[0], before[1], "ㄹ")
        return [doubled + "라", doubled + "러"]
    if vowel == "ㅡ":  # 크 → 커, 아프 → 아파
        before = split(front[-1]) if front else None
        return [front + _join(initial, "ㅏ" if before and before[1] in "ㅏㅗ" else "ㅓ")]
    return [front + _join(initial, vowel.translate(_STRENGTHENED))]
