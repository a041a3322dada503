"""A text as a reader might see it: cleaned, and with everything that could hide in it brought to light. Pure.

The number of views and their length are bounded, so the work is linear in the length of the text.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_letters

from llm_server.guard import decoders, hangul

PLAIN, SPACED = "plain", "spaced"
MOST = 24
"""Views of one text."""

CHARACTERS = 20_000
"""Characters of all views of one text: five times the longest text."""

DEPTH = 2
"""How often something hidden may hide something else."""

_MANY = 3
"""Letters that stand where no word has them before somebody put them there on purpose."""

_MARKS = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_ACCENTS = re.compile(
    "[\u00c0-\u024f\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1eff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_FOREIGN = re.compile("[\u0131-\u0292\u0370-\u058f\u1d00-\u1d7f]")
_INVISIBLE = re.compile(
    "[\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f"
    "\\ufeff\\uffa0\\ufff9-\\ufffb\\U000e0000-\\U000e01ef]+"
)
_INSIDE = re.compile(f"(?<=[^\\W_]){_INVISIBLE.pattern}(?=[^\\W_])")
_WORDS = re.compile(r"[^\W\d_]+")
_SPACED = re.compile(r"(?<!\w)\w(?:[\W_]{1,3}\w(?!\w)){3,}")
_JAMO = frozenset(map(chr, range(ord("ㄱ"), ord("ㅣ") + 1)))
_LETTERS = frozenset(ascii_letters)
_LEET_WORD = re.compile(r"[a-z0-9@$!|+]+")
_LEET = re.compile(r"[a-z][0-9]|[a-z][@$!|+]{1,3}[a-z0-9]|[0-9@$!|+][a-z][a-z0-9@$!|+]")
_LEET_INSIDE = re.compile(r"[a-z][013457@$!|+8]{1,2}[a-z]|(?<![a-z0-9])[013457@$!|+8][a-z]{2}")
_LEET_LETTERS = str.maketrans("013457@$!|+8", "oieastasiitb")
_DOUBLED = re.compile(r"([a-z가-힣])\1+[a-z가-힣]?([a-z가-힣])\2")
_STUFFED = re.compile("(?<=[가-힣])[0-9a-zᄀ-ᄒㄱ-ㅎ](?=[가-힣])")
_REPEATED = re.compile(r"([^\W\d_])\1+")

_LOOKALIKES = str.maketrans(
    "аьсԁеғһіјкӏмоорԛгѕтѵѡхуαβγεηικνορτυχѕᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢıɩոսօցհ",
    "abcdefhijklmoopqrstvwxyabyenikvoptuxsabcdeghijklmnoprtuvwyziinuogh",
)
"""Letters of other alphabets, lower case, that look like Latin ones."""


@dataclass(frozen=True, slots=True)
class View:
    """A text to look at, and how it came about.

    `hidden`: no honest line hides anything this way. `disguised`: it must be decoded or turned to be read.
    """

    name: str
    text: str
    hidden: bool = False
    disguised: bool = False


def views(text: str) -> list[View]:
    """Every view of a text, the plain one first; equal texts only once."""
    found: dict[str, View] = {}
    _collect(View(PLAIN, text), DEPTH, found, turn=True)
    return list(found.values())


def too_many(found: list[View]) -> bool:
    """Whether there may be more to see than was looked at; an honest text has a handful of views."""
    return len(found) >= MOST or sum(len(view.text) for view in found) >= CHARACTERS


def cleaned(text: str) -> str:
    """Width, case, blanks and invisible characters do not count; look-alikes are Latin in a Latin word."""
    if not text.isascii():
        if _INVISIBLE.search(text):
            text = _INVISIBLE.sub("", text)
        if not unicodedata.is_normalized("NFKC", text):
            text = unicodedata.normalize("NFKC", unicodedata.normalize("NFC", text))
        if _ACCENTS.search(text):
            text = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text)))
        text = text.lower()
        if _FOREIGN.search(text):
            text = _WORDS.sub(_latinised, text)
    else:
        text = text.lower()
    return " ".join(text[: decoders.LONGEST].split())


def invisible_inside(text: str) -> int:
    """How many words have invisible characters in their middle."""
    return len(_INSIDE.findall(text)) if _INVISIBLE.search(text) else 0


def _collect(seen: View, depth: int, found: dict[str, View], *, turn: bool) -> None:
    """Add a view and what hides in it; `turn`: it may be read backwards, too."""
    text = seen.text[: decoders.LONGEST]
    plain = cleaned(text)
    _keep(View(seen.name, plain, seen.hidden, seen.disguised), found)
    for way, read in _readings(text, plain) if turn else ():
        _keep(View(_path(seen.name, way), read, seen.hidden, seen.disguised), found)
    if not depth:
        return
    if turn:
        _keep(View(_path(seen.name, "reversed"), plain[::-1], seen.hidden, disguised=True), found)
    for way, inner, hidden, again in _inner(text, turn=turn):
        if _full(found):
            return
        disguised = seen.disguised or way != "url"
        view = View(_path(seen.name, way), inner, seen.hidden or hidden, disguised)
        _collect(view, depth - 1, found, turn=again)


def _inner(text: str, *, turn: bool) -> Iterator[tuple[str, str, bool, bool]]:
    """What hides in a text: way, text, whether no honest line hides so, whether to read it backwards, too."""
    for way, inner in decoders.hidden(text):
        yield way, inner, True, True
    for way, inner in decoders.encoded(text):
        yield way, inner, False, way != "url"
    if turn:
        for way, inner in decoders.rearranged(text):
            yield way, inner, False, False


def _readings(text: str, plain: str) -> Iterator[tuple[str, str]]:
    """Other ways to read what stands there openly, clean."""
    shown = set(text)
    if not shown.isdisjoint(_JAMO):
        if (joined := hangul.joined(text)) is not None:
            yield "jamo", cleaned(joined)
        if (untyped := hangul.untyped(text)) is not None:
            yield "keyboard", cleaned(untyped)
    if not shown.isdisjoint(_LETTERS) and (retyped := hangul.retyped(text)) is not None:
        yield "keyboard", cleaned(retyped)
    if _SPACED.search(plain):
        yield SPACED, _SPACED.sub(lambda match: re.sub(r"[\W_]", "", match[0]), plain)
    if _LEET_INSIDE.search(plain) and _LEET_INSIDE.search(bare := decoders.ADDRESS.sub(" ", plain)):
        yield "leetspeak", _LEET_WORD.sub(_unleeted, bare)
    if len(_STUFFED.findall(plain)) >= _MANY:
        yield "stuffed", _STUFFED.sub("", plain)
    if _DOUBLED.search(plain):
        yield "doubled", _REPEATED.sub(r"\1", plain)


def _unleeted(match: re.Match[str]) -> str:
    return match[0].translate(_LEET_LETTERS) if _LEET.search(match[0]) else match[0]


def _keep(view: View, found: dict[str, View]) -> None:
    if view.text and not _full(found):
        found.setdefault(view.text, view)


def _full(found: dict[str, View]) -> bool:
    return len(found) >= MOST or sum(map(len, found)) >= CHARACTERS


def _path(name: str, way: str) -> str:
    return way if name == PLAIN else f"{name}/{way}"


def _latinised(match: re.Match[str]) -> str:
    """The word in Latin letters, when all of its letters look so."""
    seen = match[0].translate(_LOOKALIKES)
    return seen if seen.isascii() else match[0]
