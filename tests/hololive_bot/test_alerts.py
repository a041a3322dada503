"""Who is told what, and when: section by section, then everything at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hololive_bot.alerts import Alert, Announcement, Plan, Room, channels_of, is_told, pause, plan
from hololive_bot.preferences import Preferences, Quiet
from hololive_bot.streams import DAY, HOUR, MINUTE, Kind, Reading, Source, Status, Stream
from hololive_bot.watch import Watched, look

NOON = 1_767_236_400.0
"""12:00 in Seoul."""


def stream(video: str = "v", **more: Any) -> Stream:
    return Stream(**{"id": video, "title": "t", "channel_id": "miko", "planned": NOON + HOUR, **more})


def live(video: str = "v", **more: Any) -> Stream:
    return stream(video, **{"status": Status.LIVE, "started": NOON, "planned": NOON, **more})


def room(name: str = "r", *channels: str, **more: Any) -> Room:
    return Room(name, frozenset(channels or ("miko",)), Preferences(**{"stages": (30, 15, 5), **more}))


@dataclass
class Story:
    """A loop over time: what was told is collected as `(minutes since noon, room, stage)`."""

    rooms: Sequence[Room] = field(default_factory=lambda: [room()])
    watch: dict[str, Watched] = field(default_factory=dict)
    told: list[tuple[float, str, str]] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    last: Plan | None = None

    def tick(self, after: float, *streams: Stream, blind: bool = False, **more: Any) -> list[str]:
        """A round so many minutes after noon; returns the stages told in it."""
        now = NOON + after * MINUTE
        reading = None if blind else Reading(streams, now, Source.HOLODEX, **more)
        self.last = plan(self.watch, reading, self.rooms, now)
        self.watch = dict(self.last.watch)
        self.alerts += self.last.alerts
        fresh = [alert for alert in self.last.alerts if not alert.skipped]
        self.told += [(after, alert.room, alert.announcement.stage) for alert in fresh]
        return [alert.announcement.stage for alert in fresh]

    def skipped(self) -> list[str]:
        assert self.last
        return [alert.announcement.stage for alert in self.last.alerts if alert.skipped]


# ---- lead times and starts --------------------------------------------------------------------------


@pytest.mark.parametrize("gap", [1, 3])
def test_every_stage_is_told_once(gap: int) -> None:
    """Acceptance 3: planned in 40 minutes, stages 30, 15, 5 and the start; also with holes between the rounds."""
    story = Story()
    for minute in range(0, 50, gap):
        begun = minute >= 41
        shown = stream(planned=NOON + 40 * MINUTE)
        story.tick(minute, replace(shown, status=Status.LIVE, started=NOON + 41 * MINUTE) if begun else shown)

    assert [stage for _, _, stage in story.told] == ["T-30", "T-15", "T-5", "LIVE"]
    assert [minute for minute, _, _ in story.told] == ([10, 25, 35, 41] if gap == 1 else [12, 27, 36, 42])


def test_of_several_stages_only_the_shortest_is_told() -> None:
    story = Story()

    assert story.tick(56, stream()) == ["T-5"]
    assert story.skipped() == ["T-30", "T-15"]
    assert story.tick(57, stream()) == []


def test_nothing_is_due_before_the_longest_stage_or_at_the_start() -> None:
    assert Story().tick(29.9, stream()) == []
    assert Story().tick(60, stream()) == []


def test_a_stage_that_is_added_after_a_shorter_one_was_told_is_left_out() -> None:
    story = Story([room(stages=(5,))])
    story.tick(56, stream())
    story.rooms = [room(stages=(30, 5))]

    assert story.tick(57, stream()) == []
    assert story.skipped() == ["T-30"]


def test_an_alert_ends_with_the_start_and_knows_when_it_was_due() -> None:
    story = Story()
    story.tick(47, stream())
    [skipped, told] = story.alerts

    assert (told.expires, told.due, told.minute) == (NOON + HOUR, NOON + 45 * MINUTE, (NOON + HOUR) // 60)
    assert told.key == f"r|v|T-15|{int(NOON + HOUR) // 60}"
    assert (skipped.skipped, skipped.announcement.stage) == (True, "T-30")


def test_a_message_names_one_time_so_who_drifted_away_is_told_alone() -> None:
    story = Story([room(stages=(5,))])
    streams = [stream(name) for name in "abc"]
    story.tick(50, *streams)
    story.tick(56, streams[0], streams[1], replace(streams[2], planned=NOON + 61 * MINUTE))

    assert [alert.minute for alert in story.alerts] == [(NOON + HOUR) // 60] * 3
    assert [alert.together - alert.minute for alert in story.alerts] == [0, 0, 1]


@pytest.mark.parametrize("stage", ["LIVE", "CANCELLED"])
def test_what_has_no_time_ahead_is_told_with_what_had_the_same(stage: str) -> None:
    alert = Alert("r", Announcement(stage, stream()), 7, NOON, NOON)

    assert alert.together == 7


def test_a_start_is_told_for_a_quarter_of_an_hour() -> None:
    story = Story()
    assert story.tick(15, live()) == ["LIVE"]
    [told] = story.alerts
    assert (told.expires, told.key) == (NOON + 15 * MINUTE, "r|v|LIVE|-")
    assert story.tick(16, live()) == []

    late = Story()
    assert late.tick(15.1, live()) == []
    assert late.skipped() == ["LIVE"]


@pytest.mark.parametrize("shown", [live(started=None), stream(status=Status.ENDED, started=NOON)])
def test_live_means_said_so_and_really_begun(shown: Stream) -> None:
    assert Story().tick(1, shown) == []


def test_a_room_that_comes_late_hears_what_is_still_due() -> None:
    story = Story()
    story.tick(45, stream())
    story.rooms = [room(), room("new")]

    assert story.tick(47, stream()) == ["T-15"]
    assert story.told[-1] == (47, "new", "T-15")


def test_what_was_planned_goes_on_while_holodex_is_away() -> None:
    story = Story()
    story.tick(0, stream())
    assert story.tick(45, blind=True) == ["T-15"]

    forgotten = Story()
    forgotten.tick(-20, stream())
    assert forgotten.tick(55, blind=True) == []


# ---- moves ------------------------------------------------------------------------------------------


def test_a_drift_is_silent_and_a_move_is_told() -> None:
    """Acceptance 4."""
    story = Story([room(stages=(5,))])
    story.tick(55, stream())
    assert story.tick(56, stream(planned=NOON + 62 * MINUTE)) == []
    assert story.tick(58, stream(planned=NOON + 62 * MINUTE)) == []

    assert story.tick(59, stream(planned=NOON + 90 * MINUTE)) == ["MOVED"]
    moved = story.alerts[-1]
    assert (moved.announcement.old, moved.expires) == (NOON + HOUR, NOON + 90 * MINUTE)
    assert story.tick(84, stream(planned=NOON + 90 * MINUTE)) == []
    assert story.tick(85, stream(planned=NOON + 90 * MINUTE)) == ["T-5"]


def test_drifts_add_up_to_a_move() -> None:
    story = Story([room(stages=(5,))])
    story.tick(55, stream())
    stages = [story.tick(55 + n, stream(planned=NOON + (60 + 2 * n) * MINUTE)) for n in (1, 2, 3)]

    assert stages == [[], [], ["MOVED"]]


def test_a_move_is_told_to_rooms_that_heard_of_the_start_or_would_have_soon() -> None:
    early = [room("far", stages=(120,)), room("near", stages=(5,))]
    far, near = Story(early), Story(early)
    far.tick(0, stream(planned=NOON + 110 * MINUTE))
    far.tick(1, stream(planned=NOON + 150 * MINUTE))
    near.tick(0, stream())
    near.tick(1, stream(planned=NOON + 150 * MINUTE))

    assert far.told == [(0, "far", "T-120"), (1, "far", "MOVED")]
    assert near.told == [(0, "far", "T-120"), (1, "far", "MOVED"), (1, "near", "MOVED")]


def test_a_move_into_the_past_is_silent() -> None:
    story = Story()
    story.tick(55, stream())

    assert story.tick(56, stream(planned=NOON + 30 * MINUTE)) == []


def test_a_move_tells_the_minutes_left_so_a_stage_that_is_due_then_is_left_out() -> None:
    story = Story()
    story.tick(56, stream())

    assert story.tick(57, stream(planned=NOON + 66 * MINUTE)) == ["MOVED"]
    assert story.skipped() == ["T-30", "T-15"]
    assert story.tick(61, stream(planned=NOON + 66 * MINUTE)) == ["T-5"]


def test_without_moves_a_new_start_is_told_by_its_stages() -> None:
    story = Story([room(on_change=False)])
    story.tick(56, stream())

    assert story.tick(57, stream(planned=NOON + 71 * MINUTE)) == ["T-15"]


def test_a_stage_is_never_told_twice_for_a_start_even_when_the_start_comes_back() -> None:
    story = Story([room(stages=(5,))])
    story.tick(56, stream())
    story.tick(57, stream(planned=NOON + 90 * MINUTE))
    story.tick(58, stream())

    assert [stage for _, _, stage in story.told] == ["T-5", "MOVED", "MOVED"]
    assert story.tick(59, stream()) == []


def test_a_time_that_becomes_known_is_no_move() -> None:
    story = Story()
    story.tick(50, stream(planned=None))
    assert story.tick(51, stream()) == ["T-15"]
    assert story.tick(52, stream(planned=None)) == []
    assert story.tick(53, stream()) == []


# ---- cancelled --------------------------------------------------------------------------------------


def test_two_readings_three_minutes_apart_cancel_a_stream_that_rooms_wait_for() -> None:
    story = Story()
    story.tick(47, stream())
    assert [story.tick(minute) for minute in (48, 49, 50)] == [[], [], []]
    assert story.tick(51) == ["CANCELLED"]
    told = story.alerts[-1]
    assert (told.announcement.old, told.expires, told.key) == (
        NOON + HOUR,
        NOON + 111 * MINUTE,
        "r|v|CANCELLED|-",
    )
    assert story.tick(52) == []
    assert story.watch["v"].stream.status is Status.MISSING


def test_a_stream_that_moved_before_it_was_cancelled_is_told_as_cancelled() -> None:
    late, far = stream(planned=NOON + 3 * HOUR), stream(planned=NOON + 40 * HOUR)
    deleted, put_off = Story(), Story()
    for story in (deleted, put_off):
        story.tick(56, stream())
        assert story.tick(57, late) == ["MOVED"]
    deleted.tick(60)
    put_off.tick(60, far)

    assert deleted.tick(63) == ["CANCELLED"]
    assert put_off.tick(63, far) == ["CANCELLED"]
    assert deleted.alerts[-1].announcement.old == NOON + 3 * HOUR


def test_who_had_not_heard_of_a_stream_is_not_told_that_it_is_gone() -> None:
    story = Story([room(stages=(5,))])
    story.tick(40, stream())
    story.tick(41)

    assert story.tick(44) == []
    assert story.watch["v"].is_over


def test_one_reading_is_not_enough_and_stages_wait_meanwhile() -> None:
    story = Story()
    story.tick(47, stream())
    story.tick(54)
    assert story.tick(55) == []
    assert story.tick(56, stream()) == ["T-5"]
    assert story.tick(57) == []
    assert story.tick(59) == []


@pytest.mark.parametrize("doubt", [{"unread": frozenset({"v"})}, {"whole": False}])
def test_what_could_not_be_read_is_not_gone(doubt: dict[str, Any]) -> None:
    story = Story()
    story.tick(47, stream())
    for minute in (48, 51, 54):
        assert story.tick(minute, **doubt) == []
    assert story.tick(56, **doubt) == ["T-5"]


def test_a_stream_said_to_be_missing_is_gone_too() -> None:
    story = Story()
    story.tick(47, stream())
    story.tick(48, stream(status=Status.MISSING))

    assert story.tick(51, stream(status=Status.MISSING)) == ["CANCELLED"]


def test_a_move_of_more_than_a_day_cancels_once_two_readings_agree() -> None:
    far = stream(planned=NOON + 26 * HOUR)
    story = Story([room("heard"), room("near", stages=(1,)), room("both")])
    story.tick(47, stream())
    assert story.tick(48, far) == []
    assert story.tick(51, far) == ["CANCELLED", "MOVED", "CANCELLED"]
    assert story.tick(26 * 60 - 4, far) == ["T-5", "T-5"]


def test_a_stream_that_nobody_waits_for_may_move_far_at_once() -> None:
    story = Story([room(stages=(5,))])
    story.tick(0, stream())
    story.tick(1, stream(planned=NOON + 30 * HOUR))

    assert story.told == [(1, "r", "MOVED")]


def test_who_was_away_for_long_does_not_call_a_past_stream_cancelled() -> None:
    story = Story()
    story.tick(47, stream())
    story.tick(70)
    assert story.tick(73) == []
    assert story.watch["v"].is_over

    watching = Story()
    watching.tick(58, stream())
    watching.tick(63)
    assert watching.tick(66) == ["CANCELLED"]


def test_a_cancelled_stream_that_comes_back_is_told_again() -> None:
    story = Story()
    story.tick(47, stream())
    story.tick(48)
    story.tick(51)
    assert story.tick(55, stream()) == ["T-5"]
    assert story.tick(61, stream(status=Status.LIVE, started=NOON + HOUR)) == ["LIVE"]


# ---- what is withdrawn ------------------------------------------------------------------------------


def withdrawn(story: Story) -> set[tuple[str, str | None]]:
    assert story.last
    return {(withdrawal.video, withdrawal.room) for withdrawal in story.last.withdrawals}


def test_newer_news_take_the_place_of_what_still_waits() -> None:
    story = Story()
    story.tick(31, stream())
    assert withdrawn(story) == {("v", "r")}
    story.tick(32, stream())
    assert withdrawn(story) == set()
    story.tick(33, stream(planned=NOON + 2 * HOUR))
    assert withdrawn(story) == {("v", None), ("v", "r")}
    story.tick(34, live(started=NOON + 34 * MINUTE))
    assert withdrawn(story) == {("v", None), ("v", "r")}
    story.tick(40, stream(status=Status.ENDED))
    assert withdrawn(story) == {("v", None)}


# ---- which streams, which rooms ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "shown",
    [
        stream(kind=Kind.PLACEHOLDER),
        stream(title="【フリーチャット】"),
        stream(topic="FreeChat"),
        stream(planned=NOON + 15 * DAY),
        live(title="free chat"),
    ],
)
def test_frames_to_chat_in_and_placeholders_are_never_told(shown: Stream) -> None:
    assert shown.kind is Kind.PLACEHOLDER or not is_told(shown, NOON)
    assert Story([room(stages=(180,))]).tick(1, shown) == []


def test_premieres_are_told() -> None:
    assert Story().tick(56, stream(kind=Kind.PREMIERE)) == ["T-5"]


def test_members_streams_are_told_unless_a_room_does_not_want_them() -> None:
    story = Story([room("a"), room("b", hide_members_only=True)])
    story.tick(56, stream(members_only=True))

    assert story.told == [(56, "a", "T-5")]


def test_a_guest_brings_a_stream_to_their_rooms_and_no_room_hears_it_twice() -> None:
    story = Story(
        [room("host", "miko"), room("guest", "pekora"), room("both", "miko", "pekora"), room("no", "x")]
    )
    story.tick(56, stream(mentioned=("pekora", "gura")))

    assert sorted(story.told) == [(56, "both", "T-5"), (56, "guest", "T-5"), (56, "host", "T-5")]


def test_starts_and_changes_can_be_switched_off() -> None:
    story = Story([room(on_start=False, on_change=False)])
    story.tick(56, stream())
    story.tick(57, stream(planned=NOON + 90 * MINUTE))
    story.tick(58)
    story.tick(61)
    story.tick(62, live(started=NOON + HOUR))

    assert [stage for _, _, stage in story.told] == ["T-5"]


def test_a_quiet_room_hears_what_is_still_due_afterwards() -> None:
    story = Story([room(quiet=Quiet(12 * 60 + 30, 12 * 60 + 50))])
    assert [story.tick(minute, stream()) for minute in (30, 45, 49)] == [[], [], []]
    assert story.tick(50, stream()) == ["T-15"]


def test_the_channels_of_a_round_are_hosts_and_guests() -> None:
    watch, _ = look({}, Reading((stream(mentioned=("gura",)),), NOON, Source.HOLODEX))
    reading = Reading((stream("w", channel_id="marine"),), NOON, Source.HOLODEX)

    assert channels_of(watch, reading) == {"miko", "gura", "marine"}
    assert channels_of(watch, None) == {"miko", "gura"}


# ---- how often is looked ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "wait"),
    [
        ([], 180),
        ([stream(planned=NOON + 19 * MINUTE)], 60),
        ([stream(planned=NOON + 20 * MINUTE)], 60),
        ([stream(planned=NOON + 22 * MINUTE)], 120),
        ([stream(planned=NOON + 30 * MINUTE)], 180),
        ([stream(planned=NOON - 59 * MINUTE)], 60),
        ([stream(planned=NOON - 60 * MINUTE)], 180),
        ([stream(planned=None)], 180),
        ([stream(planned=NOON + MINUTE, channel_id="other")], 180),
        ([stream(planned=NOON + MINUTE, channel_id="other", mentioned=("miko",))], 60),
        ([stream(planned=NOON + MINUTE, title="free chat")], 180),
        ([live()], 180),
        ([stream("a", planned=NOON + 30 * MINUTE), stream("b", planned=NOON + MINUTE)], 60),
    ],
)
def test_the_loop_looks_often_near_a_start_that_somebody_waits_for(
    shown: Iterable[Stream], wait: float
) -> None:
    watch, _ = look({}, Reading(tuple(shown), NOON, Source.HOLODEX))

    assert pause(watch, {"miko"}, NOON, interval=60) == wait


def test_the_operators_interval_counts() -> None:
    watch, _ = look({}, Reading((stream(planned=NOON + MINUTE),), NOON, Source.HOLODEX))

    assert pause(watch, {"miko"}, NOON, interval=15) == 15
    assert pause(watch, {"miko"}, NOON, interval=300) == 300
    assert pause({}, {"miko"}, NOON, interval=15) == 180


# ---- everything at once -----------------------------------------------------------------------------

moments = st.integers(1, 12).map(float)
moves = st.one_of(st.just(0), st.integers(-8, 8), st.sampled_from([-40, 30, 90, 26 * 60]))
steps = st.lists(
    st.tuples(
        st.sampled_from(["shown", "shown", "shown", "absent", "blind", "live", "unread", "ended"]),
        moments,
        moves,
    ),
    min_size=1,
    max_size=40,
)
choices = st.lists(
    st.builds(
        lambda stages, start, change, hide: {
            "stages": tuple(sorted(stages, reverse=True)),
            "on_start": start,
            "on_change": change,
            "hide_members_only": hide,
        },
        st.sets(st.sampled_from([1, 5, 15, 30, 60]), max_size=4),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=400, deadline=None)
@given(steps, choices)
def test_whatever_happens_no_room_hears_a_thing_twice_too_late_or_out_of_place(
    course: list[tuple[str, float, int]], wanted: list[dict[str, Any]]
) -> None:
    rooms = [room(f"r{n}", "miko" if n % 2 else "pekora", **choice) for n, choice in enumerate(wanted)]
    story = Story(rooms)
    minute, planned = 0.0, NOON + HOUR
    for kind, after, move in course:
        minute += after
        now = NOON + minute * MINUTE
        planned += move * MINUTE
        shown = stream(planned=planned, mentioned=("pekora",))
        before = len(story.alerts)
        match kind:
            case "shown":
                story.tick(minute, shown)
            case "live":
                story.tick(minute, replace(shown, status=Status.LIVE, started=now - after * MINUTE))
            case "ended":
                story.tick(minute, replace(shown, status=Status.ENDED, started=NOON, ended=now))
            case "blind":
                story.tick(minute, blind=True)
            case "unread":
                story.tick(minute, unread=frozenset({"v"}))
            case _:
                story.tick(minute)
        fresh = [alert for alert in story.alerts[before:] if not alert.skipped]
        for alert in fresh:
            stage = alert.announcement.stage
            preferences = next(each.preferences for each in rooms if each.id == alert.room)
            assert now <= alert.expires, "told after it had expired"
            assert alert.due <= now, "told before it was due"
            if stage.startswith("T-"):
                start = alert.announcement.stream.planned
                assert start is not None
                left = (start - now) / MINUTE
                assert 0 < left <= int(stage[2:])
                assert not [other for other in preferences.stages if left <= other < int(stage[2:])]
                assert kind not in ("live", "ended", "absent")
            elif stage == "LIVE":
                assert preferences.on_start
                assert kind == "live"
            else:
                assert preferences.on_change
        leads = [alert.room for alert in fresh if alert.announcement.stage.startswith("T-")]
        assert len(set(leads)) == len(leads), "two lead times at once"
    keys = [alert.key for alert in story.alerts]
    assert len(set(keys)) == len(keys), "a stage twice for the same start"
    assert story.last is not None
