"""Names that are the same, and texts that give one away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_server.names import normal, reveals


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("아이스 크림", "아이스크림"),
        ("Pizza", "pizza!"),
        ("ＰＩＺＺＡ", "pizza"),
        ("「기생충」", "기생충"),
        ("스파이더-맨: 홈커밍", "스파이더맨 홈커밍"),
        ("가", "가"),
        ("Straße", "STRASSE"),
    ],
)
def test_equal_names(left: str, right: str) -> None:
    assert normal(left) == normal(right)


@pytest.mark.parametrize(("left", "right"), [("감", "간"), ("C++", "C"), ("1", "2"), ("사과", "사과나무")])
def test_different_names(left: str, right: str) -> None:
    assert normal(left) != normal(right)


@given(st.text())
def test_normal_is_final(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@pytest.mark.parametrize(
    ("hint", "names"),
    [
        ("노란 바나나를 닮았지", ["바나나"]),
        ("바 나 나", ["바나나"]),
        ("바.나.나!", ["바나나"]),
        ("그 유명한 B A N A N A", ["바나나", "banana"]),
        ("물은 흐른다", ["물"]),
        ("한 모금의 물", ["물"]),
        ("이것은 곰입니다", ["곰"]),
        ("곰이었다", ["곰"]),
        ("스스로를 '곰'이라 부르지", ["곰"]),
    ],
)
def test_a_text_that_gives_a_name_away(hint: str, names: list[str]) -> None:
    assert reveals(hint, names)


@pytest.mark.parametrize(
    ("hint", "names"),
    [
        ("노란 초승달 모양", ["바나나"]),
        ("동물원에서 물끄러미 보았지", ["물"]),
        ("무지개 너머", ["개"]),
        ("", ["개"]),
        ("아무 말", []),
        ("아무 말", ["", "?!"]),
    ],
)
def test_a_text_that_keeps_the_secret(hint: str, names: list[str]) -> None:
    assert not reveals(hint, names)


@given(st.text(alphabet="가나다라마 .,", max_size=20), st.text(alphabet="사아자차", min_size=2, max_size=4))
def test_a_longer_name_is_found_wherever_it_stands(around: str, name: str) -> None:
    assert reveals(around + " ".join(name) + around, [name])
