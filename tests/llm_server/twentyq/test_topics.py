"""Topic files and the choice among topics."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_server.errors import InvalidInput, TopicsExhausted
from llm_server.names import normal
from llm_server.twentyq.categories import CATEGORIES, spoken
from llm_server.twentyq.topics import Topic, Topics, TopicsError


def files(directory: Path, **replaced: Any) -> Path:
    for category in CATEGORIES:
        items = replaced.get(category, [{"name": f"{category} 하나"}, {"name": f"{category} 둘"}])
        if items is not None:
            content = items if isinstance(items, str) else json.dumps({category: items})
            (directory / f"{category}.json").write_text(content, "utf-8")
    return directory


def small() -> Topics:
    return Topics(Topic(f"{category}{n}", category) for category in CATEGORIES for n in (1, 2))


def test_a_gloss_is_dropped_and_aliases_and_details_are_kept(tmp_path: Path) -> None:
    item = {"name": " 비빔밥 (Bibimbap)", "aliases": [" bibimbap "], "details": {"main_ingredient": "밥"}}
    topics = Topics.load(files(tmp_path, food=[item]))

    found = topics.select("food", banned=(), excluded=(), random=Random(1))

    assert found == Topic("비빔밥", "food", ("bibimbap",), {"main_ingredient": "밥"})
    assert topics.names("비빔 밥") == ("비빔 밥", "bibimbap")
    assert topics.names("모르는 것") == ("모르는 것",)


@pytest.mark.parametrize(
    ("items", "complaint"),
    [
        (None, "food: no topics"),
        ([], "food: no topics"),
        ([{"name": "떡볶이"}, {"name": "떡 볶이"}], "food: 떡 볶이 is there twice"),
        ([{"name": "김밥"}, {"name": "김밥 (Gimbap)"}], "food: 김밥 is there twice"),
        ([{"name": "빵"}, {"name": "식빵", "aliases": ["빵"]}], "of 식빵 is another topic's name"),
        ([{"name": " "}], "food.json"),
        ([{"name": "(gloss)"}], "food.json"),
        ([{"name": "빵", "aliases": [""]}], "food.json"),
        ([{"aliases": []}], "food.json"),
        ([{"name": "빵", "alias": ["b"]}], "food.json"),
        ('{"food": [', "food.json"),
        ('{"drink": []}', "food.json: wants one category"),
        ('{"food": [], "place": []}', "food.json: wants one category"),
    ],
)
def test_wrong_topics_stop_the_start(tmp_path: Path, items: Any, complaint: str) -> None:
    with pytest.raises(TopicsError) as raised:
        Topics.load(files(tmp_path, food=items))

    assert complaint in str(raised.value)


def test_a_directory_without_topics_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(TopicsError):
        Topics.load(tmp_path)


@given(st.randoms(use_true_random=False), st.sampled_from(CATEGORIES))
def test_the_category_asked_for_is_honoured_even_when_it_is_excluded(random: Random, category: str) -> None:
    found = small().select(category, banned=(), excluded=CATEGORIES, random=random)

    assert found.category == category


@given(st.randoms(use_true_random=False), st.sets(st.sampled_from(CATEGORIES), max_size=len(CATEGORIES) - 1))
def test_any_category_means_any_that_is_not_excluded(random: Random, excluded: set[str]) -> None:
    assert small().select("", banned=(), excluded=excluded, random=random).category not in excluded


def test_when_all_are_excluded_any_will_do() -> None:
    assert small().select("", banned=(), excluded=CATEGORIES, random=Random(1)).category in CATEGORIES


def test_every_topic_can_be_drawn() -> None:
    random = Random(3)
    drawn = {small().select("", banned=(), excluded=(), random=random).name for _ in range(500)}

    assert len(drawn) == 2 * len(CATEGORIES)


def test_a_banned_topic_is_never_drawn() -> None:
    random = Random(3)
    drawn = {small().select("food", banned=[" FOOD1 "], excluded=(), random=random).name for _ in range(50)}

    assert drawn == {"food2"}


def test_a_category_that_is_used_up_is_replaced() -> None:
    excluded = set(CATEGORIES) - {"food", "place"}
    found = small().select("food", banned=["food1", "food2"], excluded=excluded, random=Random(1))

    assert found.category == "place"


def test_nothing_left_is_an_error() -> None:
    with pytest.raises(TopicsExhausted):
        small().select("food", banned=["food1", "food2"], excluded=CATEGORIES, random=Random(1))


def test_an_unknown_category_is_refused() -> None:
    with pytest.raises(InvalidInput):
        small().select("drink", banned=(), excluded=(), random=Random(1))


def test_a_category_has_words_and_an_unknown_one_its_own() -> None:
    assert all(len(spoken(category)) == 3 for category in CATEGORIES)
    assert spoken("drink") == ("drink",)


def test_the_categories_in_their_order_on_the_wire() -> None:
    assert CATEGORIES == ("organism", "food", "object", "place", "concept", "movie", "idiom_proverb")


def test_the_shipped_topics_load_and_are_many() -> None:
    topics = Topics.load()

    for category in CATEGORIES:
        found = {topics.select(category, banned=(), excluded=(), random=Random(n)).name for n in range(40)}
        assert len(found) > 20
        assert all(normal(name) for name in found)
