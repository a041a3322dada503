"""One directory for everybody, whose members can be replaced."""

from hololive_bot.directory import Directory
from hololive_bot.genres import Genre
from hololive_bot.index import Found, Nobody
from hololive_bot.members import Member
from hololive_bot.seed import load


def test_members_are_replaced_units_and_rules_stay() -> None:
    directory = Directory(load())
    assert isinstance(directory.index.find("미코"), Found)
    directory.replace([Member(id="new", english_name="New Face", branch="JP", units=("gen0",))])
    assert isinstance(directory.index.find("미코"), Nobody)
    assert isinstance(directory.index.find("new face"), Found)
    group = directory.index.unit_called("0기생")
    assert group is not None
    assert [member.id for member in group.members] == ["new"]
    assert directory.genres.of("singing", "") is Genre.SINGING
