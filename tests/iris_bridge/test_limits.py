"""How much may be said."""

from hypothesis import given
from hypothesis import strategies as st

from iris_bridge import limits
from iris_bridge.limits import Buckets, Limits, Over


def test_a_burst_is_let_through_and_then_one_a_second() -> None:
    buckets = Buckets(rate=1, burst=3)
    assert [buckets.take("a", 100) for _ in range(4)] == [True, True, True, False]
    assert [buckets.take("a", 101), buckets.take("a", 101)] == [True, False]
    assert buckets.take("b", 101)
    assert [buckets.take("a", 1000) for _ in range(4)] == [True, True, True, False]


def test_lines_that_come_late_fill_nothing_twice() -> None:
    """KakaoTalk's times may go back a little; the bucket's do not."""
    buckets = Buckets(rate=1, burst=1)
    assert buckets.take("a", 100)
    assert not buckets.take("a", 90)
    assert not buckets.take("a", 100.5)
    assert buckets.take("a", 101)


def test_a_rate_of_nothing_lets_all_through() -> None:
    buckets = Buckets(rate=0, burst=1)
    assert all(buckets.take("a", 0) for _ in range(100))


def test_only_so_many_are_remembered() -> None:
    buckets = Buckets(rate=1, burst=1)
    for number in range(limits.MOST_KNOWN + 10):
        buckets.take(str(number), 0)
    assert len(buckets._levels) == limits.MOST_KNOWN
    assert buckets.take("0", 0)  # forgotten, and so full again
    assert not buckets.take(str(limits.MOST_KNOWN), 0)


def test_the_person_is_asked_before_the_room() -> None:
    made = Limits(Buckets(1, 2), Buckets(1, 3))
    users = ["a", "a", "a", "b", "b"]
    assert [made.over(user=user, room="r", now=0) for user in users] == [
        *(None, None, Over.USER, None, Over.ROOM)
    ]


def test_who_is_over_is_told_once_in_a_window() -> None:
    made = Limits(Buckets(1, 1), Buckets(1, 1))

    def tell(user: str, now: float, over: Over = Over.USER) -> bool:
        return made.tell(over, user=user, room="r", now=now)

    assert [tell("a", 0), tell("a", 1), tell("b", 1), tell("a", 59), tell("a", 60), tell("a", 61)] == [
        *(True, False, True, False, True, False)
    ]
    assert [tell("a", 61, Over.ROOM), tell("b", 62, Over.ROOM)] == [True, False]


@given(st.lists(st.floats(0, 100), max_size=50), st.floats(0.1, 5), st.integers(1, 10))
def test_never_more_than_the_burst_and_what_time_has_filled(
    times: list[float], rate: float, burst: int
) -> None:
    buckets = Buckets(rate, burst)
    taken = sum(buckets.take("a", now) for now in sorted(times))
    span = max(times, default=0) - min(times, default=0)
    assert taken <= burst + span * rate + 1e-6
