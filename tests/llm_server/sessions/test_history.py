"""Conversations as bytes and as turns."""

from datetime import UTC, datetime

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from llm_server.model import Role, Turn
from llm_server.sessions.history import Meta, decode, encode, pair, pairs

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
    "broken",
    [b"", b"\xff\xfe", b"[]", b'{"role":"system","content":"x"}', b'{"role":"user"}', b"\x28\xb5\x2f\xfdx"],
)
def test_what_cannot_be_read_goes_with_its_partner(broken: bytes) -> None:
    elements = encode(TALK)

    assert decode([broken, *elements[1:]], pairs=0) == tuple(TALK[2:])
    assert decode([elements[0], broken, *elements[2:]], pairs=0) == tuple(TALK[2:])
    assert decode([*elements[1:]], pairs=0) == tuple(TALK[2:])
    assert decode([broken], pairs=0) == decode([], pairs=0) == ()


def test_a_stored_conversation_that_cannot_be_read_is_none() -> None:
    assert Meta.read(None) is Meta.read(b"\xff") is Meta.read(b"{}") is None


def test_a_known_conversation_keeps_its_birth_and_what_others_wrote() -> None:
    born = Meta.fresh("s", now=NOW, model="gemini-3").grown(2, now=NOW)
    stored = born.model_dump_json()[:-1] + ',"colour":"x"}'

    known = Meta.read(stored.encode())
    assert known is not None
    read = known.grown(2, now=LATER)

    assert (read.created_at, read.updated_at, read.message_count, read.model) == (NOW, LATER, 4, "gemini-3")
    assert '"colour":"x"' in read.model_dump_json()


def test_pairs_are_what_was_put_in() -> None:
    assert pairs(TALK) == [("살아 있나요?", "아니오"), ("먹을 수 있나요?", "예")]
    assert pairs(TALK[:3]) == [("살아 있나요?", "아니오")]


def test_long_entries_are_frames_that_tell_their_size() -> None:
    turns = (Turn(Role.USER, "가" * 5000), Turn(Role.ASSISTANT, "나" * 5000))
    frames = encode(turns)

    assert all(len(frame) < 200 for frame in frames)
    assert decode(frames, pairs=0) == turns


def test_a_frame_that_would_explode_is_not_read() -> None:
    bomb = zstandard.compress(b" " * (50 * 1024 * 1024))
    assert decode([bomb, bomb], pairs=0) == ()
