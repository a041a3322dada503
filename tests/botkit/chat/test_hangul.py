"""Hangul arithmetic."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botkit.chat import hangul

SYLLABLES = st.text(st.characters(min_codepoint=hangul.FIRST, max_codepoint=hangul.LAST), max_size=12)


@pytest.mark.parametrize(
    ("word", "parts"), [("강아지", "ㄱㅏㅇㅇㅏㅈㅣ"), ("값", "ㄱㅏㅄ"), ("a가!", "aㄱㅏ!")]
)
def test_jamo(word: str, parts: str) -> None:
    assert hangul.jamo(word) == parts


@pytest.mark.parametrize(("word", "parts"), [("스무고개", "ㅅㅁㄱㄱ"), ("BTS 방탄", "BTS ㅂㅌ"), ("", "")])
def test_initials(word: str, parts: str) -> None:
    assert hangul.initials(word) == parts


@pytest.mark.parametrize(
    ("word", "joined"),
    [
        ("고양이", "고양이는"),
        ("호랑이 셋", "호랑이 셋은"),
        ("3", "3은"),
        ("2", "2는"),
        ("film", "film은"),
        ("", "는"),
        ("!", "!는"),
    ],
)
def test_the_particle_fits(word: str, joined: str) -> None:
    assert hangul.with_particle(word, "은", "는") == joined


@pytest.mark.parametrize(
    ("left", "right", "apart"),
    [("고양이", "고양이", 0), ("고양이", "고앙이", 1), ("가", "", 2), ("", "가", 2), ("감", "강", 1)],
)
def test_distance(left: str, right: str, apart: int) -> None:
    assert hangul.distance(left, right) == apart


@given(SYLLABLES, SYLLABLES, SYLLABLES)
def test_distance_is_a_metric(a: str, b: str, c: str) -> None:
    assert (hangul.distance(a, b) == 0) == (a == b)
    assert hangul.distance(a, b) == hangul.distance(b, a)
    assert hangul.distance(a, c) <= hangul.distance(a, b) + hangul.distance(b, c)


@given(st.text())
def test_visible_text_is_composed_and_free_of_invisible_characters(text: str) -> None:
    shown = hangul.visible(text)
    assert hangul.visible(shown) == unicodedata.normalize("NFC", shown)
    assert "\u200b" not in shown
    assert "\ufeff" not in shown


def test_decomposed_and_padded_text_reads_as_typed() -> None:
    assert hangul.visible(unicodedata.normalize("NFD", "스무고개")) == "스무고개"
    assert hangul.visible("/스\u200b자\ufeff 시\u2060작") == "/스자 시작"
