"""A room that floods is not answered; one that waited is."""

from hololive_bot.limits import ROOMS, RoomLimit


def test_ten_in_ten_seconds_and_no_more() -> None:
    limit = RoomLimit()
    assert all(limit.admits("r", f"{number}-0", 100.0 + number / 10) for number in range(10))
    assert not limit.admits("r", "10-0", 101.0)
    assert limit.admits("other", "10-0", 101.0)
    assert limit.admits("r", "11-0", 110.0)
    assert not limit.admits("r", "12-0", 110.0)


def test_a_line_that_comes_again_is_counted_once() -> None:
    limit = RoomLimit(commands=1)
    assert limit.admits("r", "1-0", 1.0)
    assert limit.admits("r", "1-0", 1.0)
    assert not limit.admits("r", "2-0", 1.5)


def test_lines_count_by_the_time_they_were_typed() -> None:
    limit = RoomLimit()
    assert all(limit.admits("r", f"{number}-0", number * 2.0) for number in range(100))


def test_rooms_are_forgotten_when_there_are_too_many() -> None:
    limit = RoomLimit(commands=1)
    assert all(limit.admits(str(room), "1-0", 1.0) for room in range(ROOMS + 1))
    assert limit.admits("0", "2-0", 1.0)
    assert not limit.admits(str(ROOMS), "2-0", 1.0)
