"""Entries of the reply stream."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iris_bridge.events import Event
from iris_bridge.replies import BadReply, Message, message, shows

SIGN = "⚠️"


def read(**fields: str | bytes) -> Message:
    raw = {"chatId": "10", "text": "안녕", "type": "final"} | fields
    encoded = {
        key.encode(): value if isinstance(value, bytes) else value.encode() for key, value in raw.items()
    }
    return message("5-0", encoded, warning=SIGN)


def test_the_old_fields_alone_make_a_message() -> None:
    found = read()
    assert (found.chat, found.text, found.type, found.thread) == ("10", "안녕", "final", "")
    assert found.must_arrive
    assert found.mark == ":10:5-0"


def test_newer_fields_are_taken_over() -> None:
    found = read(bot="twentyq", dedupKey="4-0/1", replyTo="4-0", threadId=" 77 ", seq="0", type="waiting")
    assert (found.bot, found.dedup, found.reply_to, found.thread) == ("twentyq", "4-0/1", "4-0", "77")
    assert found.mark == "twentyq:10:4-0/1"
    assert found.in_room().thread == ""


@pytest.mark.parametrize(
    ("fields", "must_arrive"),
    [
        ({"type": "waiting"}, False),
        ({"type": "waiting", "seq": "0"}, True),
        ({"type": "error"}, True),
        ({"type": "riddle"}, True),
        ({"type": ""}, True),
    ],
)
def test_only_interim_notices_may_be_lost(fields: dict[str, str], must_arrive: bool) -> None:
    assert read(**fields).must_arrive is must_arrive


@pytest.mark.parametrize(
    ("text", "shown"),
    [("안 돼요", f"{SIGN} 안 돼요"), (f"{SIGN} 안 돼요", f"{SIGN} 안 돼요"), (f"\n{SIGN}", f"\n{SIGN}")],
)
def test_an_error_has_one_warning_sign(text: str, shown: str) -> None:
    assert read(text=text, type="error").text == shown


def test_a_picture_has_a_key_and_a_text_in_its_place() -> None:
    found = read(type="image", imageKey=" image:1 ", text="")
    assert (found.type, found.image_key) == ("image", "image:1")
    assert found.as_text().image_key == ""
    assert read(type="final", imageKey="image:1").image_key == ""


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": " "}, "empty"),
        ({"text": "", "type": "image"}, "empty"),
        ({"chatId": ""}, "bad chatId"),
        ({"chatId": "놀이방"}, "bad chatId"),
        ({"chatId": "1.5"}, "bad chatId"),
        ({"chatId": str(2**63)}, "bad chatId"),
        ({"chatId": "٣"}, "bad chatId"),
        ({"text": b"\xff"}, "unreadable"),
    ],
)
def test_what_no_room_can_show_is_refused(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadReply, match=f"^{reason}$"):
        read(**fields)


def test_a_thread_that_is_no_number_is_left_out() -> None:
    assert read(threadId="abc").thread == ""


def row(**changes: Any) -> Event:
    values: dict[str, Any] = {
        "row": 1,
        "log": "1",
        "room": "10",
        "user": "1",
        "text": "안녕",
        "kind": 1,
        "at": 0,
    }
    return Event(**(values | changes))


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"text": "안\u200b녕 \n"}, True),
        ({"text": "안녕!"}, False),
        ({"room": "11"}, False),
        ({"kind": 26}, True),
        ({"kind": 2}, False),
    ],
)
def test_a_row_shows_a_text(changes: dict[str, Any], same: bool) -> None:
    assert shows(row(**changes), chat="10", text="안녕\ufeff", picture=False) is same


@pytest.mark.parametrize(
    ("sent", "seen", "same"),
    [
        ("가" * 3_900, "가" * 500 + "…", True),
        ("가" * 3_900, "나" + "가" * 500, False),
        ("가" * 3_900, "가" * 99, False),
        ("가" * 3_899, "가" * 500, False),
        ("가" * 500, "가" * 3_900, False),
    ],
)
def test_a_very_long_text_is_known_by_its_beginning(sent: str, seen: str, same: bool) -> None:
    assert shows(row(text=seen), chat="10", text=sent, picture=False) is same


@pytest.mark.parametrize("text", ["\u200b", " \ufeff\n"])
def test_a_text_that_cannot_be_seen_is_empty(text: str) -> None:
    with pytest.raises(BadReply, match="empty"):
        read(text=text)
    assert not read(text=text, type="image", imageKey="k").has_text
    assert read(text=text + "가").has_text


def test_a_row_shows_a_picture() -> None:
    assert shows(row(kind=2, text="사진"), chat="10", text="달력", picture=True)
    assert not shows(row(text="달력"), chat="10", text="달력", picture=True)


@given(
    st.dictionaries(st.sampled_from(["chatId", "text", "type", "threadId", "seq", "imageKey"]), st.binary())
)
def test_any_bytes_are_a_message_or_refused(fields: dict[str, bytes]) -> None:
    try:
        found = read(**fields)
    except BadReply:
        return
    assert -(2**63) <= int(found.chat) < 2**63
    assert found.has_text or found.image_key
