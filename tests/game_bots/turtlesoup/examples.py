"""Puzzles and people that tests of 바다거북수프 share."""

from botkit.chat.message import Player
from game_bots.turtlesoup.puzzles import Category, Puzzle, Source

MINJI, JUN, SORA = Player("1", "민지"), Player("2", "준"), Player("3", "소라")

UMBRELLA = Puzzle(
    title="우산",
    scenario="남자는 맑은 날에도 아침마다 우산을 펴고 집을 나섰다. 왜 그랬을까요?",
    solution="남자는 배우였고, 날마다 비 오는 장면을 연습했다. 우산은 소품이었다.",
    category=Category.MYSTERY,
    difficulty=2,
    source=Source.PRESET,
    number=34,
    hints=("직업을 생각해 보세요.", "혼자 하는 일이 아니에요.", "누군가 보고 있어요."),
    facts=("남자는 배우다.", "우산은 소품이다.", "비 오는 장면을 연습했다."),
)
