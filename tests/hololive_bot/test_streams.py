"""What is live, what is coming, and what only looks like it."""

from typing import Any

import pytest

from hololive_bot.streams import (
    DAY,
    HOUR,
    Kind,
    Reading,
    Source,
    Status,
    Stream,
    clean,
    is_coming,
    is_free_chat,
    is_marked_free_chat,
    is_marked_members_only,
    is_marked_premiere,
    on_air,
    within,
)

NOW = 1_767_236_400.0


def stream(
    video: str = "v", *, planned: float | None = NOW + HOUR, title: str = "t", **more: object
) -> Stream:
    return Stream(id=video, title=title, channel_id="miko", planned=planned, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("topic", "title"),
    [
        ("FreeChat", ""),
        ("free_chat", ""),
        ("", "【フリーチャット】ここで話してね"),
        ("", "フリー チャット"),
        ("", "Free Chat / 자유롭게"),
        ("", "FREECHAT"),
        ("", "자유 채팅방"),
        ("", "Weekly Schedule"),
    ],
)
def test_frames_to_chat_in_are_known_by_their_marks(topic: str, title: str) -> None:
    assert is_marked_free_chat(topic, title)
    assert is_free_chat(stream(topic=topic, title=title), NOW)


@pytest.mark.parametrize("title", ["【歌枠】freely chatting", "rescheduled!", "フリーランス", "chat"])
def test_other_titles_are_no_frames_to_chat_in(title: str) -> None:
    assert not is_marked_free_chat("", title)


def test_what_is_planned_for_weeks_ahead_is_no_stream() -> None:
    assert is_free_chat(stream(planned=NOW + 15 * DAY), NOW)
    assert not is_free_chat(stream(planned=NOW + 13 * DAY), NOW)
    assert not is_free_chat(stream(planned=None), NOW)


def test_what_has_really_begun_is_no_frame_to_chat_in() -> None:
    assert not is_free_chat(stream(title="free chat", started=NOW), NOW)


@pytest.mark.parametrize(
    ("topic", "title"),
    [
        ("membersonly", ""),
        ("Members_Only", ""),
        ("", "【メン限】お茶会"),
        ("", "メンバーシップ限定"),
        ("", "メンバー限定"),
        ("", "[MEMBERS ONLY] talk"),
        ("", "(member-only) karaoke"),
        ("", "【Membership】ASMR"),
        ("", "멤버십 한정 방송"),
    ],
)
def test_streams_for_members_are_known_by_their_marks(topic: str, title: str) -> None:
    assert is_marked_members_only(topic, title)


def test_a_talk_about_members_is_for_all() -> None:
    assert not is_marked_members_only("talk", "all hololive members race")


@pytest.mark.parametrize("title", ["新曲MV プレミア公開", "PREMIERE: original song", "프리미어 공개"])
def test_premieres_are_known_by_their_marks(title: str) -> None:
    assert is_marked_premiere(title)
    assert not is_marked_premiere("【歌枠】karaoke")


def test_a_late_start_stays_in_the_list_for_an_hour() -> None:
    assert is_coming(stream(planned=NOW - HOUR + 1), NOW)
    assert not is_coming(stream(planned=NOW - HOUR), NOW)


@pytest.mark.parametrize(
    "gone",
    [
        {"status": Status.ENDED},
        {"status": Status.MISSING},
        {"status": Status.LIVE, "started": NOW},
        {"started": NOW},
        {"title": "free chat"},
    ],
)
def test_what_began_or_will_never_begin_is_not_coming(gone: dict[str, Any]) -> None:
    assert not is_coming(stream(**gone), NOW)


def test_a_window_is_sorted_by_time_and_unknown_times_come_last() -> None:
    later, sooner = stream("later", planned=NOW + 5 * HOUR), stream("sooner", planned=NOW + HOUR)
    unknown, outside = stream("unknown", planned=None), stream("outside", planned=NOW + 25 * HOUR)

    found = within([unknown, later, outside, sooner], NOW, 24)

    assert [each.id for each in found] == ["sooner", "later", "unknown"]


def test_live_streams_are_sorted_by_viewers_then_by_the_latest_start() -> None:
    live: dict[str, Any] = {"status": Status.LIVE}
    few, many = (
        stream("few", viewers=10, started=NOW - 10, **live),
        stream("many", viewers=99, started=NOW - 99, **live),
    )
    early, late = stream("early", started=NOW - 50, **live), stream("late", started=NOW - 5, **live)

    assert [each.id for each in on_air([early, few, late, many])] == ["many", "few", "late", "early"]


def test_live_without_a_real_start_is_not_on_air() -> None:
    assert on_air([stream(status=Status.LIVE)]) == ()


def test_a_stream_knows_where_it_is_shown_when_it_begins_and_whom_it_concerns() -> None:
    made = stream("abc", mentioned=("pekora",), started=NOW + 7)

    assert made.url == "https://youtube.com/watch?v=abc"
    assert stream(link="https://twitch.tv/x", kind=Kind.PLACEHOLDER).url == "https://twitch.tv/x"
    assert (made.begins, stream().begins) == (NOW + 7, NOW + HOUR)
    assert [made.concerns(name) for name in ("miko", "pekora", "marine")] == [True, True, False]


def test_a_reading_can_be_cut_down() -> None:
    found = Reading((stream("a"), stream("b")), NOW, Source.OFFICIAL, stale=True)

    assert found.showing([stream("b")]) == Reading((stream("b"),), NOW, Source.OFFICIAL, stale=True)


def test_texts_lose_what_no_store_takes() -> None:
    assert clean(" a\0b\ud800c ") == "abc"
