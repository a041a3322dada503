"""How long failures are waited out, and how often they are told."""

import pytest

from llm_server.usage.failures import Failures


def test_a_pause_doubles_up_to_the_longest_and_stays_there() -> None:
    failures = Failures(pause=1.0, longest_pause=60.0, log_interval=60.0)
    pauses = []
    for _ in range(10_000):
        failures.add(0.0)
        pauses.append(failures.pause)
    assert pauses[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert set(pauses[8:]) == {60.0}


@pytest.mark.parametrize("longest", [0.0, 0.5])
def test_the_longest_pause_is_never_shorter_than_the_first(longest: float) -> None:
    failures = Failures(pause=1.0, longest_pause=longest, log_interval=60.0)
    for _ in range(3):
        failures.add(0.0)
    assert failures.pause == 1.0


def test_failures_are_told_at_powers_of_two_and_after_a_while() -> None:
    failures = Failures(pause=1.0, longest_pause=60.0, log_interval=60.0)
    assert [n for n in range(1, 20) if failures.add(0.0)] == [1, 2, 4, 8, 16]
    assert failures.add(60.0)
    assert not failures.add(119.0)
    assert failures.add(120.0)


def test_success_starts_anew_and_says_how_often_it_had_failed() -> None:
    failures = Failures(pause=1.0, longest_pause=60.0, log_interval=60.0)
    for _ in range(5):
        failures.add(0.0)
    assert failures.end() == 5
    assert failures.end() == 0
    failures.add(0.0)
    assert failures.pause == 1.0
