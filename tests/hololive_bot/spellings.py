"""Every name of every member, written as people write it. For the tests and the figures of the name index."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from hololive_bot.members import Member
from hololive_bot.spelling import key

KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
HIRAGANA = {code + 0x60: code for code in range(0x3041, 0x3097)}
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
SLIPS = {0: 4, 4: 0, 1: 5, 5: 1, 8: 13, 13: 8, 20: 18, 18: 20}
"""Vowels that are mistaken for each other: ㅏ ㅓ, ㅐ ㅔ, ㅗ ㅜ, ㅣ ㅡ."""


@dataclass(frozen=True)
class Spelling:
    """A way to write a name of a member."""

    kind: str
    text: str
    member: Member


def spellings(members: Iterable[Member]) -> list[Spelling]:
    """All of them; the slips are always the same."""
    dice = Random(1)
    return [
        Spelling(kind, text, member)
        for member in members
        for name in member.names()
        for kind, text in (*_written(name), *_mistyped(name, dice))
    ]


def _written(name: str) -> Iterator[tuple[str, str]]:
    yield "as in the data", name
    if " " in name:
        yield "without blanks", name.replace(" ", "")
        yield "with underscores", name.replace(" ", "_")
        yield "with wide blanks", name.replace(" ", "\u3000")
    if name.isascii():
        yield "small", name.lower()
        yield "capital", name.upper()
        yield "full width", name.translate(WIDE)
    if name != name.translate(KATAKANA):
        yield "in katakana", name.translate(KATAKANA)
    if name != name.translate(HIRAGANA):
        yield "in hiragana", name.translate(HIRAGANA)
    if _is_korean(name) and len(name) > 1:
        yield "with respect", f"{name}님"
        yield "with affection", f"{name}짱"
    if any("ぁ" <= char <= "ヶ" for char in name) and len(name) > 2:
        yield "with さん", f"{name}さん"
    if unicodedata.normalize("NFD", name) != name:
        yield "decomposed", unicodedata.normalize("NFD", name)


def _mistyped(name: str, dice: Random) -> Iterator[tuple[str, str]]:
    """One wrong vowel in a Korean name, one wrong letter in a Latin one; short names are left alone."""
    places = [place for place, char in enumerate(name) if char.isalpha()]
    if _is_korean(name) and len(places) >= 3:
        place = dice.choice(places)
        initial, rest = divmod(ord(name[place]) - 0xAC00, 588)
        vowel, final = divmod(rest, 28)
        wrong = chr(0xAC00 + initial * 588 + SLIPS.get(vowel, (vowel + 2) % 21) * 28 + final)
        yield "with a wrong vowel", name[:place] + wrong + name[place + 1 :]
    if name.isascii() and len(key(name)) >= 6:
        place = dice.choice(places)
        yield (
            "with a wrong letter",
            name[:place] + dice.choice("abcdefghijklmnopqrstuvwxyz") + name[place + 1 :],
        )


def _is_korean(name: str) -> bool:
    return all("가" <= char <= "힣" or char == " " for char in name)
