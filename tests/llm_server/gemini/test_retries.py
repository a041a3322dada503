"""When another attempt follows, and after how long."""

from random import Random

import pytest

from llm_server.errors import Internal, ModelUnavailable
from llm_server.gemini.failures import Again, AttemptFailed, Rest
from llm_server.gemini.retries import LONGEST_BACKOFF, Course


def attempt(again: Again, reason: str = "r", rest: Rest | None = None) -> AttemptFailed:
    return AttemptFailed(reason, ModelUnavailable(reason), again, rest)


class Most(Random):
    """Always the end of the range."""

    def uniform(self, a: float, b: float) -> float:
        return b


def test_the_wait_doubles_up_to_a_limit() -> None:
    course = Course(9, Most())

    assert [course.failed(attempt(Again.BACKOFF), 0) for _ in range(6)] == [0.2, 0.4, 0.8, 1.6, 2.0, 2.0]


def test_the_wait_is_spread() -> None:
    course = Course(99, Random(7))
    waits = [course.failed(attempt(Again.BACKOFF), 0) for _ in range(30)]

    assert 0 <= min(waits) < max(waits) <= LONGEST_BACKOFF
    assert len(set(waits)) == 30


def test_the_limit_counts_every_attempt() -> None:
    course = Course(2, Most())
    course.failed(attempt(Again.BACKOFF, "first"), 0)

    with pytest.raises(ModelUnavailable, match="second"):
        course.failed(attempt(Again.OTHER_KEY, "second"), 0)


def test_never_means_never() -> None:
    with pytest.raises(ModelUnavailable):
        Course(9, Most()).failed(attempt(Again.NEVER), 0)


def test_once_means_once_for_each_reason() -> None:
    course = Course(9, Most())
    course.failed(attempt(Again.ONCE, "disconnected"), 0)
    course.failed(attempt(Again.ONCE, "unreadable"), 0)

    with pytest.raises(ModelUnavailable, match="disconnected"):
        course.failed(attempt(Again.ONCE, "disconnected"), 0)


def test_a_key_that_does_not_rest_is_not_used_again_in_this_course() -> None:
    course = Course(9, Most())

    assert course.failed(attempt(Again.OTHER_KEY), 3) == 0
    assert course.failed(attempt(Again.OTHER_KEY, rest=Rest(5)), 4) == 0
    assert course.spent == {3}


def test_the_last_failure_speaks_for_the_course() -> None:
    course = Course(9, Most())
    otherwise = Internal("none")
    assert course.failure(otherwise) is otherwise

    last = attempt(Again.BACKOFF, "last")
    course.failed(attempt(Again.BACKOFF, "first"), 0)
    course.failed(last, 0)

    assert course.failure(otherwise) is last.failure
