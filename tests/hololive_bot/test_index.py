"""Finding a member by name, and asking back rather than guessing."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hololive_bot.index import Found, Group, Index, Nobody, Several, Step
from hololive_bot.members import Member
from hololive_bot.seed import load
from tests.hololive_bot.spellings import spellings

SEED = load()
INDEX = Index(SEED.members.values(), SEED.units)


def found(query: str) -> Found:
    answer = INDEX.find(query)
    assert isinstance(answer, Found), answer
    return answer


def test_a_thousand_spellings_find_their_member() -> None:
    every = spellings(SEED.members.values())
    results: Counter[str] = Counter()
    for one in every:
        answer = INDEX.find(one.text)
        if isinstance(answer, Found) and one.member in answer.members:
            results["right"] += 1
        elif isinstance(answer, Several) and one.member in answer.members:
            results["asked back"] += 1
        else:
            results[f"wrong: {one.text}"] += 1
    assert len(every) > 4000
    assert results["right"] / len(every) >= 0.995
    assert results["right"] + results["asked back"] == len(every), results


def test_every_alias_of_an_active_talent_finds_exactly_that_talent() -> None:
    for member in SEED.members.values():
        if member.is_active:
            for alias in member.aliases.every():
                answer = found(alias)
                assert answer.step is Step.NAME
                assert member in answer.members
                assert {one.channel_id for one in answer.members} == {member.channel_id}


@pytest.mark.parametrize(
    ("query", "name", "step"),
    [
        ("미코", "미코", Step.NAME),
        ("UC-hM6YJuNYVAmUWxeIr9FeA", "미코", Step.NAME),
        ("sakuramiko", "미코", Step.NAME),
        ("AZKi Channel", "아즈키", Step.TITLE),
        ("호쇼", "마린", Step.PREFIX),
        ("가네 노엘", "노엘", Step.PART),
        ("회장", "코코", Step.NICKNAME),
        ("패코라", "페코라", Step.NEAR),
        ("pekola", "페코라", Step.NEAR),
        ("페코쨩", "페코라", Step.NAME),
        ("호쇼님", "마린", Step.PREFIX),
        ("패코라님", "페코라", Step.NEAR),
    ],
)
def test_the_first_step_that_hits_decides(query: str, name: str, step: Step) -> None:
    answer = found(query)
    assert (answer.name, answer.step) == (name, step)
    assert answer.is_assumed is (step is Step.NEAR)


@pytest.mark.parametrize("query", ["", "  ", "!", "아", "가" * 61, "목록", "없는사람이야"])
def test_nobody_is_guessed(query: str) -> None:
    assert isinstance(INDEX.find(query), Nobody)


def test_one_letter_matches_nobody_by_chance() -> None:
    assert isinstance(INDEX.find("미"), Nobody)
    assert found("멜").name == "멜"


def test_who_nearly_fits_is_suggested() -> None:
    answer = INDEX.find("스이코로")
    assert isinstance(answer, Nobody)
    assert 1 <= len(answer.nearest) <= 3
    assert all(member.is_active for member in answer.nearest)


def test_different_members_are_asked_back() -> None:
    answer = INDEX.find("오오")
    assert isinstance(answer, Several)
    assert {member.name for member in answer.members} == {"스바루", "미오"}


def test_twins_share_their_channel() -> None:
    for query in ("Abyssgard", "후와모코", "FUWAMOCO", "FUWAMOCO Ch. hololive-EN"):
        twins = found(query)
        assert twins.name == "후와와·모코코"
        assert twins.channel_id == "UCt9H_RpQzhxzlyBxFqrdHqA"
    assert found("모코코").name == "모코코"


def test_active_members_win_over_those_who_left() -> None:
    left = Member(id="left", english_name="Left Hana", branch="JP", status="graduated", channel_id="UCleft")
    here = Member(id="here", english_name="Here Hana", branch="JP", channel_id="UChere")
    answer = Index([left, here], {}).find("hana")
    assert isinstance(answer, Found)
    assert answer.members == (here,)
    alone = Index([left], {}).find("hana")
    assert isinstance(alone, Found)
    assert alone.members == (left,)


def test_who_has_no_channel_is_asked_back() -> None:
    people = [Member(id=name, english_name=f"{name} Yuki", branch="JP") for name in ("one", "two")]
    assert isinstance(Index(people, {}).find("yuki"), Several)


@pytest.mark.parametrize("query", ["홀로엑스", "holoX", "6기생", "비밀결사 holoX", "holox"])
def test_a_unit_is_its_active_members(query: str) -> None:
    group = INDEX.find(query)
    assert isinstance(group, Group)
    assert [member.name for member in group.members] == ["다크니스", "루이", "코요리", "이로하"]


def test_a_unit_and_its_channel_can_have_one_name() -> None:
    assert found("리글로스").members[0].id == "devis-regloss"
    group = INDEX.unit_called("리글로스")
    assert group is not None
    assert [member.id for member in group.members][-1] == "devis-regloss"
    assert len(group.members) == 5
    assert INDEX.unit_called("중국 1기생") is None
    assert INDEX.unit_called("미코") is None


def test_names_in_lists_of_others_are_taken_exactly_or_not_at_all() -> None:
    for name, slug in (("さくらみこ", "sakuramiko"), ("Miko Ch. さくらみこ", "sakuramiko")):
        answer = INDEX.exactly(name)
        assert answer is not None
        assert answer.members[0].id == slug
    assert INDEX.exactly("さくら") is None
    twice = [Member(id=name, english_name="Yuki", branch="JP", channel_id=f"UC{name}") for name in ("a", "b")]
    assert Index(twice, {}).exactly("Yuki") is None


def test_a_channel_has_a_name() -> None:
    assert INDEX.channel_name("UCt9H_RpQzhxzlyBxFqrdHqA", "?") == "후와와·모코코"
    assert INDEX.channel_name("UCnobody", "누구") == "누구"
    assert INDEX.on_channel("UCnobody") == ()
    member = INDEX.with_id("usada-pekora")
    assert member is not None
    assert member.name == "페코라"
    assert INDEX.with_id("nobody") is None


@given(st.text(max_size=70))
def test_no_query_breaks_it(query: str) -> None:
    INDEX.find(query)
    INDEX.unit_called(query)
    INDEX.exactly(query)
