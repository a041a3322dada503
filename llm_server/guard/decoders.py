"""Channels in which a text can hide another one. Pure, total, each linear in the length of its text."""

import base64
import binascii
import codecs
import html
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

LONGEST = 4096
"""Characters of one decoded text."""

_PRINTABLE = 0.9
_SHORTEST = 4
_WORD = 3
_LONG_WORD = re.compile(r"\S{12}")
_RUN = re.compile(r"[A-Za-z0-9+/=_-]{12}|[0-9A-Fa-f]{2}(?:[\s,:][0-9A-Fa-f]{2}){5}")
"""What an encoding looks like from either end."""

_MANY_DIGITS = 8
_DIGITS = "0123456789"
_HIDING = re.compile("[\u200b-\u2064\ufe00-\ufe0f\ufeff\U000e0020-\U000e01ef]")
_TAGS = re.compile("[\U000e0020-\U000e007e]{4,}")
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007f]{1,7}")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")
_BITS = re.compile("[\u200b-\u200d\u2060\u2062-\u2064\ufeff]{32,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,4096}={0,2}")
_BASE32 = re.compile(r"[A-Z2-7]{16,4096}={0,6}|[a-z2-7]{24,4096}={0,6}")
_HEX = re.compile(r"(?:(?:0x|\\x)?[0-9A-Fa-f]{2}[\s,:]{0,2}){6,2048}")
_BINARY = re.compile(r"(?:[01]{8}\s?){5,512}")
_ESCAPES = re.compile(r"\\u\{?([0-9A-Fa-f]{4,6})\}?|\\x([0-9A-Fa-f]{2})|U\+([0-9A-Fa-f]{4,6})")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}){2,}")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[a-zA-Z]{2,8});")
_OVERRIDE = re.compile("[\u202b\u202e\u2067]([^\u202c\u2069]*)[\u202c\u2069]?")
"""Text that is shown from right to left."""

ADDRESS = re.compile(r"https?://\S+")
_LATIN = re.compile("[A-Za-z]+")
_LATIN_TEXT = 10
_VOWEL = re.compile("[aeiouAEIOU]")
_VOWELS_OF_TEN = 3
"""English has more vowels than this among ten letters, and turned by 13 fewer."""

_COMMON = """
the you your is are it to of and in a an i for that this my me what can not do does did have be he she was so
"""
COMMON = frozenset(_COMMON.split())
"""Words that English of any length has."""


def hidden(text: str) -> Iterator[tuple[str, str]]:
    """Texts in channels that no honest line uses: (channel, text)."""
    if text.isascii() or not _HIDING.search(text):
        return
    if found := _TAGS.findall(_FLAG.sub("", text)):
        yield "tag_characters", "".join(chr(ord(char) - 0xE0000) for run in found for char in run)
    for run in _SELECTORS.findall(text):
        raw = bytes(ord(char) - 0xFE00 if ord(char) < 0xFE10 else ord(char) - 0xE0100 + 16 for char in run)
        if decoded := _readable(raw):
            yield "variation_selectors", decoded
    for run in _BITS.findall(text):
        for decoded in _bits(run):
            yield "zero_width_bits", decoded


def encoded(text: str) -> Iterator[tuple[str, str]]:
    """Texts in encodings that an honest line may contain by accident: (encoding, text)."""
    if _LONG_WORD.search(text):
        yield from _replaced("base64", _BASE64, text, _from_base64)
        yield from _replaced("base32", _BASE32, text, _from_base32)
    if sum(map(text.count, _DIGITS)) >= _MANY_DIGITS:
        yield from _replaced("hex", _HEX, text, _from_hex)
        yield from _replaced("binary", _BINARY, text, _from_binary)
    if "%" in text and _PERCENT.search(text):
        yield "url", unquote(text, errors="replace")
    if "&" in text and _ENTITY.search(text):
        yield "entities", html.unescape(text)
    if ("\\" in text or "U+" in text) and _ESCAPES.search(text):
        yield "escapes", _ESCAPES.sub(_character, text)


def rearranged(text: str) -> Iterator[tuple[str, str]]:
    """The text read another way, where that could hide something: (way, text)."""
    if _OVERRIDE.search(text):
        yield "bidi", _OVERRIDE.sub(lambda match: match[1][::-1], text)
    bare = ADDRESS.sub(" ", text) if "://" in text else text
    if _RUN.search(bare) and any("\ufffd" not in decoded for _, decoded in encoded(bare[::-1])):
        yield "reversed", bare[::-1]
    words = _LATIN.findall(text)
    latin = sum(len(word) for word in words if len(word) >= _WORD)
    if (
        latin < _LATIN_TEXT
        or latin * 2 <= len(text)
        or _VOWELS_OF_TEN * latin < 10 * len(_VOWEL.findall(text))
    ):
        return
    if sum(word.lower() in COMMON for word in words) * 12 < latin:
        yield "rot13", codecs.encode(text, "rot13")


def _replaced(
    name: str, pattern: re.Pattern[str], text: str, decode: Callable[[str], str | None]
) -> Iterator[tuple[str, str]]:
    """The text with every run that can be decoded put in place, when there is one."""
    found = False

    def put(match: re.Match[str]) -> str:
        nonlocal found
        decoded = decode(match[0])
        found = found or decoded is not None
        return match[0] if decoded is None else f" {decoded} "

    changed = pattern.sub(put, text)
    if found:
        yield name, changed


def _from_base64(run: str) -> str | None:
    bare = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return _readable(base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True))
    except binascii.Error:
        return None


def _from_base32(run: str) -> str | None:
    bare = run.rstrip("=").upper()
    try:
        return _readable(base64.b32decode(bare + "=" * (-len(bare) % 8)))
    except binascii.Error:
        return None


def _from_hex(run: str) -> str | None:
    digits = re.sub(r"0x|\\x|[\s,:]", "", run)
    return _readable(bytes.fromhex(digits)) if len(digits) % 2 == 0 else None


def _from_binary(run: str) -> str | None:
    digits = "".join(run.split())
    return _readable(bytes(int(digits[at : at + 8], 2) for at in range(0, len(digits), 8)))


def _bits(run: str) -> Iterator[str]:
    """A run of two kinds of invisible characters, read as bits with either of them as one."""
    kinds = sorted(set(run))
    if len(kinds) == 2:
        for one in kinds:
            digits = "".join("01"[char == one] for char in run)
            whole = len(digits) // 8 * 8
            if decoded := _readable(bytes(int(digits[at : at + 8], 2) for at in range(0, whole, 8))):
                yield decoded


def _character(match: re.Match[str]) -> str:
    number = int(match[1] or match[2] or match[3], 16)
    return chr(number) if number < 0x110000 else match[0]


def _readable(raw: bytes) -> str | None:
    """The text of bytes, when they are one that somebody could read."""
    try:
        text = raw[:LONGEST].decode()
    except UnicodeDecodeError:
        return None
    printable = sum(char.isprintable() or char.isspace() for char in text)
    return text if len(text) >= _SHORTEST and printable > _PRINTABLE * len(text) else None
