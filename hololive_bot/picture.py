"""A month of celebrations as a picture, and where the bridge finds it.

The font is a part of Noto Sans KR (fonts/OFL.txt): Latin, kana and the 2,350 syllables of KS X 1001.
"""

import asyncio
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import structlog
from PIL import Image, ImageDraw, ImageFont

from botkit.stream import pictures
from botkit.valkey.clients import FAILED, Redis
from hololive_bot.calendar import Occasion
from hololive_bot.seoul import Day, month_length

log = structlog.get_logger(__name__)

FONT = Path(__file__).parent / "fonts" / "NotoSansKR-Medium.ttf"

WIDTH, MARGIN, HEAD, WEEKDAYS, CELL_HEIGHT = 1120, 28, 96, 44, 132
CELL_WIDTH = (WIDTH - 2 * MARGIN) // 7
LINES = 3
"""Celebrations that fit into a day; of more, the last line tells how many."""

PAPER, INK, FAINT, RULE = "#fffdf9", "#33312e", "#a8a29a", "#e7e1d8"
SUNDAY, SATURDAY, TODAY = "#d9534f", "#4a7fc1", "#fff2cf"
COLOURS = {Occasion.BIRTHDAY: "#c2417c", Occasion.ANNIVERSARY: "#2f7d5b"}


@dataclass(frozen=True, slots=True)
class Label:
    """A celebration as it stands in a day."""

    occasion: Occasion
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is on the picture; every text is finished."""

    year: int
    month: int
    title: str
    weekdays: str
    labels: Mapping[int, Sequence[Label]]
    more: Mapping[int, str]
    """What the last line of a day says when not everything fits."""
    today: Day


def draw(sheet: Sheet) -> bytes:
    """The picture as PNG. Takes some ten milliseconds: not for the event loop."""
    blank = _column(Day(sheet.year, sheet.month, 1).weekday)
    days = month_length(sheet.year, sheet.month)
    weeks = -(-(blank + days) // 7)
    image = Image.new("RGB", (WIDTH, HEAD + WEEKDAYS + weeks * CELL_HEIGHT + MARGIN), PAPER)
    pen = ImageDraw.Draw(image)
    pen.text((MARGIN, HEAD // 2), sheet.title, fill=INK, font=_font(44), anchor="lm")
    for weekday, letter in enumerate(sheet.weekdays):
        middle = MARGIN + _column(weekday) * CELL_WIDTH + CELL_WIDTH // 2
        pen.text((middle, HEAD + WEEKDAYS // 2), letter, fill=_colour(weekday), font=_font(22), anchor="mm")
    for day in range(1, days + 1):
        row, column = divmod(blank + day - 1, 7)
        _draw_day(pen, sheet, day, (MARGIN + column * CELL_WIDTH, HEAD + WEEKDAYS + row * CELL_HEIGHT))
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def _draw_day(pen: ImageDraw.ImageDraw, sheet: Sheet, day: int, corner: tuple[int, int]) -> None:
    left, top = corner
    date = Day(sheet.year, sheet.month, day)
    box = (left, top, left + CELL_WIDTH, top + CELL_HEIGHT)
    pen.rectangle(box, fill=TODAY if date == sheet.today else None, outline=RULE)
    pen.text((left + 10, top + 8), str(day), fill=_colour(date.weekday), font=_font(20))
    labels = list(sheet.labels.get(day, ()))
    shown = labels if len(labels) <= LINES else labels[: LINES - 1]
    for line, label in enumerate(shown):
        text = _fitted(label.text, CELL_WIDTH - 18)
        pen.text((left + 10, top + 38 + 29 * line), text, fill=COLOURS[label.occasion], font=_font(19))
    if len(shown) < len(labels):
        pen.text((left + 10, top + 38 + 29 * (LINES - 1)), sheet.more[day], fill=FAINT, font=_font(19))


def _fitted(text: str, width: int) -> str:
    """As much of a text as a day is wide."""
    font = _font(19)
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def _column(weekday: int) -> int:
    """Weeks begin on Sunday, as on a Korean wall."""
    return (weekday + 1) % 7


def _colour(weekday: int) -> str:
    return {5: SATURDAY, 6: SUNDAY}.get(weekday, INK)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)


class Gallery:
    """Pictures on valkey-mq, where the bridge finds them by the key in a reply."""

    def __init__(self, mq: Redis) -> None:
        self._mq = mq

    async def hang(self, sheet: Sheet) -> str:
        """Draw and keep a picture; returns its key, empty when that failed: the text says the same."""
        try:
            return await pictures.put(self._mq, await asyncio.to_thread(draw, sheet))
        except (*FAILED, ValueError) as error:
            log.warning("picture_failed", error=type(error).__name__)
            return ""
