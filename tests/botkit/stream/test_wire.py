"""The fields of the streams: wire facts, golden both ways."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botkit.chat.message import Incoming, Reply, ReplyType
from botkit.stream import wire


def test_an_entry_becomes_a_line() -> None:
    fields = {
        b"room": b" 267947734 ", b"text": "/스프 시작 2 ".encode(), b"userId": b"998877", b"sender": "민지".encode(),
        b"threadId": b"", b"logId": b"1", b"unknown": b"\xff",
    }  # fmt: skip
    assert wire.incoming("5-0", fields) == Incoming("5-0", "267947734", "998877", "/스프 시작 2", "민지", "")


@pytest.mark.parametrize(
    ("extra", "user"),
    [
        ({}, "room"),
        ({b"sender": b"name"}, "name"),
        ({b"sender": b"name", b"userId": b"id"}, "id"),
        ({b"userId": b"id", b"rawJson": b'{"user_id": 12345678901234567890123}'}, "12345678901234567890123"),
        ({b"userId": b"id", b"rawJson": b'{"user_id": "77"}'}, "77"),
        ({b"userId": b"id", b"rawJson": b'{"user_id": true}'}, "id"),
        ({b"userId": b"id", b"rawJson": b'{"user_id": false}'}, "id"),
        ({b"userId": b"id", b"rawJson": b'{"user_id": "\\ud8007"}'}, "7"),
        ({b"userId": b"id\0"}, "id"),
        ({b"userId": b"id", b"rawJson": b'{"user_id": [1]}'}, "id"),
        ({b"userId": b"id", b"rawJson": b"[1]"}, "id"),
        ({b"userId": b"id", b"rawJson": b"{broken"}, "id"),
        ({b"userId": b"id", b"rawJson": b"[" * 100_000}, "id"),
    ],
)
def test_the_sender_is_found_where_bridges_put_it(extra: dict[bytes, bytes], user: str) -> None:
    assert wire.incoming("1-0", {b"room": b"room", b"text": b"x", **extra}).user == user


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({b"text": b"x"}, "room"),
        ({b"room": b"r"}, "text"),
        ({b"room": b"r", b"text": b" \n "}, "text"),
        ({b"room": b"r", b"text": b"\xff"}, "text"),
        ({b"room": b"r", b"text": b"x", b"sender": b"\xff"}, "sender"),
    ],
)
def test_a_bad_entry_names_its_field(fields: dict[bytes, bytes], named: str) -> None:
    with pytest.raises(wire.BadEntry, match=named):
        wire.incoming("1-0", fields)


def test_a_reply_has_the_legacy_fields_and_its_marks() -> None:
    line = Incoming("9-1", "room", "user", "text", "sender", "thread")
    (first, second, third) = wire.replies_on_wire(
        line, [Reply("가" * 600), Reply("오류", ReplyType.ERROR)], bot="b", cut_notice="…"
    )
    assert first == {
        "chatId": "room", "text": first["text"], "type": "waiting", "threadId": "thread", "replyTo": "9-1", "bot": "b",
        "dedupKey": "9-1/0", "seq": "0", "total": "3",
    }  # fmt: skip
    assert (second["type"], second["dedupKey"]) == ("final", "9-1/1")
    assert (third["type"], third["text"], third["dedupKey"]) == ("error", "오류", "9-1/2")
    assert first["text"] + second["text"] == "가" * 600


def test_no_thread_no_field() -> None:
    line = Incoming("9-1", "room", "user", "text")
    assert "threadId" not in wire.outgoing(line, Reply("x"), bot="b", mark="m")


def test_equal_parts_keep_their_types() -> None:
    line = Incoming("9-1", "room", "user", "text")
    same = "가" * 489
    kinds = [
        bubble["type"] for bubble in wire.replies_on_wire(line, [Reply(same * 2)], bot="b", cut_notice="…")
    ]
    assert kinds == ["waiting", "final"]


def test_a_folded_reply_is_not_cut() -> None:
    line = Incoming("9-1", "room", "user", "text")
    [bubble] = wire.replies_on_wire(
        line, [Reply("머리\n" + "가" * 900, folded=True)], bot="b", cut_notice="…"
    )
    assert bubble["text"].startswith("머리\u200b")
    assert bubble["text"].endswith("가" * 900)
    assert bubble["type"] == "final"


def test_a_picture_comes_with_the_text_that_it_may_stand_for() -> None:
    line = Incoming("9-1", "room", "user", "text")
    [bubble] = wire.replies_on_wire(line, [Reply("달력", image="kakao:image:9-1")], bot="b", cut_notice="…")
    assert (bubble["type"], bubble["imageKey"], bubble["text"]) == ("image", "kakao:image:9-1", "달력")


@given(st.lists(st.builds(Reply, st.text(), st.sampled_from(ReplyType), st.booleans(), st.text())))
def test_kept_replies_come_back(replies: list[Reply]) -> None:
    assert wire.parse_replies(wire.dump_replies(replies)) == tuple(replies)
    json.loads(wire.dump_replies(replies))


def test_replies_kept_by_an_earlier_release_are_read() -> None:
    assert wire.parse_replies(b'[["final", "text"]]') == (Reply("text"),)


def test_trace_headers_are_taken_when_the_bridge_wrote_them() -> None:
    assert wire.trace_context({b"traceparent": b"00-a-b-01", b"baggage": b""}) == {"traceparent": "00-a-b-01"}
