"""A record of a member: refused when it makes no sense, named the same on every screen."""

import pytest
from pydantic import ValidationError

from hololive_bot.members import Aliases, Kind, Member, Nicknames, Standing, Unit, joined
from hololive_bot.seoul import Day


def member(**fields: object) -> Member:
    return Member.model_validate(
        {"id": "usada-pekora", "english_name": "Usada Pekora", "branch": "JP"} | fields
    )


def test_a_member_is_called_by_the_shortest_korean_name() -> None:
    full = member(korean_name="우사다 페코라", short_korean_name="페코라")
    assert full.name == "페코라"
    assert member(korean_name="우사다 페코라").name == "우사다 페코라"
    assert member().name == "Usada Pekora"
    assert joined([full, member()]) == "페코라·Usada Pekora"


def test_every_name_counts_once() -> None:
    made = member(
        japanese_name="兎田ぺこら", aliases={"ko": ["페코라"], "ja": ["兎田ぺこら"], "en": ["Pekora"]}
    )
    assert made.names() == ["Usada Pekora", "兎田ぺこら", "페코라", "Pekora"]
    assert "Official" not in member(type="group_channel", english_name="hololive Official").names()


@pytest.mark.parametrize(
    "wrong",
    [
        {"birthday": "02-30"},
        {"birthday": "13-01"},
        {"birthday": "1-12"},
        {"debut_date": "2023-02-29"},
        {"debut_date": "23-02-28"},
        {"debut_date": "2023-02-00"},
        {"debut_date": "0000-01-01"},
        {"debut_date": "٢٠٢٠-01-01"},
        {"birthday": "٠١-01"},
        {"facts": {"height_cm": True}},
        {"facts": {"height_cm": 0}},
        {"facts": {"height_cm": 10**20}},
        {"channel_id": "pekora"},
        {"id": "Usada Pekora"},
        {"status": "away"},
        {"nickname": "아몬드"},
        {"english_name": ""},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        member(**wrong)


def test_days_are_days() -> None:
    made = member(birthday="02-29", debut_date="2019-07-17")
    assert made.born == (2, 29)
    assert made.debut == Day(2019, 7, 17)
    assert (member().born, member().debut) == (None, None)


def test_everybody_who_is_not_active_counts_as_graduated() -> None:
    assert member().is_active
    assert not any(member(status=status).is_active for status in Standing if status is not Standing.ACTIVE)
    assert member(branch="HOLOSTARS_EN").is_holostars
    assert member(type=Kind.STAFF).type is Kind.STAFF


def test_further_names_come_behind_the_known_ones() -> None:
    made = member(aliases={"ko": ["페코라"]}, nicknames={"ko": ["아몬드"]})
    more = made.also_called(Aliases(ko=("페코라", "페코"), en=("peko",)), Nicknames(ja=("うさぎ",)))
    assert more.aliases == Aliases(ko=("페코라", "페코"), en=("peko",))
    assert more.nicknames == Nicknames(ko=("아몬드",), ja=("うさぎ",))


def test_a_unit_has_all_its_names() -> None:
    assert Unit(label="holoX", branch="JP", ja="秘密結社", aliases=("홀로엑스",)).names() == [
        "holoX", "秘密結社", "홀로엑스",
    ]  # fmt: skip
