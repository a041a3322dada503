"""The data files: complete, consistent, and extended by an operator without code."""

from pathlib import Path

import pytest

from hololive_bot.genres import Genre, Genres
from hololive_bot.index import Found, Index
from hololive_bot.members import Kind, Standing
from hololive_bot.seed import BadData, load

SEED = load()


def test_everybody_is_there() -> None:
    members = SEED.members.values()
    assert len(members) == 128
    assert sum(member.type is Kind.TALENT for member in members) == 116
    assert sum(member.type is Kind.TALENT and member.is_active for member in members) == 89
    assert sum(member.type is Kind.GROUP for member in members) == 9
    assert len({member.channel_id for member in members if member.channel_id}) == 117
    assert SEED.members["mococo-abyssgard"].birthday == "02-02"
    assert SEED.members["watson-amelia"].status is Standing.AFFILIATE
    assert SEED.members["irys"].units == ("promise",)


def test_every_active_talent_can_be_shown_and_followed() -> None:
    for member in SEED.members.values():
        if member.is_active and member.type is Kind.TALENT:
            assert member.channel_id
            assert member.korean_name
            assert member.units
        assert all(url.startswith("https://") for url in member.links.values())


def test_every_genre_but_the_unknown_one_has_a_rule() -> None:
    assert set(SEED.genres) == set(Genre) - {Genre.UNKNOWN}


def test_an_operator_adds_members_names_units_and_topics(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text(
        """
        members: [{id: new-face, english_name: New Face, branch: JP, units: [gen99], channel_id: UCnew}]
        units: {gen99: {label: 99기생, branch: JP}}
        aliases:
          usada-pekora: {ko: [페코대장], nicknames: {ko: [당근]}}
          new-face: {ja: [ニュー]}
        genres: {singing: {topics: [choir]}}
        """,
        "utf-8",
    )
    (tmp_path / "empty.yml").write_text("", "utf-8")
    extended = load(str(tmp_path))
    assert len(extended.members) == 129
    index = Index(extended.members.values(), extended.units)
    for query, slug in (
        ("페코대장", "usada-pekora"),
        ("당근", "usada-pekora"),
        ("にゅー", "new-face"),
        ("페코", "usada-pekora"),
    ):
        found = index.find(query)
        assert isinstance(found, Found)
        assert found.members[0].id == slug
    assert index.unit_called("99기생") is not None
    assert Genres(extended.genres).of("choir", "") is Genre.SINGING
    assert len(load().members) == 128


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("members: [{id: x}]", "members.0.english_name"),
        ("members: [{id: x, english_name: X, branch: JP, colour: red}]", "colour"),
        ("members: [{id: x, english_name: X, branch: JP, units: [gen99]}]", "gen99"),
        ("aliases: {nobody: {ko: [누구]}}", "nobody"),
        ("people: []", "people"),
        ("members: [", "mine.yml"),
        ("members: 5", "members"),
    ],
)
def test_a_slip_of_the_pen_is_named(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "mine.yml").write_text(text, "utf-8")
    with pytest.raises(BadData, match=says):
        load(str(tmp_path))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="no folder"):
        load(str(tmp_path / "missing"))
