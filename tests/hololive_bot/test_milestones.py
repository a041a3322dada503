"""Round numbers are told once, and never those of the past."""

from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hololive_bot.milestones import Change, K, M, change, following, progress, values

COUNTS = st.integers(0, 30 * M)


def test_the_values() -> None:
    listed = (
        100 * K,
        250 * K,
        500 * K,
        750 * K,
        M,
        1500 * K,
        2 * M,
        2500 * K,
        3 * M,
        4 * M,
        5 * M,
        6 * M,
        7 * M,
    )
    assert tuple(islice(values(), 13)) == listed
    assert following(0) == 100 * K
    assert following(100 * K) == 250 * K
    assert following(12 * M) == 13 * M
    assert progress(95 * K) == 0.95


@pytest.mark.parametrize(
    ("before", "count", "reached", "near"),
    [
        (None, 3 * M, (), None),
        (None, 99_900, (), None),
        (99_900, 100_100, (100 * K,), None),
        (99_900, 100_000, (100 * K,), None),
        (100_000, 100_001, (), None),
        (98_000, 98_999, (), None),
        (98_000, 99_000, (), 100 * K),
        (240 * K, 760 * K, (250 * K, 500 * K, 750 * K), None),
        (260 * K, 240 * K, (), None),
        (998 * K, 999 * K, (), M),
    ],
)
def test_a_reading_means_something(
    before: int | None, count: int, reached: tuple[int, ...], near: int | None
) -> None:
    assert change(before, count) == Change(reached, near)


@given(COUNTS, COUNTS)
def test_what_is_reached_lies_between_the_readings(before: int, count: int) -> None:
    found = change(before, count)
    assert all(before < value <= count for value in found.reached)
    assert list(found.reached) == sorted(set(found.reached))
    assert found.near is None or count < found.near <= count / 0.99


@given(st.lists(COUNTS, min_size=2, max_size=20))
def test_a_channel_that_only_grows_reaches_each_value_once(counts: list[int]) -> None:
    counts.sort()
    told = [value for before, count in pairwise(counts) for value in change(before, count).reached]
    assert told == [value for value in islice(values(), 40) if counts[0] < value <= counts[-1]]
