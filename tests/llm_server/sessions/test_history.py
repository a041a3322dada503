"""Conversations as bytes and as turns."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_server.model import Role, Turn
from llm_server.sessions.history import Meta, decode, encode, pair

NOW = datetime(2026, 11, 23, tzinfo=UTC)
LATER = datetime(2026, 11, 24, tzinfo=UTC)

TALK = [*pair("살아 있나요?", "아니오"), *pair("먹을 수 있나요?", "예")]


def test_a_pair_is_marked() -> None:
    assert pair("왜?", "예") == (Turn(Role.USER, "Q: 왜?"), Turn(Role.ASSISTANT, "A: 예"))


def test_elements_are_plain_json() -> None:
    assert encode(pair("왜?", "예")) == [
        '{"role":"user","content":"Q: 왜?"}'.encode(),
        '{"role":"assistant","content":"A: 예"}'.encode(),
    ]


@given(st.lists(st.tuples(st.text(), st.text()), max_size=8), st.integers(0, 10))
def test_what_was_stored_comes_back_trimmed_to_pairs(talk: list[tuple[str, str]], pairs: int) -> None:
    turns = [turn for asked, answered in talk for turn in pair(asked, answered)]

    assert decode(encode(turns), pairs=pairs) == tuple(turns[-2 * pairs :] if pairs else turns)


@pytest.mark.parametrize(
    "broken", [b"", b"\xff\xfe", b"[]", b'{"role":"system","content":"x"}', b'{"role":"user"}']
)
def test_what_cannot_be_read_goes_with_its_partner(broken: bytes) -> None:
    elements = encode(TALK)

    assert decode([broken, *elements[1:]], pairs=0) == tuple(TALK[2:])
    assert decode([elements[0], broken, *elements[2:]], pairs=0) == tuple(TALK[2:])
    assert decode([*elements[1:]], pairs=0) == tuple(TALK[2:])
    assert decode([broken], pairs=0) == decode([], pairs=0) == ()


def test_a_new_conversation_begins_now() -> None:
    assert Meta.read(None, session="s", now=NOW) == Meta(id="s", created_at=NOW, updated_at=NOW)
    assert Meta.read(b"\xff", session="s", now=NOW).message_count == 0


def test_a_known_conversation_keeps_its_birth_and_what_others_wrote() -> None:
    born = Meta.read(None, session="s", now=NOW).grown(2, now=NOW)
    stored = born.model_dump_json()[:-1] + ',"system_prompt":"x"}'

    read = Meta.read(stored.encode(), session="s", now=LATER).grown(2, now=LATER)

    assert (read.created_at, read.updated_at, read.message_count) == (NOW, LATER, 4)
    assert '"system_prompt":"x"' in read.model_dump_json()
