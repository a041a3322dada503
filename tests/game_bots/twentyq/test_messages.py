"""What the bot says fits where it is said."""

import pytest

from botkit.chat.layout import BUBBLE
from game_bots.twentyq import messages
from game_bots.twentyq.boards import help_text
from game_bots.twentyq.commands import grammar


@pytest.mark.parametrize("prefix", ["/스자", "/20q", "!스무고개"])
def test_the_help_is_one_bubble(prefix: str) -> None:
    text = help_text(grammar(prefix), messages.load())

    assert len(text) <= BUBBLE
    assert prefix in text
    assert "▸ 시작" in text
    assert "사자성어/속담" in text
