"""What the bot says fits where it is said."""

import pytest

from botkit.chat.layout import BUBBLE
from game_bots.turtlesoup import messages
from game_bots.turtlesoup.boards import help_text
from game_bots.turtlesoup.commands import grammar
from game_bots.turtlesoup.events import Status


@pytest.mark.parametrize("prefix", ["/스프", "/soup", "!바다거북수프"])
def test_the_help_is_one_bubble(prefix: str) -> None:
    text = help_text(grammar(prefix), messages.load())

    assert len(text) <= BUBBLE
    assert prefix in text
    assert "▸ 시작" in text
    assert "셋부터는 셋 찬성" in text
    assert "미스터리" in text


def test_every_status_has_a_name() -> None:
    say = messages.load()
    assert len({say.status_name(status) for status in Status}) == len(Status)
