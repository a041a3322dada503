"""When questions are the same, and when equal words are not the same question."""

import pytest

from game_bots.wording import folded, is_asked, question_key, refers_back, wants_to_be_told


@pytest.mark.parametrize(
    ("one", "other"),
    [("남자가 죽었나요?", "남자가 죽었니"), ("살아있나요", "살아 있나요?"), ("ＡＢ인가요", "ab인가")],
)
def test_spacing_and_politeness_do_not_make_another_question(one: str, other: str) -> None:
    assert question_key(one) == question_key(other)


def test_a_negation_makes_another_question() -> None:
    assert question_key("죽었나요?") != question_key("안 죽었나요?")
    assert (folded("  !?"), question_key("나요")) == ("", "나")


def test_a_question_is_known_by_its_end() -> None:
    assert is_asked("큰가요 ?!")
    assert not is_asked("주제는 바다")


@pytest.mark.parametrize(
    "text", ["그게 중요한가요?", "혹시 그건 그의 것인가요", "그럼 살아 있나요?", "정말요?", "왜요?!"]
)
def test_some_questions_refer_to_the_answer_before(text: str) -> None:
    assert refers_back(text)


@pytest.mark.parametrize(
    "text", ["그는 배우인가요?", "진짜 총인가요?", "그 사람의 이름이 중요한가요?", "이웃이 보았나요?"]
)
def test_others_stand_alone(text: str) -> None:
    assert not refers_back(text)


@pytest.mark.parametrize(
    "rest",
    [
        "알려줘",
        "좀 알려 주세요",
        "이 뭐예요?",
        "뭔데",
        "뭔가요?",
        "뭔가",
        "뭐라고요",
        "무엇인가요",
        "공개",
        "공개 좀",
        "공개해",
        "알려줄래?",
        "알려줄 수 있어?",
        "말해줄게요?",
        "줘",
    ],
)
def test_who_asks_for_the_answer_is_known(rest: str) -> None:
    assert wants_to_be_told(rest)


@pytest.mark.parametrize(
    "rest",
    [
        "뭔가에 홀린 남자가 스스로 문을 열었다",
        "뭔가 무서운 것을 보고 도망친 거예요",
        "뭐든지 믿는 사람이라 속았다",
        "무엇인가에 쫓기고 있었다",
        "무엇이든 먹는 병이었다",
        "공개 처형을 당한 사람이다",
        "알려 주려고 온 사람이 범인이다",
        "말해 주러 왔다가 죽었다",
        "말해줘서 고마웠던 것이다",
        "알려줄 사람이 없어서 죽었다",
        "줘도 받지 않는 사람이다",
    ],
)
def test_an_attempt_that_begins_alike_is_none(rest: str) -> None:
    assert not wants_to_be_told(rest)
