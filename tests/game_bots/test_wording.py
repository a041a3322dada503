"""When questions are the same, and when equal words are not the same question."""

import pytest

from game_bots.wording import folded, is_asked, question_key, refers_back


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
