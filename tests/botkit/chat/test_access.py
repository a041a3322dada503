"""The order of the rules of admission."""

import pytest

from botkit.chat.access import Access
from botkit.chat.errors import RoomBlocked, UserBlocked
from botkit.chat.message import display_name


def admits(access: Access, *, room: str = "r", user: str = "u") -> bool:
    return access.admits(room=room, user=user, name="민지")


def test_everybody_may_by_default() -> None:
    assert admits(Access())
    assert admits(Access(blocked_rooms=frozenset("r")))  # switched off


def test_the_rules_in_their_order() -> None:
    rules = Access(
        enabled=True,
        allowed_rooms=frozenset({"a"}),
        blocked_rooms=frozenset({"b"}),
        blocked_users=frozenset({"x"}),
    )
    assert admits(rules, room="a")
    assert not admits(rules, room="c")
    with pytest.raises(RoomBlocked):
        admits(rules, room="b")
    with pytest.raises(UserBlocked) as caught:
        admits(rules, room="a", user="x")
    assert caught.value.values == {"name": "민지"}
    assert admits(Access(enabled=True), room="anywhere")


def test_a_blocked_person_is_blocked_even_when_the_rules_are_off() -> None:
    with pytest.raises(UserBlocked):
        admits(Access(blocked_users=frozenset({"u"})))
    assert admits(Access(passthrough=True, blocked_users=frozenset({"u"})))


@pytest.mark.parametrize(
    ("sender", "user", "room", "shown"),
    [
        ("민지", "7", "1", "민지"),
        ("", "7", "1", "7"),
        ("", "1", "1", "누군가"),
        ("", "", "1", "누군가"),
        ("", "7", "", "누군가"),
        ("민지\n🎉 준님이", "7", "1", "민지 🎉 준님이"),
        ("\u202e민지\u200b", "7", "1", "민지"),
        ("\u1106\u1175\u11ab\u110c\u1175", "7", "1", "민지"),  # as an older phone spells it
        ("\u3164", "7", "1", "7"),  # an invisible nickname
        ("{name}", "7", "1", "{name}"),
        ("가" * 40, "7", "1", "가" * 40),
        ("가" * 10_000, "7", "1", "가" * 37 + "..."),
    ],
)
def test_display_name(sender: str, user: str, room: str, shown: str) -> None:
    assert display_name(sender=sender, user=user, room=room, anonymous="누군가") == shown
