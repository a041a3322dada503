"""The phone's memory: ids, rows, and what may be asked of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.iris.world import STATEMENTS, Refused, World

PAGE = "SELECT * FROM chat_logs WHERE _id > ? ORDER BY _id LIMIT 200"


def test_ids_are_as_large_as_kakaotalks_and_the_same_after_a_restart() -> None:
    one, two = World(), World()
    room, person = one.add_room("놀이방"), one.add_person("민지")
    assert (len(room.id), len(person.id)) == (18, 19)
    assert (two.add_room("놀이방").id, two.add_person("민지").id) == (room.id, person.id)
    assert one.add_room("놀이방").id != room.id
    assert one.add_person("민지").id != person.id


@given(st.text(min_size=1, max_size=20))
def test_every_name_has_ids_of_64_bits(name: str) -> None:
    world = World()
    for made in (world.add_room(name).id, world.add_person(name).id):
        assert 2**53 < int(made) < 2**63


def test_rows_and_logs_only_grow_even_over_a_restart() -> None:
    now = 1_785_283_200.0
    logs: list[int] = []
    rows: list[int] = []
    for start in (0, 60):  # seconds; recorded games are typed faster than a line a second
        world = World(clock=lambda start=start: now + start)  # type: ignore[misc]
        room, person = world.add_room("r"), world.add_person("p")
        for _ in range(500):
            row = world.say(room.id, person.id, "안녕")
            logs.append(int(str(row["id"])))
            rows.append(int(str(row["_id"])))
    assert logs == sorted(set(logs))
    assert rows == sorted(set(rows))
    assert len(str(logs[0])) == 19


def test_columns_are_strings_or_nothing() -> None:
    world = World()
    row = world.say(world.add_room("r").id, world.add_person("p").id, "안녕")
    assert {type(value) for value in row.values()} == {str, type(None)}
    assert (row["type"], row["message"], row["thread_id"]) == ("1", "안녕", None)
    assert '"isMine": false' in str(row["v"])


def test_our_own_messages_are_rows_too() -> None:
    world = World()
    room = world.add_room("r")
    row = world.post(room.id, "안녕", thread="77")
    assert row is not None
    assert (row["user_id"], row["thread_id"]) == (world.bot.id, "77")
    assert '"isMine": true' in str(row["v"])
    picture = world.post(room.id, "", image=b"bytes")
    assert picture is not None
    assert (picture["type"], world.images[str(picture["_id"])]) == ("2", b"bytes")
    assert world.post("12", "어디에도 없는 방") is None


def test_the_bridges_statements_run_and_values_are_bound_as_text() -> None:
    world = World()
    room, person = world.add_room("r"), world.add_person("p")
    rows = [world.say(room.id, person.id, f"{number}") for number in range(3)]
    newest, page, of_room, name = STATEMENTS
    assert world.query(newest, []) == [{"_id": rows[2]["_id"]}]
    assert world.query(page, [str(rows[0]["_id"])]) == rows[1:]
    assert world.query(of_room, [room.id, "0"]) == rows
    assert world.query(f"  {name.replace(' FROM', '  FROM')}", [person.id] * 2) == [
        {"name": "p", "enc": "31"}
    ]


@pytest.mark.parametrize(
    ("statement", "bind"), [("SELECT 1", []), ("DROP TABLE chat_logs", []), (PAGE, []), (PAGE, ["1", "2"])]
)
def test_anything_else_is_refused(statement: str, bind: list[str]) -> None:
    with pytest.raises(Refused):
        World().query(statement, bind)


def test_who_is_not_there_cannot_speak() -> None:
    world = World()
    room, person = world.add_room("r"), world.add_person("p")
    with pytest.raises(Refused):
        world.say("12", person.id, "안녕")
    with pytest.raises(Refused):
        world.say(room.id, "12", "안녕")
    assert room.people == []
    world.say(room.id, person.id, "안녕")
    world.say(room.id, person.id, "안녕")
    assert room.people == [person]
