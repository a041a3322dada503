"""What a room is shown of its game."""

from dataclasses import replace

from game_bots.turtlesoup import messages
from game_bots.turtlesoup.boards import reveal
from game_bots.turtlesoup.events import Finished, Result
from game_bots.turtlesoup.game import Ruling, Soup, Verdict
from tests.game_bots.turtlesoup.examples import JUN, MINJI, UMBRELLA

PIVOTAL = Ruling(Verdict.YES, important=True)


def test_who_only_asked_what_matters_is_not_praised_for_no_fact() -> None:
    soup = Soup("7-0", replace(UMBRELLA, facts=()), 1000.0, 1000.0, players=(MINJI, JUN))
    for text in ("배우인가요?", "연습인가요?"):
        soup = soup.answered(text, PIVOTAL, by=JUN, now=1001.0)
    told = reveal(Finished("r", soup, Result.SOLVED, MINJI.id, 1002.0), messages.load(), prefix="/스프")
    assert "🏅 으뜸 탐정 준님 (⭐ 질문 2개)" in told
