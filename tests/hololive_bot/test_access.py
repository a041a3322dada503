"""Who is listened to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botkit.chat.errors import UserBlocked
from hololive_bot.access import AccessList, BadRoom, Door, Mode, chat_id

ROOM, OTHER = "18293847561928374", "-5"


@pytest.mark.parametrize(
    ("access", "room", "other"),
    [
        (AccessList(), True, True),
        (AccessList(enabled=True), True, True),
        (AccessList(True, Mode.WHITELIST, frozenset({ROOM})), True, False),
        (AccessList(False, Mode.WHITELIST, frozenset({ROOM})), True, True),
        (AccessList(True, Mode.BLACKLIST, frozenset({ROOM})), False, True),
        (AccessList(True, Mode.BLACKLIST), True, True),
    ],
)
def test_the_list_decides(access: AccessList, room: bool, other: bool) -> None:
    assert (access.allows(ROOM), access.allows(OTHER)) == (room, other)


def test_rooms_come_and_go() -> None:
    one = AccessList().with_room(ROOM)
    assert one.with_room(OTHER).rooms == {ROOM, OTHER}
    assert one.without_room(ROOM) == one.without_room(ROOM).without_room(OTHER) == AccessList()


@pytest.mark.parametrize(
    "text",
    ["", "방 이름", "12a", "9223372036854775808", "-9223372036854775809", "01", "1.5", "--1", "1٣", "٣"],
)
def test_a_title_is_no_room(text: str) -> None:
    with pytest.raises(BadRoom):
        AccessList().with_room(text)


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_number_of_64_bits_is_a_chat_id(number: int) -> None:
    assert chat_id(str(number)) == str(number)


def test_the_door() -> None:
    door = Door(
        AccessList(True, Mode.WHITELIST, frozenset({ROOM})),
        passthrough=False,
        blocked_users=["9"],
        own_name="Iris",
    )
    assert door.admits(room=ROOM, user="1", name="민지")
    assert not door.admits(room=OTHER, user="1", name="민지")
    assert not door.admits(room=ROOM, user="1", name="IRIS")
    with pytest.raises(UserBlocked):
        door.admits(room=ROOM, user="9", name="민지")
    assert door.is_open_for(ROOM)
    assert not door.is_open_for(OTHER)
    door.access = AccessList()
    assert door.admits(room=OTHER, user="1", name="민지")


def test_an_open_door_lets_everybody_in() -> None:
    door = Door(
        AccessList(True, Mode.WHITELIST, frozenset({ROOM})),
        passthrough=True,
        blocked_users=["9"],
        own_name="",
    )
    assert door.admits(room=OTHER, user="9", name="")
    assert door.is_open_for(OTHER)
