"""The bot's texts: complete, plain, and marked as the house wants it."""

import re

from hololive_bot.announcements import load as alerts
from hololive_bot.messages import Say, load

SYMBOLS = (
    "🌸",
    "🔔",
    "📺",
    "✅",
    "❌",
    "📅",
    "🔴",
    "💡",
    "⏰",
    "ℹ️",
    "📘",
    "🔗",
    "🌐",
    "🗣️",
    "✨",
    "📋",
    "📊",
    "🎬",
    "🎉",
    "📍",
    "🎂",
)
SAY = load()
OURS = {key: text for key, text in SAY.catalog._templates.items() if not key.startswith(("queue.", "user."))}
EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\u23e9-\u23fa\u2139]")


def test_files_and_code_agree() -> None:
    assert isinstance(SAY, Say)
    alerts()


def test_a_line_has_at_most_one_symbol_and_it_stands_first() -> None:
    for catalog in (SAY.catalog, alerts().catalog):
        for key, text in catalog._templates.items():
            for line in text.split("\n"):
                found = EMOJI.findall(line)
                assert len(found) <= 1, key
                if found:
                    assert line.lstrip().startswith(SYMBOLS), key


def test_an_error_of_ours_has_exactly_one_cross_or_none() -> None:
    for key, text in OURS.items():
        assert text.count("❌") <= 1, key


def test_texts_are_plain() -> None:
    for key, text in OURS.items():
        assert not re.search(r"\*\*|__|```|!!|\]\(", text), key
