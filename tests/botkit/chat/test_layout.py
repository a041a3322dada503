"""Bubbles: nothing is lost, nothing is too long, nothing is torn where it need not be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botkit.chat.layout import (
    BUBBLE,
    FOLDED_BUBBLE,
    MAX_BUBBLES,
    ZERO_WIDTH_SPACE,
    bubbles,
    fold,
    folded_bubbles,
    shortened,
    split,
    strip_markdown,
)

CUT = "(여기까지)"


@given(st.text(max_size=3000), st.integers(20, 500))
def test_the_parts_are_the_text(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert "".join(parts) == text
    assert all(len(part) <= limit for part in parts)


@given(st.text(min_size=1, max_size=9000))
def test_bubbles_fit_and_are_few(text: str) -> None:
    shown = bubbles(text, CUT)
    assert 1 <= len(shown) <= MAX_BUBBLES
    assert all(len(bubble) <= BUBBLE for bubble in shown)


def test_a_short_text_is_one_bubble() -> None:
    assert bubbles("", CUT) == [""]
    assert bubbles("가" * 500, CUT) == ["가" * 500]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("가" * 80 + "\n" + "나" * 80, "가" * 80 + "\n"),
        ("가" * 60 + ". " + "나" * 80, "가" * 60 + ". "),
        ("가" * 60 + " " + "나" * 80, "가" * 60 + " "),
        ("가" * 150, "가" * 100),
        ("a\n" + "가" * 150, "a\n"),  # better a short line than a torn word
        ("👩‍👩‍👧" * 40, "👩‍👩‍👧" * 20),
        ("x" + "🇰🇷" * 60, "x" + "🇰🇷" * 49),
        ("e\u0301" * 60, "e\u0301" * 50),
        ("x" + "e\u0301" * 60, "x" + "e\u0301" * 49),
        ("\u0301" * 150, "\u0301" * 100),  # no grapheme at all
    ],
)
def test_breaks_fall_where_a_reader_expects_them(text: str, first: str) -> None:
    assert split(text, 100)[0] == first


def test_many_bubbles_are_numbered_and_lose_only_the_line_break_between_them() -> None:
    lines = [f"{number} " + "가" * 90 for number in range(25)]
    shown = bubbles("\n".join(lines), CUT)
    assert len(shown) >= 4
    assert [bubble.partition(" ")[0] for bubble in shown] == [
        f"({n}/{len(shown)})" for n in range(1, len(shown) + 1)
    ]
    assert "\n".join(bubble.partition(" ")[2] for bubble in shown) == "\n".join(lines)


def test_three_bubbles_are_not_numbered() -> None:
    shown = bubbles("가" * 1200, CUT)
    assert len(shown) == 3
    assert "".join(shown) == "가" * 1200


def test_what_is_too_long_says_so() -> None:
    shown = bubbles("가" * 20_000, CUT)
    assert len(shown) == MAX_BUBBLES
    assert shown[-1].endswith(CUT)
    assert all(len(bubble) <= BUBBLE for bubble in shown)


def test_folding_hides_the_body_behind_the_headline() -> None:
    folded = fold("제목", "본문")
    assert folded.startswith("제목\u200b")
    assert folded.endswith("\n본문")
    assert len(folded) > BUBBLE


def test_a_folded_reply_is_one_bubble_under_its_first_line() -> None:
    body = "\n".join(f"{number}. " + "가" * 30 for number in range(60))
    assert folded_bubbles(f"머리\n{body}", CUT) == [fold("머리", body)]


def test_a_long_folded_reply_keeps_its_headline_and_every_line() -> None:
    lines = [f"{number}. " + "가" * 90 for number in range(100)]
    shown = folded_bubbles("\n".join(["머리", *lines]), CUT)
    count = len(shown)
    assert count == 4
    assert all(len(bubble) <= FOLDED_BUBBLE for bubble in shown)
    heads, bodies = zip(*(bubble.split(ZERO_WIDTH_SPACE * 500 + "\n") for bubble in shown), strict=True)
    assert list(heads) == [f"머리 ({number}/{count})" for number in range(1, count + 1)]
    assert "\n".join(bodies).splitlines() == lines


@given(st.text(max_size=9000))
def test_folded_bubbles_fit_and_are_few(text: str) -> None:
    shown = folded_bubbles(text, CUT)
    assert 1 <= len(shown) <= MAX_BUBBLES
    assert all(len(bubble) <= FOLDED_BUBBLE for bubble in shown)


@pytest.mark.parametrize("text", ["한 줄", "가" * 300 + "\n본문"])
def test_without_a_headline_or_a_body_nothing_is_folded(text: str) -> None:
    assert folded_bubbles(text, CUT) == bubbles(text, CUT)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("가나다라마", "가나다라마"),
        ("가나다라마바", "가나..."),
        ("가 나다라마바", "가..."),
        ("가🇰🇷나다라마", "가..."),
    ],
)
def test_a_shortened_text_says_so_and_tears_nothing(text: str, short: str) -> None:
    assert shortened(text, 5) == short


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("**굵게** 그리고 __밑줄__", "굵게 그리고 밑줄"),
        ("## 제목\n본문", "제목\n본문"),
        ("- 하나\n* 둘", "· 하나\n· 둘"),
        ("`코드`", "코드"),
        ("```python\nprint(1)\n```", "print(1)"),
        ("[이름](https://example.com/a)", "이름 (https://example.com/a)"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("snake_case_name", "snake_case_name"),
    ],
)
def test_markdown_becomes_plain_text(marked: str, plain: str) -> None:
    assert strip_markdown(marked) == plain
