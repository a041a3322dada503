"""Text as KakaoTalk shows it: bubbles of 500 code points, folding, no markdown."""

import re
import unicodedata
from collections.abc import Iterator

BUBBLE = 500
"""Code points in one bubble; longer ones are folded behind "전체보기"."""

MAX_BUBBLES = 10
"""Bubbles in one reply."""

NUMBERED_FROM = 4
"""Replies of at least so many bubbles are numbered."""

FOLDED_BUBBLE = 3500
"""Code points in a folded bubble with its padding: KakaoTalk keeps messages of 3,900 and more elsewhere."""

HEADLINE = 200
"""A first line longer than this heads nothing."""

ZERO_WIDTH_SPACE = "\u200b"
FOLD_PADDING = 500

_SENTENCE_END = re.compile(r"[.!?。!?…]+[\"'”’)\]]*\s+")
_SPACES = re.compile(r"\s+")
_MARKDOWN = (
    (re.compile(r"```[^\n]*\n?|```"), ""),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
    (re.compile(r"\*\*([^*\n]+)\*\*"), r"\1"),
    (re.compile(r"__([^_\n]+)__"), r"\1"),
    (re.compile(r"^#{1,6}\s+", re.MULTILINE), ""),
    (re.compile(r"^\s*[-*]\s+", re.MULTILINE), "· "),
    (re.compile(r"\[([^\]\n]+)\]\((https?://[^)\s]+)\)"), r"\1 (\2)"),
)


def split(text: str, limit: int = BUBBLE) -> list[str]:
    """Cut a text into parts of at most `limit` code points; joined they are the text again.

    Breaks fall after a line, else after a sentence, else after a word, else between graphemes. A grapheme
    longer than the limit is cut, because a bubble cannot hold it.
    """
    parts: list[str] = []
    rest = text
    while len(rest) > limit:
        cut = _best_cut(rest, limit)
        parts.append(rest[:cut])
        rest = rest[cut:]
    parts.append(rest)
    return parts


def _best_cut(text: str, limit: int) -> int:
    window = text[:limit]
    line = window.rfind("\n") + 1
    if line > limit // 4:
        return line
    for ends in (_ends(_SENTENCE_END, window), _ends(_SPACES, window)):
        cut = max(ends, default=0)
        if cut > limit // 4:
            return cut
    return line or _grapheme_cut(text, limit)


def _ends(pattern: re.Pattern[str], text: str) -> Iterator[int]:
    return (match.end() for match in pattern.finditer(text))


def _grapheme_cut(text: str, limit: int) -> int:
    """The last place at or before `limit` that does not tear a combined character apart."""
    cut = limit
    while cut > 0 and _joins(text, cut):
        cut -= 1
    return cut or limit


def _joins(text: str, at: int) -> bool:
    """Whether the characters on both sides of `at` belong to one grapheme (approximation without tables)."""
    left, right = text[at - 1], text[at]
    return (
        unicodedata.combining(right) != 0
        or right in "\u200d\ufe0e\ufe0f\u20e3"
        or left == "\u200d"
        or "\U0001f3fb" <= right <= "\U0001f3ff"
        or (_is_flag_half(right) and _flag_halves_before(text, at) % 2 == 1)
        or ("\u1100" <= left <= "\u11ff" and "\u1160" <= right <= "\u11ff")
    )


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flag_halves_before(text: str, at: int) -> int:
    count = 0
    while at > count and _is_flag_half(text[at - count - 1]):
        count += 1
    return count


def bubbles(
    text: str,
    cut_notice: str,
    limit: int = BUBBLE,
    most: int = MAX_BUBBLES,
    numbered_from: int = NUMBERED_FROM,
) -> list[str]:
    """The bubbles of one reply: at most `most`, numbered from four on, the line break at a border dropped.

    What exceeds `most` is replaced by `cut_notice` at the end of the last bubble.
    """
    if len(text) <= limit:
        return [text]
    label_room = len(f"({most}/{most}) ")
    parts = [part.removesuffix("\n") for part in split(text, limit - label_room)]
    if len(parts) > most:
        keep = limit - label_room - len(cut_notice) - 1
        parts = [*parts[: most - 1], f"{split(parts[most - 1], keep)[0]}\n{cut_notice}"]
    if len(parts) < numbered_from:
        return parts
    return [f"({number}/{len(parts)}) {part}" for number, part in enumerate(parts, 1)]


def fold(headline: str, body: str) -> str:
    """Hide `body` behind "전체보기" by padding the headline with zero-width spaces."""
    return f"{headline}{ZERO_WIDTH_SPACE * FOLD_PADDING}\n{body}"


def folded_bubbles(text: str, cut_notice: str) -> list[str]:
    """The folded bubbles of one reply: its first line heads each of them, numbered if there are several."""
    headline, _, body = text.partition("\n")
    if not body or len(headline) > HEADLINE:
        return bubbles(text, cut_notice)
    room = FOLDED_BUBBLE - FOLD_PADDING - len(f"{headline} ({MAX_BUBBLES}/{MAX_BUBBLES})\n")
    parts = bubbles(body, cut_notice, limit=room, numbered_from=MAX_BUBBLES + 1)
    if len(parts) == 1:
        return [fold(headline, body)]
    return [fold(f"{headline} ({number}/{len(parts)})", part) for number, part in enumerate(parts, 1)]


def shortened(text: str, limit: int, end: str = "...") -> str:
    """`text`, or as much of it as fits into `limit` code points with `end`; no character is torn apart."""
    if len(text) <= limit:
        return text
    return text[: _grapheme_cut(text, limit - len(end))].rstrip() + end


def strip_markdown(text: str) -> str:
    """Model output as plain text: KakaoTalk shows markers as they are."""
    for pattern, replacement in _MARKDOWN:
        text = pattern.sub(replacement, text)
    return text.strip()
