"""Numbers as Korean players write them, and the units behind them."""

import re
import unicodedata
from collections.abc import Mapping

from playground.demo_model.korean.hangul import decompose

_NUMERALS = ("하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉")
_DIGITS = {
    **dict(zip("영일이삼사오육칠팔구", range(10), strict=True)),
    **dict(zip(("한", "두", "세", "네", "스무"), (1, 2, 3, 4, 20), strict=True)),
    **dict(zip(_NUMERALS, range(1, 10), strict=True)),
    **dict(zip(("스물", "서른", "마흔", "쉰"), (20, 30, 40, 50), strict=True)),
}
_SMALL = {"열": 10, "십": 10, "백": 100, "천": 1000}
_LARGE = {"만": 10_000, "억": 100_000_000}
_WORDS = sorted((*_DIGITS, *_SMALL, *_LARGE), key=len, reverse=True)
_TOKEN = re.compile(rf"(?P<digits>\d+(?:\.\d+)?)|(?P<word>{'|'.join(_WORDS)})")

NUMBER = rf"(?:\d+(?:\.\d+)?|{'|'.join(decompose(word) for word in _WORDS)})+"
"""A number over decomposed text."""

_COUNTING = (*_NUMERALS, "한", "두", "세", "네", "열")
COUNT = rf"(?:\d+|{'|'.join(decompose(word) for word in sorted(_COUNTING, key=len, reverse=True))})"
"""A small number as things are counted, over decomposed text."""

_LENGTHS = {
    **dict.fromkeys(("mm", "밀리미터", "밀리"), 0.1),
    **dict.fromkeys(("cm", "센티미터", "센티", "센치", "센치미터"), 1.0),
    **dict.fromkeys(("m", "미터", "메터"), 100.0),
    **dict.fromkeys(("km", "킬로미터"), 100_000.0),
}
UNITS: Mapping[str, Mapping[str, float]] = {
    "size": _LENGTHS,
    "height": _LENGTHS,
    "weight": {
        **dict.fromkeys(("kg", "킬로그램", "킬로", "키로", "킬로그람", "키로그램"), 1000.0),
        **dict.fromkeys(("g", "그램", "그람"), 1.0),
        **dict.fromkeys(("톤", "t"), 1_000_000.0),
    },
    "price": dict.fromkeys(("원", "원짜리"), 1.0),
    "life": dict.fromkeys(("년", "살", "해"), 1.0),
    "speed": dict.fromkeys(("km", "킬로", "킬로미터", "키로"), 1.0),
    "runtime": {"시간": 60.0, "분": 1.0},
}
"""Measure → unit → how many of our units it is (cm, g, won, years, km/h, minutes)."""


def any_of(words: Mapping[str, object] | list[str]) -> str:
    """An alternation over decomposed text, longest word first."""
    return "|".join(re.escape(decompose(word)) for word in sorted(words, key=len, reverse=True))


def composed(text: str) -> str:
    """A matched piece of decomposed text as it is usually written."""
    return unicodedata.normalize("NFC", text)


def number(text: str) -> float:
    """The value of `3`, `세`, `열두`, `2만5천` or `1.5`, composed or not."""
    total = section = current = 0.0
    for token in _TOKEN.finditer(composed(text)):
        word = token["word"]
        if token["digits"]:
            current = float(token["digits"])
        elif word in _DIGITS:
            current += _DIGITS[word]
        elif word in _SMALL:
            section += (current or 1) * _SMALL[word]
            current = 0
        else:
            total += (section + current or 1) * _LARGE[word]
            section = current = 0
    return total + section + current
