"""Rows of the chat log, as Iris tells them and as it should not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iris_bridge.events import LONG, MOST_BYTES, BadEvent, Event, event, pushed

LOG, ROOM, USER = "3399012345678901234", "18412345678901234", "6912345678901234567"
ROW: dict[str, Any] = {
    "_id": "81234",
    "id": LOG,
    "type": "1",
    "chat_id": ROOM,
    "user_id": USER,
    "message": "/스자 시작",
    "attachment": "{}",
    "created_at": "1785283200",
    "deleted_at": None,
    "v": '{"origin": "MSG", "isMine": false, "enc": 31}',
    "thread_id": None,
}


def frame(row: dict[str, Any] | None = None, **around: Any) -> str:
    """What is pushed for a row."""
    shown = ROW | (row or {})
    return json.dumps({"msg": shown["message"], "room": "놀이방", "sender": "민지", "json": shown} | around)


def test_a_pushed_row_is_read() -> None:
    assert pushed(frame()) == Event(
        row=81234,
        log=LOG,
        room=ROOM,
        user=USER,
        text="/스자 시작",
        kind=1,
        at=1785283200,
        origin="MSG",
        sender="민지",
        room_name="놀이방",
    )


def test_a_row_that_was_asked_for_is_the_same_without_names() -> None:
    assert event(ROW) == event(json.loads(frame())["json"])
    assert (event(ROW).sender, event(ROW).room_name) == ("", "")


def test_ids_may_come_as_numbers_beyond_what_a_double_can_hold() -> None:
    numbers = {"_id": 81234, "id": int(LOG), "chat_id": int(ROOM), "user_id": int(USER), "type": 1}
    assert pushed(frame(numbers | {"created_at": 1785283200})) == pushed(frame())


def test_fields_that_nobody_knows_are_ignored() -> None:
    assert pushed(frame({"hash": [2**70, {"a": None}]}, weather="sunny")) == pushed(frame())


def test_bytes_are_read_as_text_is() -> None:
    assert pushed(frame().encode()) == pushed(frame())


@pytest.mark.parametrize(
    ("row", "thread"),
    [
        ({"thread_id": "77"}, "77"),
        ({"thread_id": 77}, "77"),
        ({"thread_id": "0", "attachment": '{"src_logId": 78, "src_isThread": true}'}, "78"),
        ({"attachment": f'{{"src_logId": {LOG}, "src_isThread": true}}'}, LOG),
        ({"attachment": '{"src_logId": 78, "src_isThread": false}'}, ""),
        ({"attachment": '{"src_isThread": true}'}, ""),
        ({"attachment": {"src_logId": "78", "src_isThread": True}}, "78"),
        ({"attachment": "no json"}, ""),
        ({"attachment": "[1]"}, ""),
        ({"attachment": None}, ""),
    ],
)
def test_the_thread_is_a_column_or_stands_in_the_attachment(row: dict[str, Any], thread: str) -> None:
    assert event(ROW | row).thread == thread


@pytest.mark.parametrize(
    ("row", "deleted"),
    [({"type": "16385"}, True), ({"deleted_at": "1785283300"}, True), ({"deleted_at": "0"}, False)],
)
def test_deleted_messages_are_told_apart(row: dict[str, Any], deleted: bool) -> None:
    assert event(ROW | row).deleted is deleted


@pytest.mark.parametrize(
    ("v", "origin", "mine"),
    [
        ('{"origin": "WRITE", "isMine": true}', "WRITE", True),
        ('{"origin": "SYNCMSG", "isMine": "true"}', "SYNCMSG", False),
        ("", "", False),
        (None, "", False),
        ("{", "", False),
        ('{"origin": 7}', "7", False),
        ('{"origin": true}', "", False),
    ],
)
def test_where_it_comes_from_stands_in_a_json_within(v: str | None, origin: str, mine: bool) -> None:
    found = event(ROW | {"v": v})
    assert (found.origin, found.mine) == (origin, mine)


def test_our_own_rows_are_known_by_their_mark_or_by_our_id() -> None:
    assert event(ROW | {"v": '{"isMine": true}'}).is_by("")
    assert event(ROW).is_by(USER)
    assert not event(ROW).is_by("1")
    assert not event(ROW).is_by("")


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        (f'{{"json": {"9" * 5000}}}', "not JSON"),
        ("[]", "no object"),
        ("{}", "json"),
        ('{"json": []}', "json"),
        (frame({"_id": None}), "_id"),
        (frame({"_id": "-1"}), "_id"),
        (frame({"_id": str(2**53)}), "_id"),
        (frame({"id": ""}), "id"),
        (frame({"id": 1.5e18}), "id"),
        (frame({"id": str(LONG)}), "id"),
        (frame({"id": 10**30}), "id"),
        (frame({"chat_id": "놀이방"}), "chat_id"),
        (frame({"chat_id": "１２"}), "chat_id"),
        (frame({"chat_id": "9" * 30}), "chat_id"),
        (frame({"user_id": True}), "user_id"),
        (frame({"type": "text"}), "type"),
        (frame({"created_at": None}), "created_at"),
        (frame({"message": "가" * (MOST_BYTES // 3)}), "size"),
        (frame().encode() + b" " * MOST_BYTES, "size"),
    ],
)
def test_what_is_no_row_says_why(raw: str | bytes, field: str) -> None:
    with pytest.raises(BadEvent, match=f"^{field}$"):
        pushed(raw)


def test_a_row_that_was_asked_for_has_a_largest_size_too() -> None:
    with pytest.raises(BadEvent, match="size"):
        event(ROW | {"message": "가" * MOST_BYTES})


def test_texts_that_cannot_be_written_are_made_so() -> None:
    found = pushed('{"json": ' + json.dumps(ROW) + ', "msg": "\\ud83d", "sender": "\\udc00a", "room": 12}')
    assert (found.text, found.sender, found.room_name) == ("?", "?a", "12")
    assert pushed(frame(sender=2**80)).sender == ""
    assert pushed(frame(msg=None)).text == ROW["message"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.binary() | st.text())
def test_anything_is_a_row_or_refused(raw: str | bytes) -> None:
    with pytest.raises(BadEvent):
        pushed(raw)


@given(
    st.dictionaries(st.sampled_from([*ROW, "msg"]), json_values),
    st.dictionaries(st.sampled_from(["msg", "room", "sender", "json"]), json_values),
)
def test_any_field_may_be_anything(row: dict[str, Any], around: dict[str, Any]) -> None:
    """What is read can be written to a stream and back into JSON, and its ids are 64-bit integers."""
    try:
        found = pushed(frame(row, **around))
    except BadEvent:
        return
    for name in (found.log, found.room, found.user):
        assert str(int(name)) == name
        assert -LONG <= int(name) < LONG
    for text in (found.text, found.sender, found.room_name, found.thread, found.origin):
        text.encode()
    assert 0 <= found.row < 2**53


@given(st.integers(-LONG, LONG - 1), st.booleans())
def test_every_id_survives(number: int, as_number: bool) -> None:
    given_id = number if as_number else str(number)
    assert pushed(frame({"id": given_id})).log == str(number)
