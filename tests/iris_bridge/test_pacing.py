"""Gaps, bursts, the breaker, and what follows silence."""

import pytest

from iris_bridge import pacing
from iris_bridge.pacing import MOST_ATTEMPTS, Breaker, Next, RoomPace, after_silence


def test_a_room_rests_after_each_message() -> None:
    pace = RoomPace(gap=0.7, burst=0)
    assert pace.wait("a", 100) == 0
    pace.sent("a", 100)
    assert pace.wait("a", 100) == pytest.approx(0.7)
    assert pace.wait("a", 100.5) == pytest.approx(0.2)
    assert pace.wait("a", 101) == 0
    assert pace.wait("b", 100) == 0


def test_a_room_gets_five_messages_in_ten_seconds() -> None:
    pace = RoomPace(gap=0.7, burst=5)
    now, times = 100.0, []
    for _ in range(12):
        now += pace.wait("a", now)
        pace.sent("a", now)
        times.append(now - 100)
    assert times[:6] == pytest.approx([0, 0.7, 1.4, 2.1, 2.8, 10])
    assert all(late - early >= 10 for early, late in zip(times, times[5:], strict=False))


def test_only_so_many_rooms_are_remembered() -> None:
    pace = RoomPace(gap=1, burst=2)
    for number in range(pacing.MOST_ROOMS + 1):
        pace.sent(str(number), 0)
    assert pace.wait("0", 0) == 0
    assert pace.wait("1", 0) == 1


def test_a_closed_breaker_lets_everything_pass() -> None:
    breaker = Breaker()
    breaker.sent()
    breaker.life(0)
    assert (breaker.open, breaker.wait(0)) == (False, 0)


def test_an_open_breaker_lets_one_message_try_ever_more_rarely() -> None:
    breaker, now = Breaker(), 100.0
    breaker.silent(now)
    breaker.silent(now)  # another message that was sent before
    pauses = []
    for _ in range(7):
        wait = breaker.wait(now)
        assert wait is not None
        pauses.append(wait)
        now += wait
        breaker.sent()
        assert breaker.wait(now) is None
        breaker.silent(now)
    assert pauses == [10, 20, 40, 80, 160, 300, 300]
    breaker.close()
    assert breaker.wait(now) == 0
    breaker.silent(now)
    assert breaker.wait(now) == 10


def test_a_sign_of_life_is_worth_a_try_at_once_and_then_every_ten_seconds() -> None:
    breaker = Breaker()
    breaker.silent(100)
    breaker.life(101)
    assert breaker.wait(101) == 0
    breaker.sent()
    breaker.silent(109)
    breaker.life(110)
    assert breaker.wait(110) == 9
    breaker.life(119)
    assert breaker.wait(119) == 0


@pytest.mark.parametrize(
    ("must_arrive", "attempts", "others", "missed", "follows"),
    [
        (False, 1, True, 1, Next.FORGET),
        (False, 1, False, 0, Next.FORGET),
        (True, 1, True, 1, Next.AGAIN),
        (True, 2, True, 2, Next.GIVE_UP),
        (True, 4, True, 1, Next.AGAIN),
        (True, 1, False, 0, Next.HOLD),
        (True, MOST_ATTEMPTS - 1, False, 1, Next.HOLD),
        (True, MOST_ATTEMPTS, False, 0, Next.GIVE_UP),
        (True, MOST_ATTEMPTS, True, 1, Next.GIVE_UP),
    ],
)
def test_what_follows_silence(
    must_arrive: bool, attempts: int, others: bool, missed: int, follows: Next
) -> None:
    found = after_silence(must_arrive=must_arrive, attempts=attempts, others_seen=others, missed=missed)
    assert found is follows
