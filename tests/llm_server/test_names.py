"""Names that are the same, and texts that give one away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_server.names import alike, misspelt, normal, quotes, reveals, stems


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


# ---- nearly the same ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("비빔빱", "비빔밥"),
        ("떡보끼", "떡보기"),
        ("에팰탑", "에펠탑"),
        ("숨바꼭찔", "숨바꼭질"),
        ("고양히", "고양이"),
    ],
)
def test_one_wrong_jamo_in_a_longer_name(said: str, name: str) -> None:
    assert misspelt(said, name)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("비빔밥", "비빔밥"),
        ("감", "간"),
        ("사과", "사가"),
        ("비빙밤", "비빔밥"),
        ("물고기", "불고기"),
        ("사각형", "삼각형"),
        ("망아지", "강아지"),
        ("기관사", "기관차"),
        ("운전자", "운전사"),
        ("에펠타", "에펠탑"),
        ("abcd", "abce"),
        ("고양2", "고양이"),
        ("", ""),
    ],
)
def test_another_name_or_one_too_short(said: str, name: str) -> None:
    assert not misspelt(said, name)


@pytest.mark.parametrize(
    ("said", "names", "near"),
    [
        ("스마트폰", ["폰"], True),
        ("남산", ["남산서울타워"], True),
        ("비빙밤", ["비빔밥"], True),
        ("스마트폰", ["휴대전화"], False),
        ("", ["휴대전화"], False),
        ("사과", ["", "배"], False),
    ],
)
def test_what_is_spelt_alike(said: str, names: list[str], near: bool) -> None:
    assert alike(said, names) is near


# ---- other ways to give a name away ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "hint", ["이양고를 거꾸로", "초성은 ㄱㅇㅇ", "ㄱ ㅇ ㅇ 세 글자", "ㄱㅗㅇㅑㅇㅇㅣ", "g-o"]
)
def test_backwards_in_jamo_and_by_initials(hint: str) -> None:
    assert reveals(hint, ["고양이"]) is (hint != "g-o")


@pytest.mark.parametrize(
    ("hint", "names"),
    [
        ("ㅋㅋ 재미있지", ["쿠키"]),
        ("과사무실에 있지", ["사과"]),
        ("초성은 ㄱㅇ", ["고양이"]),
        ("ㅂㅌ", ["butter"]),
    ],
)
def test_laughter_and_chance_give_nothing_away(hint: str, names: list[str]) -> None:
    assert not reveals(hint, names)


SECRET = "종지기의 아이가 태어났다는 신호였다."


@pytest.mark.parametrize(
    ("text", "known", "told"),
    [
        ("그것은 종지기의 아이가 태어난 날", "", True),
        ("종 지 기 의 아 이 가 태 어", "", True),
        ("그것은 종지기의 아이가 태어난 날", "종지기의 아이가 태어나던 날", False),
        ("종지기가 웃었다", "", False),
        ("짧다", "", False),
        ("", "", False),
    ],
)
def test_a_quotation_of_the_secret(text: str, known: str, told: bool) -> None:
    assert quotes(text, SECRET, known=known) is told


def test_a_short_secret_cannot_be_quoted() -> None:
    assert not quotes("물이었다", "물이었다")


def test_words_without_their_particles() -> None:
    assert stems("그는 로봇청소기예요. 남자의 배, 남자도 ROBOT!") == {"그는", "로봇청소기", "남자", "robot"}
    assert stems("배 · 물") == set()
