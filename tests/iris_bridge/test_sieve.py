"""Which rows are lines for a bot."""

from dataclasses import replace
from typing import Any

import pytest

from iris_bridge.events import Event
from iris_bridge.sieve import Rules

LINE = Event(row=1, log="1", room="10", user="20", text="/스자 시작", kind=1, at=1000, origin="MSG")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, ""),
        ({"kind": 26}, ""),
        ({"at": 880}, ""),
        ({"mine": True}, "own"),
        ({"user": "99"}, "own"),
        ({"origin": "SYNCMSG"}, "history"),
        ({"origin": "MCHATLOGS"}, "history"),
        ({"origin": "NEWMEM", "kind": 0}, "not_text"),
        ({"deleted": True}, "deleted"),
        ({"kind": 2}, "not_text"),
        ({"at": 879}, "stale"),
        ({"room": "11"}, "room"),
        ({"room": "12"}, "room"),
        ({"user": "21"}, "user"),
        ({"text": " \n"}, "blank"),
        ({"mine": True, "text": "", "at": 0}, "own"),
    ],
)
def test_a_row_is_a_line_or_says_why_not(changes: dict[str, Any], refusal: str) -> None:
    rules = Rules(
        max_age=120,
        bot="99",
        allowed_rooms=frozenset({"10", "12"}),
        denied_rooms=frozenset({"12"}),
        denied_users=frozenset({"21"}),
    )
    assert rules.refusal(replace(LINE, **changes), 1000) == refusal


def test_without_lists_every_room_is_heard() -> None:
    assert Rules(max_age=120).refusal(LINE, 1000) == ""
