"""Topic files and the choice among topics."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_server.errors import InvalidInput, TopicsExhausted
from llm_server.names import normal
from llm_server.twentyq.categories import CATEGORIES, spoken
from llm_server.twentyq.topics import SHIPPED, Topic, Topics, TopicsError


def files(directory: Path, **replaced: Any) -> Path:
    for category in CATEGORIES:
        items = replaced.get(category, [{"name": f"{category} 하나"}, {"name": f"{category} 둘"}])
        if items is not None:
            content = items if isinstance(items, str) else json.dumps({category: items})
            (directory / f"{category}.json").write_text(content, "utf-8")
    return directory


def small() -> Topics:
    return Topics(Topic(f"{category}{n}", category) for category in CATEGORIES for n in (1, 2))


def small_with(foods: Iterable[Topic]) -> Topics:
    return Topics([*foods, *(Topic(category, category) for category in CATEGORIES if category != "food")])


def graded(*levels: int, banned: tuple[str, ...] = ()) -> dict[int, int]:
    """Level asked for → level drawn, out of foods with these levels, named after their number."""
    topics = small_with(Topic(str(n), "food", level=level) for n, level in enumerate(levels))
    return {
        asked: topics.select("food", banned=banned, excluded=(), random=Random(1), level=asked).level
        for asked in (1, 2, 3)
    }


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
        ([{"name": "빵", "level": 0}], "food.json"),
        ([{"name": "빵", "level": 4}], "food.json"),
        ([{"name": "빵", "level": "1"}], "food.json"),
        ([{"name": "빵", "level": 1.5}], "food.json"),
        ([{"name": "빵", "level": True}], "food.json"),
        ([{"name": "빵", "level": None}], "food.json"),
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


# ---- levels ---------------------------------------------------------------------------------------------

levels = st.sampled_from([1, 2, 3])


def test_a_level_is_read_and_may_be_left_out(tmp_path: Path) -> None:
    foods = [{"name": "밥", "level": 1}, {"name": "빵"}, {"name": "떡", "level": 3}]
    topics = Topics.load(files(tmp_path, food=foods))
    random = Random(3)
    drawn = [topics.select("food", banned=(), excluded=(), random=random) for _ in range(50)]

    assert {topic.name: topic.level for topic in drawn} == {"밥": 1, "빵": 2, "떡": 3}


@pytest.mark.parametrize(
    ("levels", "found"),
    [
        ((1, 2, 3), [1, 2, 3]),
        ((1, 1), [1, 1, 1]),
        ((2, 3), [2, 2, 3]),
        ((1, 3), [1, 1, 3]),  # of two that are equally near, the easier
        ((1, 2), [1, 2, 2]),
        ((3,), [3, 3, 3]),
    ],
)
def test_a_level_is_honoured_or_the_nearest_one(levels: tuple[int, ...], found: list[int]) -> None:
    assert list(graded(*levels).values()) == found


def test_what_is_banned_leaves_the_nearest_level() -> None:
    assert graded(1, 2, 3, banned=("1",)) == {1: 1, 2: 1, 3: 3}
    assert graded(1, 2, 3, banned=("2",)) == {1: 1, 2: 2, 3: 2}
    assert graded(1, 2, 3, banned=("0", "1")) == {1: 3, 2: 3, 3: 3}


def test_a_level_is_honoured_elsewhere_too() -> None:
    foods = [Topic("밥", "food", level=1)]
    others = [Topic(f"place{n}", "place", level=n) for n in (1, 2, 3)]
    topics = Topics([*foods, *others, *(Topic(c, c) for c in CATEGORIES if c not in ("food", "place"))])
    excluded = set(CATEGORIES) - {"food", "place"}

    found = topics.select("food", banned=["밥"], excluded=excluded, random=Random(1), level=3)

    assert (found.category, found.level) == ("place", 3)


@given(st.randoms(use_true_random=False), levels)
def test_no_level_nearer_than_the_drawn_one_was_left(random: Random, level: int) -> None:
    foods = [Topic(str(n), "food", level=random.choice((1, 2, 3))) for n in range(random.randint(1, 6))]
    banned = [topic.name for topic in foods[1:] if random.random() < 0.5]
    left = [topic.level for topic in foods if topic.name not in banned]

    found = small_with(foods).select("food", banned=banned, excluded=(), random=random, level=level)

    assert found.name not in banned
    assert abs(found.level - level) == min(abs(other - level) for other in left)


def test_every_topic_of_a_level_can_be_drawn() -> None:
    topics = small_with(Topic(str(n), "food", level=1 + n % 3) for n in range(9))
    random = Random(3)
    drawn = {topics.select("food", banned=(), excluded=(), random=random, level=3).name for _ in range(200)}

    assert drawn == {"2", "5", "8"}


# ---- seeds ----------------------------------------------------------------------------------------------

seeds = st.text(min_size=1)


@pytest.mark.parametrize(
    ("seed", "category", "level", "name"),
    [
        ("2026-11-25", "", 0, "idiom_proverb2"),
        ("2026-11-26", "", 0, "concept2"),
        ("2026-11-27", "", 0, "object1"),
        ("2026-11-25", "food", 0, "food2"),
        ("2026-11-27", "food", 0, "food1"),
        ("오늘", "idiom_proverb", 2, "idiom_proverb2"),
    ],
)
def test_a_seed_means_the_same_topic_for_ever(seed: str, category: str, level: int, name: str) -> None:
    found = small().select(category, banned=(), excluded=(), random=Random(), level=level, seed=seed)

    assert found.name == name


@given(
    seeds,
    st.sampled_from(["", *CATEGORIES]),
    st.sampled_from([0, 1, 2, 3]),
    st.sets(st.sampled_from(CATEGORIES)),
    st.randoms(use_true_random=False),
)
def test_a_seed_leaves_nothing_to_chance_or_order(
    seed: str, category: str, level: int, excluded: set[str], random: Random
) -> None:
    listed = [Topic(f"{c}{n}", c, level=n) for c in CATEGORIES for n in (1, 2, 3)]
    shuffled = random.sample(listed, len(listed))

    one, other = (
        Topics(topics).select(category, banned=(), excluded=excluded, random=Random(), level=level, seed=seed)
        for topics in (listed, shuffled)
    )

    assert one == other
    assert level in (0, one.level)
    assert category in ("", one.category)


@given(seeds, st.integers(min_value=1, max_value=8), st.sampled_from([0, 1, 2, 3]), levels)
def test_a_new_topic_takes_its_own_days_only(seed: str, many: int, level: int, new: int) -> None:
    foods = [Topic(str(n), "food", level=1 + n % 3) for n in range(many)]
    added = Topic("새것", "food", level=new)

    before, after = (
        small_with(topics).select("food", banned=(), excluded=(), random=Random(), seed=seed, level=level)
        for topics in (foods, [*foods, added])
    )

    assert after in (added, before)


@given(seeds, st.sets(st.integers(min_value=0, max_value=5), max_size=5))
def test_a_seed_never_brings_what_is_banned_and_bans_change_nothing_else(seed: str, banned: set[int]) -> None:
    topics = small_with(Topic(str(n), "food") for n in range(6))

    free, held = (
        topics.select("food", banned=names, excluded=(), random=Random(), seed=seed)
        for names in ((), tuple(map(str, banned)))
    )

    assert held.name not in set(map(str, banned))
    assert held == free or free.name in set(map(str, banned))


def test_seeds_share_the_topics_evenly() -> None:
    drawn = Counter(
        small().select("", banned=(), excluded=(), random=Random(), seed=f"day {n}").name for n in range(1400)
    )

    assert len(drawn) == 2 * len(CATEGORIES)
    assert min(drawn.values()) > 60  # of 100 each


def test_a_seed_goes_elsewhere_when_its_category_is_used_up() -> None:
    excluded = set(CATEGORIES) - {"food", "place"}
    banned = ["food1", "food2"]
    found = {
        small().select("food", banned=banned, excluded=excluded, random=Random(), seed="오늘").name
        for _ in range(10)
    }

    assert len(found) == 1
    assert found <= {"place1", "place2"}


# ---- what is shipped ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> dict[str, list[dict[str, Any]]]:
    """The files as they are written."""
    read = (json.loads(path.read_text("utf-8")) for path in SHIPPED.glob("*.json"))
    return {category: items for content in read for category, items in content.items()}


def test_the_shipped_topics_load_and_are_many() -> None:
    topics = Topics.load()

    for category in CATEGORIES:
        found = {topics.select(category, banned=(), excluded=(), random=Random(n)).name for n in range(40)}
        assert len(found) > 20
        assert all(normal(name) for name in found)


def test_every_shipped_topic_has_a_level_and_each_has_its_share(shipped: dict[str, Any]) -> None:
    for category in CATEGORIES:
        levels = Counter(item["level"] for item in shipped[category])
        assert set(levels) == {1, 2, 3}
        assert min(levels.values()) >= 0.12 * levels.total(), category
    levels = Counter(item["level"] for items in shipped.values() for item in items)
    shares = [levels[level] / levels.total() for level in (1, 2, 3)]
    assert shares == pytest.approx([0.35, 0.45, 0.20], abs=0.05)


def test_no_shipped_name_or_alias_stands_for_two_topics_of_a_category(shipped: dict[str, Any]) -> None:
    for category, items in shipped.items():
        names = Counter(
            name for item in items for name in {normal(said) for said in (item["name"], *item["aliases"])}
        )
        assert [name for name, times in names.items() if times > 1] == [], category


def test_no_shipped_alias_is_its_own_topic(shipped: dict[str, Any]) -> None:
    for items in shipped.values():
        for item in items:
            said = [normal(name) for name in (item["name"], *item["aliases"])]
            assert len(set(said)) == len(said), item["name"]


def test_no_shipped_name_stands_in_two_categories(shipped: dict[str, Any]) -> None:
    names = Counter(normal(item["name"]) for items in shipped.values() for item in items)
    assert [name for name, times in names.items() if times > 1] == []
