"""What a room wants to hear."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hololive_bot.preferences import BadPreference, Preferences, Quiet, stages_of

SEOUL = ZoneInfo("Asia/Seoul")


def at(hour: int, minute: int = 0) -> float:
    return datetime(2026, 11, 25, hour, minute, tzinfo=SEOUL).timestamp()


def test_stages_are_sorted_and_stand_once() -> None:
    assert stages_of([5, 30, 15, 5]) == (30, 15, 5)
    assert stages_of([]) == ()
    for wrong in ([0], [181], list(range(1, 12))):
        with pytest.raises(BadPreference):
            stages_of(wrong)


@pytest.mark.parametrize(
    ("text", "quiet", "loud"),
    [("23:00-07:30", (23, 0, 3, 7), (8, 22)), ("1:00-2:00", (1,), (0, 2, 3)), ("00:00-00:00", (), (0, 12))],
)
def test_quiet_hours_may_pass_midnight(text: str, quiet: tuple[int, ...], loud: tuple[int, ...]) -> None:
    chosen = Preferences(quiet=Quiet.parse(text))
    assert all(chosen.is_quiet(at(hour)) for hour in quiet)
    assert not any(chosen.is_quiet(at(hour)) for hour in loud)
    assert not Preferences().is_quiet(at(3))


def test_quiet_hours_end() -> None:
    night = Quiet.parse("23:00-07:30")
    assert night.over(at(23)) == datetime(2026, 11, 26, 7, 30, tzinfo=SEOUL).timestamp()
    assert night.over(at(3)) == at(7, 30)


@pytest.mark.parametrize(
    "text", ["", "23:00", "24:00-07:00", "23:60-07:00", "23-7", "a:00-b:00", "23:0-07:00"]
)
def test_other_hours_are_refused(text: str) -> None:
    with pytest.raises(BadPreference):
        Quiet.parse(text)


def test_choices_come_from_json_and_go_back() -> None:
    values: dict[str, Any] = {
        "stages": [5, 30],
        "on_start": False,
        "quiet": "23:00-07:30",
        "milestones": None,
    }
    chosen = Preferences().changed(values)
    assert chosen == Preferences(stages=(30, 5), on_start=False, quiet=Quiet(1380, 450))
    assert Preferences().changed(chosen.as_json()) == chosen
    assert chosen.changed({"quiet": ""}).quiet is None
    assert Preferences().as_json()["quiet"] is None


@pytest.mark.parametrize(
    "values",
    [
        {"volume": 3},
        {"volume": None},
        {"stages": 5},
        {"stages": ["5"]},
        {"stages": [True]},
        {"on_start": 1},
        {"quiet": 5},
    ],
)
def test_other_choices_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(BadPreference):
        Preferences().changed(values)


@given(st.integers(0, 1439), st.integers(0, 1439), st.floats(0, 4e9))
def test_it_is_never_quiet_at_its_own_end(begins: int, ends: int, now: float) -> None:
    quiet = Quiet(begins, ends)
    assert Quiet.parse(str(quiet)) == quiet
    assert now < quiet.over(now) <= now + 86_400
    if begins != ends:
        assert not quiet.covers(quiet.over(now))
