"""What the bot says fits where it is said."""

import pytest

from botkit.chat.layout import BUBBLE
from game_bots.twentyq import messages
from game_bots.twentyq.commands import grammar
from game_bots.twentyq.handlers import help_text


@pytest.mark.parametrize("prefix", ["/스자", "/20q", "!스무고개"])
def test_the_help_is_one_bubble(prefix: str) -> None:
    text = help_text(grammar(prefix), messages.load())

    assert len(text) <= BUBBLE
    assert f"{prefix} 시작" in text
    assert "사자성어/속담" in text
