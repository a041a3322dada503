"""Who is meant, and what is said when that is not clear."""

import pytest

from hololive_bot.directory import Directory
from hololive_bot.finding import MOST_CANDIDATES, Finder
from hololive_bot.index import Step
from hololive_bot.members import Member
from hololive_bot.messages import load
from hololive_bot.refusals import MemberGraduated, MemberNotFound, NoChannel, NotServed, SeveralFound
from hololive_bot.seed import load as seed

SAY = load()
FINDER = Finder(Directory(seed()), SAY, prefix="!", holostars=False)


def test_somebody_is_found() -> None:
    found, channel = FINDER.streaming("미코", command="라이브")
    assert (found.name, channel) == ("미코", "UC-hM6YJuNYVAmUWxeIr9FeA")
    assert FINDER.assumed("미코", found) == []
    near = FINDER.one("패코라", command="라이브")
    assert near.step is Step.NEAR
    assert FINDER.assumed("패코라", near) == ["💡 '패코라'라고 해서 페코라 이야기로 알아들었어요."]


def test_it_is_counted_how_names_are_found() -> None:
    counted: list[str] = []
    finder = Finder(Directory(seed()), SAY, prefix="!", holostars=False, looked_up=counted.append)
    finder.one("미코", command="라이브")
    finder.one("패코라", command="라이브")
    for said in ("오오", "이런이름은없어요"):
        with pytest.raises((SeveralFound, MemberNotFound)):
            finder.one(said, command="라이브")
    assert counted == ["name", "near", "several", "nobody"]


def test_nobody_is_found() -> None:
    with pytest.raises(MemberNotFound) as nobody:
        FINDER.one("이런이름은없어요" * 9, command="라이브")
    assert nobody.value.values["nearest"] == ""
    assert len(str(nobody.value.values["name"])) <= 40
    with pytest.raises(MemberNotFound) as some:
        FINDER.one("스이코로", command="라이브")
    assert "스이세이" in str(some.value.values["nearest"])


def test_several_are_asked_back_eight_at_most() -> None:
    people = [
        Member(id=f"p{n}", english_name=f"Yuki {n}", branch="JP", channel_id=f"UC{n}") for n in range(12)
    ]
    directory = Directory(seed())
    directory.replace(people)
    with pytest.raises(SeveralFound) as several:
        Finder(directory, SAY, prefix="!", holostars=False).one("yuki", command="일정")
    lines = str(several.value.values["candidates"]).split("\n")
    assert len(lines) == MOST_CANDIDATES
    assert lines[0] == "!일정 Yuki 0"


def test_a_suggested_line_finds_exactly_the_one_it_names() -> None:
    directory = Directory(seed())
    for member in directory.index.members:
        name = member.korean_name or member.english_name
        assert member in FINDER.one(name, command="정보").members


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("구라", MemberGraduated),
        ("사야카", NoChannel),
        ("미야비", NotServed),
        ("히토미 크리스", MemberGraduated),
    ],
)
def test_who_has_no_streams_is_refused(said: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        FINDER.streaming(said, command="라이브")


def test_twins_are_one_channel_and_two_people() -> None:
    assert FINDER.channel("후와모코", command="라이브")[0].name == "후와와·모코코"
    with pytest.raises(SeveralFound):
        FINDER.person("후와모코", command="정보")
    assert FINDER.person("모코코", command="정보").name == "모코코"
    stars = Finder(Directory(seed()), SAY, prefix="!", holostars=True)
    assert stars.streaming("미야비", command="라이브")[0].name == "미야비"
    group = FINDER.group("0기생")
    assert group is not None
    assert group.unit.label == "0기생"
