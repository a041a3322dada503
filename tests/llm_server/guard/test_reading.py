"""A text is read in pieces; what a sentence does is known at each of its places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_server.guard.matcher import Matcher
from llm_server.guard.mood import Mood
from llm_server.guard.reading import Reading, pieces

MATCHER = Matcher(
    {"secret": ["정답"], "reveal": ["알려"], "others": ["남자", "he"], "addressed": ["너는", "you"]}
)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("살아 있나요?", 1),
        ("살아 있나요? " * 8, 1),
        ("살아 있나요? " * 30, 3),
        ("가" * 300, 1),
        ("가" * 301, 2),
        ("가" * 501, 3),
    ],
)
def test_pieces(text: str, count: int) -> None:
    assert len(list(pieces(text))) == count


@given(st.text(st.sampled_from("가나 .?!x해줘"), max_size=900))
def test_pieces_leave_nothing_out(text: str) -> None:
    parts = list(pieces(text))

    assert all(part in text for part in parts)
    assert all(len(part) <= 300 for part in parts)
    at = 0
    for part in parts:
        start = text.find(part, max(at - 300, 0))
        assert 0 <= start <= at
        at = max(at, start + len(part))
    assert at == len(text)


def test_what_a_reading_shows() -> None:
    reading = Reading("정답 알려줘?", MATCHER)

    assert reading.words == ["정답", "알려줘"]
    assert reading.maybe() == ["@secret", "@reveal"]
    assert set(reading.shown()) == {"@secret", "@reveal", "@reveal@secret", "!ORDER", "?"}


def test_only_a_scrap_shows_its_concepts_together() -> None:
    assert "@reveal@secret" not in Reading("정답 좀 빨리 알려줘 나 이제 가야 해", MATCHER).shown()
    assert Reading("정답", MATCHER).shown() == ["@secret", "!OPEN"]


def test_the_sentence_at_a_place() -> None:
    reading = Reading("남자는 정답을 말했나요? 정답 알려줘. 너는 남자를 봤나요? you", MATCHER)
    first, second, third, _ = 0, 11, 17, 27

    assert [reading.mood(place) for place in (first, second, third)] == [Mood.STORY, Mood.ORDER, Mood.STORY]
    assert [reading.told(place) for place in (first, second, third)] == [True, False, False]
    assert reading.told(first)
    assert reading.together([first, second])
    assert not reading.together([first, third])
    assert reading.together([second, third])


def test_a_question_is_told_when_it_names_somebody() -> None:
    assert Reading("is he there?", MATCHER).told(0)
    assert not Reading("is it there?", MATCHER).told(0)
