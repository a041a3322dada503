"""Any line is read without an exception; what is ours is found through spaces, breaks and invisible characters."""

import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botkit.chat.errors import LineTooLong
from botkit.chat.grammar import Form, Grammar, listed, words


@dataclass(frozen=True)
class Said:
    what: str


def _form(name: str, pattern: str, **options: object) -> Form:
    return Form(name, pattern, lambda match: Said(f"{name}:{match.groupdict().get('rest', '')}"), **options)  # type: ignore[arg-type]


GRAMMAR = Grammar(
    prefix="/테",
    forms=[
        _form("help", "", usage="도움말"),
        Form("never", r".*거절.*", lambda _: None),
        _form("start", rf"\s?{words('시작', 'start')}(?P<rest> .+)?", usage="시작 [주제]"),
        _form("ask", r"\s(?P<rest>.+)"),
    ],
    fallback=_form("unknown", ".*"),
    limit=30,
)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/테", "help:"),
        ("  /테  ", "help:"),
        ("/테 시작", "start:None"),
        ("/테시작", "start:None"),
        ("/테 START 음식", "start: 음식"),
        ("/테 큰가요?\n정말?", "ask:큰가요? 정말?"),
        ("/\u200b테 \ufeff시작", "start:None"),
        ("/테 거절", "ask:거절"),
        ("/테다", "unknown:"),
    ],
)
def test_the_first_form_that_fits_wins(line: str, said: str) -> None:
    parsed = GRAMMAR.parse(line)
    assert parsed is not None
    assert parsed.command == Said(said)
    assert parsed.form.name == said.partition(":")[0]


@pytest.mark.parametrize("line", ["", " ", "테 시작", "hello /테 시작", "/ 테"])
def test_other_lines_are_not_ours(line: str) -> None:
    assert GRAMMAR.parse(line) is None
    assert not GRAMMAR.is_meant(line)


@pytest.mark.parametrize("line", ["/테다", "/테니스 " + "가" * 99])
def test_without_a_fallback_that_takes_it_a_line_is_not_ours(line: str) -> None:
    declining = Form("unknown", ".*", lambda _: None)
    for fallback in (None, declining):
        grammar = Grammar(prefix="/테", forms=GRAMMAR.forms, fallback=fallback, limit=30)
        assert grammar.parse(line) is None
        assert grammar.parse("/테 시작") == GRAMMAR.parse("/테 시작")


def test_a_line_may_be_as_long_as_the_limit() -> None:
    assert GRAMMAR.parse("/테 " + "가" * 29) is not None
    too_long = "/테 " + "가" * 30
    assert GRAMMAR.is_meant(too_long)
    with pytest.raises(LineTooLong) as caught:
        GRAMMAR.parse(too_long)
    assert caught.value.values == {"limit": 30}


def test_a_prefix_has_other_spellings() -> None:
    grammar = Grammar(prefix="!", forms=[_form("go", "가")], fallback=None, limit=9, other_prefixes=("！",))
    for line in ("!가", "！가"):
        assert grammar.is_meant(line)
        assert grammar.parse(line) is not None
    assert grammar.usages({}) == []


def test_usages_stand_behind_the_prefix_and_its_gap() -> None:
    forms = [_form("go", "가", usage="가 [곳]")]
    for gap in (" ", ""):
        grammar = Grammar(prefix="!", forms=forms, fallback=None, limit=9, gap=gap)
        assert grammar.usages({"go": "간다"}) == [(f"!{gap}가 [곳]", "간다")]


def test_what_the_fallback_declines_is_not_for_the_bot() -> None:
    declining = Form("maybe", r"(?P<rest>.*)", lambda match: Said("yes") if match["rest"] == "응" else None)
    for fallback in (None, declining):
        grammar = Grammar(prefix="!", forms=[_form("go", "가")], fallback=fallback, limit=9)
        assert grammar.parse("!나") is None
        assert (grammar.parse("!응") is not None) is (fallback is declining)


@given(st.text(max_size=80))
def test_no_line_breaks_the_parser(line: str) -> None:
    for text in (line, f"/테{line}"):
        try:
            GRAMMAR.parse(text)
        except LineTooLong:
            assert len(text) > 30


def test_usages_list_the_forms_with_one() -> None:
    assert GRAMMAR.usages({"help": "안내", "start": "시작해요"}) == [
        ("/테 도움말", "안내"),
        ("/테 시작 [주제]", "시작해요"),
    ]


def test_lists_split_at_every_comma() -> None:
    assert listed("가, 나，다、 ,라") == ("가", "나", "다", "라")
    assert re.fullmatch(words("?", "a.b"), "a.b")
