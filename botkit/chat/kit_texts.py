"""What the kit itself says; every bot's `Texts` builds on it."""

from pathlib import Path

from botkit.chat import errors
from botkit.chat.catalog import Text, Texts

MESSAGES = Path(__file__).parent / "messages.yml"

KIT_ERRORS = tuple(error for error in errors.tree() if error.__module__ == errors.__name__)
"""Without those of the bots, whichever were imported before."""


class KitTexts(Texts):
    """Texts that `botkit.bot` needs."""

    errors = KIT_ERRORS

    waiting = Text("queue.waiting", "name", "ahead")
    cut = Text("queue.cut")
    anonymous = Text("user.anonymous")
