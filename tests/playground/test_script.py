"""The language of recorded chats."""

import pytest

from playground.room import Rooms
from playground.script import BadScript, Step, parse, play

SCRIPT = """
# A comment.
[방 7]
민지> /스자 시작
< 떠올렸어요
<~ ^Q1
<!
(비가 온다)
"""


def test_every_kind_of_line() -> None:
    assert parse(SCRIPT) == [
        Step(4, "7", person="민지", text="/스자 시작"),
        Step(5, "7", expected="떠올렸어요"),
        Step(6, "7", expected="^Q1", pattern=True),
        Step(7, "7", silence=True),
        Step(8, "7", direction="비가 온다"),
    ]


def test_a_line_that_is_none_is_named() -> None:
    with pytest.raises(BadScript, match="line 2: 이건 대본이 아니에요"):
        parse("\n이건 대본이 아니에요")


async def test_a_direction_that_nobody_can_follow_stops_the_play_before_it_begins() -> None:
    said: list[str] = []
    rooms = Rooms({"IRIS_URL": "http://127.0.0.1:1", "MQ_PORT": "1"})
    with pytest.raises(BadScript, match="line 8: nobody here can do this: 비가 온다"):
        await play(parse(SCRIPT), rooms, said.append)
    assert said == []
    await rooms.__aexit__()
