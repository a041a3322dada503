"""Boards of long games: nothing of them is lost, and they do not fill the room."""

import pytest

from botkit.chat.layout import BUBBLE
from botkit.chat.message import Incoming, Player, Reply
from botkit.stream.wire import replies_on_wire
from game_bots.twentyq import boards, messages
from game_bots.twentyq.game import Riddle, Verdict
from game_bots.twentyq.room import Finished, Result, Room
from game_bots.twentyq.topics import Topic

SAY = messages.load()
MINJI = Player("1" * 40, "민지")


def riddle(questions: int, text: str = "{}번째로 물어보는 질문인데요, 사람보다 큰가요?") -> Riddle:
    game = Riddle("7-0", Topic("고양이", "organism", {}), 1.0, players=(MINJI,))
    for number in range(1, questions + 1):
        game = game.answered(text.format(number), Verdict.MOSTLY_NO, by=MINJI, now=float(number))
    return game.missed("개", close=True, by=MINJI, now=500.0)


def bubbles(reply: Reply) -> list[str]:
    line = Incoming("1-0", "r", "u", "/스자 상태")
    return [one["text"] for one in replies_on_wire(line, [reply], bot="twentyq", cut_notice=SAY.cut())]


def test_a_short_board_is_one_bubble_as_it_is() -> None:
    (board,) = boards.whole(riddle(5), SAY, prefix="/스자")
    assert bubbles(board) == [board.text]


@pytest.mark.parametrize("questions", [20, 100, 300])
def test_a_long_board_is_folded_behind_its_head(questions: int) -> None:
    (board,) = boards.whole(riddle(questions), SAY, prefix="/스자")
    shown = bubbles(board)
    assert len(shown) <= 1 + questions // 50
    for bubble in shown:
        assert bubble.splitlines()[0].startswith(f"[생물] 질문 {questions}개 · 힌트 1개 남음")
        assert len(bubble.splitlines()[0]) > BUBBLE  # what follows stands behind "전체보기"
    for number in range(1, questions + 1):
        assert any(f"Q{number}. " in bubble for bubble in shown)


def test_the_longest_questions_fit_a_recap() -> None:
    game = riddle(100, "{}" + "가" * 190)
    room = Room(last=Finished("r", game, Result.CORRECT, MINJI.id, 900.0))
    shown = bubbles(boards.recap(room, SAY))
    assert len(shown) <= 10
    assert SAY.cut() not in "".join(shown)
    assert "🎯 맞힌 사람: 민지님" in shown[-1]
    assert "아까운 답: 개" in shown[-1]
