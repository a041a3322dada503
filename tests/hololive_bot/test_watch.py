"""What is known of a stream from one reading to the next."""

from typing import Any

import pytest

from hololive_bot.streams import DAY, HOUR, MINUTE, Kind, Reading, Source, Status, Stream
from hololive_bot.watch import Change, Heard, Mark, Turn, Watched, altered, look, minute_of, settled

NOON = 1_767_236_400.0
START = NOON + HOUR


def stream(**more: Any) -> Stream:
    return Stream(**{"id": "v", "title": "t", "channel_id": "miko", "planned": START, **more})


class Course:
    """Readings one after the other."""

    def __init__(self, *, heard: bool = False) -> None:
        self.watch: dict[str, Watched] = {}
        self._heard = heard

    def see(self, minutes: float, *streams: Stream, **more: Any) -> Change | None:
        """What a reading so many minutes after noon changes."""
        as_of = NOON + minutes * MINUTE
        self.watch, changes = look(self.watch, Reading(streams, as_of, Source.HOLODEX, **more))
        if self._heard and "v" in self.watch:
            self.watch["v"] = settled(self.watch["v"], [], [Heard("r", minute_of(START))])
        return changes.get("v")

    def is_over(self) -> bool:
        return self.found.is_over

    @property
    def found(self) -> Watched:
        return self.watch["v"]


def test_a_first_sight_changes_nothing() -> None:
    course = Course()

    assert course.see(0, stream()) is None
    assert (course.found.seen, course.found.told_start, course.found.lost_since) == (NOON, START, None)


@pytest.mark.parametrize("shift", [-4.9, -2, 0, 2, 4.9])
def test_a_small_shift_is_a_drift(shift: float) -> None:
    course = Course()
    course.see(0, stream())

    assert course.see(1, stream(planned=START + shift * MINUTE)) is None
    assert course.found.told_start == START
    assert course.found.stream.planned == START + shift * MINUTE


@pytest.mark.parametrize("shift", [-30, -5, 5, 600])
def test_a_larger_shift_is_a_move(shift: float) -> None:
    course = Course(heard=True)
    course.see(0, stream())
    new = START + shift * MINUTE

    assert course.see(1, stream(planned=new)) == Change(Turn.MOVED, START, new)
    assert course.found.told_start == new


def test_a_move_of_more_than_a_day_needs_a_second_look_when_somebody_waits() -> None:
    far = stream(planned=START + DAY + MINUTE)
    waiting, alone = Course(heard=True), Course()
    waiting.see(0, stream())
    alone.see(0, stream())

    assert alone.see(1, far) == Change(Turn.MOVED, START, far.planned)
    assert [waiting.see(minute, far) for minute in (1, 2, 3.9)] == [None, None, None]
    assert waiting.see(4, far) == Change(Turn.CANCELLED, START, far.planned)


def test_a_start_that_comes_back_in_between_clears_the_doubt() -> None:
    course = Course(heard=True)
    course.see(0, stream())
    course.see(1)
    course.see(2, stream())

    assert course.see(4.5) is None
    assert course.found.lost_since == NOON + 4.5 * MINUTE


def test_begun_and_over_are_turns_of_their_own() -> None:
    course = Course()
    live = stream(status=Status.LIVE, started=START)
    course.see(0, stream())

    assert course.see(60, live) == Change(Turn.BEGUN)
    assert course.see(61, live) is None
    assert course.see(90, stream(status=Status.ENDED, started=START, ended=START + HOUR)) == Change(Turn.OVER)


def test_a_live_stream_that_vanishes_is_over_since_then() -> None:
    course = Course()
    course.see(60, stream(status=Status.LIVE, started=START))
    assert course.see(100) is None
    assert course.see(103) == Change(Turn.OVER)
    assert (course.found.stream.status, course.found.stream.ended) == (Status.ENDED, NOON + 100 * MINUTE)


def test_what_is_over_is_remembered_for_some_hours() -> None:
    course = Course()
    course.see(0, stream(status=Status.ENDED))
    course.see(6 * 60)
    assert course.is_over()
    course.see(6 * 60 + 1)
    assert course.watch == {}


def test_what_lies_beyond_two_days_is_not_gone_because_it_is_not_shown() -> None:
    course = Course()
    course.see(0, stream(planned=NOON + 50 * HOUR))
    assert [course.see(minute) for minute in (1, 10, 100)] == [None, None, None]
    assert not course.is_over()
    course.see(4 * 24 * 60)
    course.see(4 * 24 * 60 + 3)
    assert course.is_over()


def test_a_stream_without_a_time_is_given_up_in_the_end() -> None:
    course = Course()
    course.see(0, stream(planned=None))
    course.see(3 * 24 * 60)
    assert not course.is_over()
    course.see(3 * 24 * 60 + 1)
    assert course.is_over()
    course.see(3 * 24 * 60 + 2)
    assert course.watch == {}


def test_a_start_that_passed_unseen_may_have_come_and_gone() -> None:
    course = Course(heard=True)
    course.see(0, stream())
    course.see(70)

    assert course.see(73) == Change(Turn.OVER)


def test_a_premiere_of_a_few_minutes_may_never_be_seen_live() -> None:
    short, deleted = Course(heard=True), Course(heard=True)
    for course in (short, deleted):
        course.see(0, stream(kind=Kind.PREMIERE))
    short.see(59, stream(kind=Kind.PREMIERE))
    short.see(61)
    deleted.see(59)

    assert short.see(64) == Change(Turn.OVER)
    assert deleted.see(62) == Change(Turn.CANCELLED, START)


def test_an_empty_answer_is_not_believed_when_several_streams_were_there() -> None:
    course = Course(heard=True)
    course.see(0, stream(), stream(id="w"), stream(id="x", status=Status.LIVE, started=NOON))
    assert [course.see(minute) for minute in (1, 5, 9)] == [None, None, None]
    assert course.found.lost_since is None

    course.see(10, stream(id="w"))
    assert course.see(13, stream(id="w")) == Change(Turn.CANCELLED, START)


@pytest.mark.parametrize("doubt", [{"unread": frozenset({"v"})}, {"whole": False}])
def test_what_could_not_be_read_is_not_gone(doubt: dict[str, Any]) -> None:
    course = Course()
    course.see(0, stream())
    course.see(1, **doubt)
    course.see(5, **doubt)

    assert course.found.lost_since is None


def test_placeholders_are_not_watched() -> None:
    course = Course()
    course.see(0, stream(kind=Kind.PLACEHOLDER))

    assert course.watch == {}


def test_what_changed_is_worth_writing_down() -> None:
    watch, _ = look({}, Reading((stream(viewers=1),), NOON, Source.HOLODEX))
    assert altered({}, watch) == list(watch.values())

    def after(*streams: Stream) -> list[Watched]:
        return altered(watch, look(watch, Reading(streams, NOON + MINUTE, Source.HOLODEX))[0])

    assert after(stream(viewers=2)) == []
    assert [found.stream.title for found in after(stream(title="new"))] == ["new"]
    assert [found.lost_since for found in after()] == [NOON + MINUTE]


def test_what_is_settled_adds_up() -> None:
    one = settled(Watched(stream(), NOON, START), [Mark("r", "T-5", 1)], [Heard("r", 1)])
    both = settled(one, [Mark("q", "LIVE", None)], [])

    assert both.done == {Mark("r", "T-5", 1), Mark("q", "LIVE", None)}
    assert both.heard == {Heard("r", 1)}
    assert both.was_heard_of()
    assert (both.was_heard_of("r"), both.was_heard_of("q")) == (True, False)
    assert not Watched(stream(), NOON, START).was_heard_of()
