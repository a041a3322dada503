"""Rotation and rests of API keys."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_server.gemini.keys import Keys, Resting, seconds_to_quota_day


def test_keys_take_turns() -> None:
    keys = Keys(3)

    assert [keys.pick("m", 0) for _ in range(4)] == [0, 1, 2, 0]


def test_a_quota_rests_the_key_for_its_model_only() -> None:
    keys = Keys(1)
    keys.rest(0, "m", until=10)

    assert keys.pick("m", 9.9) is None
    assert keys.soonest("m", 9.9) == Resting(10, refused=False)
    assert keys.pick("other", 9.9) == 0
    assert keys.pick("m", 10) == 0
    assert keys.soonest("m", 10) is None


def test_a_refused_key_rests_for_every_model() -> None:
    keys = Keys(2)
    keys.refuse(0, until=10)
    keys.rest(0, "m", until=5)

    assert keys.pick("m", 1) == 1
    assert keys.pick("m", 1) == 1
    assert keys.soonest("m", 1) == Resting(10, refused=True)


def test_spent_keys_are_passed_over() -> None:
    keys = Keys(2)
    keys.rest(1, "m", until=5)

    assert keys.pick("m", 0, besides={0}) is None
    assert keys.soonest("m", 0, besides={0, 1}) is None
    assert keys.soonest("m", 0, besides={0}) == Resting(5, refused=False)


def test_without_keys_there_is_nothing_to_pick_or_wait_for() -> None:
    assert Keys(0).pick("m", 0) is None
    assert Keys(0).soonest("m", 0) is None


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        ("2026-01-10T07:59:59+00:00", 1),  # winter: midnight is 08:00 UTC
        ("2026-01-10T08:00:00+00:00", 86_400),
        ("2026-07-10T06:00:00+00:00", 3600),  # summer: 07:00 UTC
        ("2026-03-08T08:00:00+00:00", 82_800),  # the day that loses an hour
        ("2026-11-01T07:00:00+00:00", 90_000),  # the day that gains one
    ],
)
def test_the_quota_day_ends_at_midnight_in_california(now: str, seconds: float) -> None:
    assert seconds_to_quota_day(datetime.fromisoformat(now)) == seconds


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2030, 1, 1)))  # noqa: DTZ001
def test_a_daily_quota_never_rests_longer_than_a_day(naive: datetime) -> None:
    assert 0 < seconds_to_quota_day(naive.replace(tzinfo=UTC)) <= 25 * 3600
