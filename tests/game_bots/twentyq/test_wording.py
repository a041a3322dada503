"""Which wordings are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game_bots.twentyq.wording import is_follow_up, is_verbal, names, noun_of, without_lead
from game_bots.wording import folded, question_key, wants_to_be_told


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("살아 있나요?", "살아있나요"),
        ("동물인가요?", "동물 이에요??"),
        ("큰 거야?", "큰거죠"),
        ("ＢＩＧ한가요", "big한가요"),
    ],
)
def test_politeness_and_spacing_make_no_new_question(one: str, other: str) -> None:
    assert question_key(one) == question_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("살아 있나요?", "살아 없나요?"),
        ("커요?", "작아요?"),
        ("먹나요?", "먹을 수 있나요?"),
        ("한국에 있나요?", "중국에 있나요?"),
    ],
)
def test_other_questions_stay_other_questions(one: str, other: str) -> None:
    assert question_key(one) != question_key(other)


@pytest.mark.parametrize("question", ["그럼 더 커요?", "정말요?", "집에서도 그러면 사나요", "왜요?"])
def test_what_means_something_else_after_another_answer(question: str) -> None:
    assert is_follow_up(question)


@pytest.mark.parametrize(
    "question", ["그것은 살아 있나요?", "이거 먹나요?", "정말로 큰가요?", "왜가리인가요? 새?"]
)
def test_what_means_the_same_at_any_time(question: str) -> None:
    assert not is_follow_up(question)


@pytest.mark.parametrize(
    ("typed", "noun"),
    [
        ("고양이", "고양이"),
        (" 고양이? ", "고양이"),
        ("고양이인가요?", "고양이"),
        ("고양이 입니다!", "고양이"),
        ("혹시 고양이예요?", "고양이"),
        ("원숭이야", "원숭이야"),
        ("돼지", "돼지"),
        ("티끌 모아 태산", "티끌 모아 태산"),
        ("인가요", ""),
        ("맞나요?", ""),
        ("죠스", "죠스"),
        ("요리사죠", "요리사"),
        ("고양이ㅠㅠ", "고양이"),
        ("ㅋㅋ", "ㅋㅋ"),
        ("", ""),
        ("??", ""),
    ],
)
def test_the_noun_in_a_guess(typed: str, noun: str) -> None:
    assert noun_of(without_lead(typed)) == noun


@pytest.mark.parametrize(
    ("guess", "target", "same"),
    [
        ("원숭이야", "원숭이", True),
        ("고양이에요", "고양이", True),
        ("책이에요", "책", True),
        ("책이죠", "책", True),
        ("책이냐", "책", True),
        ("케냐", "케", False),
        ("고양이", "고양", False),
        ("고양이인가요?", "고양이", True),
        ("원숭이", "원숭이", True),
        ("비", "비니", False),
        ("복", "복지", False),
        ("돼", "돼지", False),
        ("거지", "거지", True),
        ("지", "거지", False),
        ("ｋｆｃ", "KFC", True),
        ("소 잃고외양간고친다", "소 잃고 외양간 고친다", True),
        ("?", "고양이", False),
        ("고양이", "", False),
    ],
)
def test_a_guess_names_the_target_word_for_word(guess: str, target: str, same: bool) -> None:
    assert names(guess, target) is same


@pytest.mark.parametrize(
    "rest",
    [
        *(" 알려줘", "을 알려 주세요", "이 뭐야?", " 좀 말해봐", "은 뭔가요", " 제발 좀 알려줘"),
        *(" 공개", " 공개해줘", " 공개해라", " 보여줘요", "이 모야ㅋㅋ", " 말해!", " 알려줄래?", " 알려"),
    ],
)
def test_who_asks_for_the_answer(rest: str) -> None:
    assert wants_to_be_told(rest)


@pytest.mark.parametrize(
    "rest",
    [
        *(" 고양이", "은 사과", ": 사과", "사과", " 이불", " 가방", " 도라지"),
        *(" 공개키", " 모야모야병", " 보여주기"),
    ],
)
def test_who_guesses(rest: str) -> None:
    assert not wants_to_be_told(rest)


@given(st.text(max_size=50))
def test_any_text_has_a_key_and_a_noun(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    question_key(text)
    noun_of(without_lead(text))
    wants_to_be_told(text)
    is_follow_up(text)
    is_verbal(text)
    assert names(text, text) == bool(folded(text))
