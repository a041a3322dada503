"""Whom a sentence names."""

import pytest

from hololive_bot.index import Index
from hololive_bot.mentions import is_about, mentioned
from hololive_bot.seed import load

SEED = load()
INDEX = Index(SEED.members.values(), SEED.units)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("미코 내일 방송 있어?", ["미코"]),
        ("미코는 오늘 방송해?", ["미코"]),
        ("사쿠라 미코 구독자 몇 명이야", ["미코"]),
        ("페코라랑 마린이 같이 하는 거 언제야", ["페코라", "마린"]),
        ("스이세이짱은 언제 와?", ["스이세이"]),
        ("미코님", ["미코"]),
        ("후와모코 언제 해?", ["후와와", "모코코"]),
        ("Gawr Gura 졸업했어?", ["구라"]),
        ("미코? 페코라!", ["미코", "페코라"]),
        ("오늘 점심 뭐 먹지", []),
        ("소라게 먹고 싶다", []),
        ("미 방송", []),
        ("", []),
    ],
)
def test_only_exact_names_count(text: str, names: list[str]) -> None:
    assert [member.name for member in mentioned(text, INDEX)] == names


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("오늘 누가 방송해?", True),
        ("이번 달 생일 누구야", True),
        ("홀 로 라이브 소식", True),
        ("미코 뭐해", True),
        ("점심 뭐 먹지", False),
        ("ㅋㅋㅋㅋ", False),
        ("주사위", False),
    ],
)
def test_a_sentence_is_about_us_or_not(text: str, about: bool) -> None:
    assert is_about(text, INDEX) is about
