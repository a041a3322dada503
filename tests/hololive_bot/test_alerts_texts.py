"""What an alert says, to the letter."""

from typing import Any

import pytest

from botkit.chat.layout import ZERO_WIDTH_SPACE, folded_bubbles
from botkit.chat.message import Reply
from hololive_bot.alerts import Announcement
from hololive_bot.announcements import Announcer, load, payload_of
from hololive_bot.streams import DAY, HOUR, MINUTE, Kind, Status, Stream

NOON = 1_767_236_400.0
NAMES = {"miko": "미코", "pekora": "페코라", "gura": "구라"} | {f"g{n}": f"손님{n}" for n in range(9)}


class Spans:
    """How the bot says how long something is."""

    def days(self, **values: object) -> str:
        return "{days}일".format(**values)

    def hours(self, **values: object) -> str:
        return "{hours}시간".format(**values)

    def hours_minutes(self, **values: object) -> str:
        return "{hours}시간 {minutes}분".format(**values)

    def minutes(self, **values: object) -> str:
        return "{minutes}분".format(**values)


ANNOUNCER = Announcer(load(), Spans(), NAMES.get)


def stream(**more: Any) -> Stream:
    return Stream(
        **{"id": "abc", "title": "【歌枠】노래", "channel_id": "miko", "planned": NOON + 5 * MINUTE, **more}
    )


def said(*about: Announcement, after: float = 0) -> Reply:
    return ANNOUNCER.compose([payload_of(each) for each in about], NOON + after)


def test_a_lead_time_says_how_many_minutes_are_really_left() -> None:
    assert said(Announcement("T-5", stream()), after=61) == Reply(
        "🔔 미코 방송 예정\n⏰ 4분 뒤에 시작해요 (01/01 12:05)\n📺 【歌枠】노래\n🔗 https://youtube.com/watch?v=abc"
    )


def test_a_stream_without_a_title_has_no_empty_line() -> None:
    single = said(Announcement("T-5", stream(title="")))
    several = said(*(Announcement("T-5", stream(id=video, title="")) for video in "ab"))

    assert "\n📺 (제목 없음)\n" in single.text
    assert several.text.count("\n(제목 없음)\n") == 2


@pytest.mark.parametrize(
    ("after", "line"), [(239, "⏰ 2분 뒤에"), (240, "⏰ 1분 뒤에"), (241, "⏰ 곧 시작해요"), (400, "⏰ 곧")]
)
def test_minutes_are_rounded_up_and_the_last_one_is_soon(after: float, line: str) -> None:
    assert said(Announcement("T-5", stream()), after=after).text.split("\n")[1].startswith(line)


def test_a_start_never_says_in_so_many_minutes() -> None:
    text = said(Announcement("LIVE", stream(status=Status.LIVE, started=NOON))).text

    assert text.startswith("🔔 미코 방송 시작\n⏰ 방송이 시작됐어요\n📺")


@pytest.mark.parametrize(
    ("new", "line"),
    [
        (NOON + 95 * MINUTE, "📅 01/01 12:05 → 01/01 13:35 (1시간 30분 늦어졌어요)"),
        (NOON + 2 * MINUTE, "📅 01/01 12:05 → 01/01 12:02 (3분 빨라졌어요)"),
    ],
)
def test_a_move_says_the_old_the_new_and_the_difference(new: float, line: str) -> None:
    text = said(Announcement("MOVED", stream(planned=new), old=NOON + 5 * MINUTE)).text

    assert text.startswith("🔔 미코 시간 변경\n⏰ ")
    assert line in text.split("\n")


def test_a_cancelled_stream_has_no_link() -> None:
    assert said(Announcement("CANCELLED", stream(planned=NOON + 2 * DAY), old=NOON + HOUR)).text == (
        "🔔 미코 방송 취소\n📅 01/01 13:00 방송이 취소됐거나 다른 날로 미뤄졌어요\n📺 【歌枠】노래"
    )


def test_times_that_became_unknown_leave_no_empty_line() -> None:
    for about in (
        Announcement("MOVED", stream(planned=None), old=NOON),
        Announcement("T-5", stream(planned=None)),
    ):
        assert "\n\n" not in said(about).text
        assert "⏰" not in said(about).text


def test_guests_stand_in_one_line_and_strangers_are_left_out() -> None:
    text = said(Announcement("T-5", stream(mentioned=("pekora", "nobody", "gura")))).text
    assert "🗣️ 함께: 페코라, 구라\n" in text
    many = said(Announcement("T-5", stream(mentioned=tuple(f"g{n}" for n in range(9))))).text
    assert "🗣️ 함께: 손님0, 손님1, 손님2, 손님3, 손님4, 손님5 외 3명\n" in many


def test_premieres_and_members_streams_are_marked() -> None:
    text = said(Announcement("T-5", stream(kind=Kind.PREMIERE, members_only=True))).text

    assert text.startswith("🔔 미코 방송 예정 [최초 공개] [멤버십]\n")


@pytest.mark.parametrize(("name", "shown"), [("Miko Ch.", "Miko Ch."), ("", "unknown")])
def test_somebody_unknown_is_called_as_the_source_calls_them(name: str, shown: str) -> None:
    text = said(Announcement("T-5", stream(channel_id="unknown", channel_name=name))).text

    assert text.startswith(f"🔔 {shown} 방송 예정\n")


def test_streams_that_begin_together_are_one_list() -> None:
    text = said(
        Announcement("T-5", stream(id="b", channel_id="pekora", title="둘")),
        Announcement("T-5", stream(id="a", title="하나", kind=Kind.PREMIERE)),
    )

    assert text == Reply(
        "🔔 방송 예정 2개\n⏰ 5분 뒤에 시작해요 (01/01 12:05)\n"
        "1. 미코 [최초 공개]\n하나\nhttps://youtu.be/a\n2. 페코라\n둘\nhttps://youtu.be/b"
    )


@pytest.mark.parametrize(
    ("stage", "head"),
    [
        ("LIVE", "🔔 방송 시작 2개\n⏰ 방송이 시작됐어요\n"),
        ("MOVED", "🔔 시간 변경 2개\n⏰ 5분 뒤에 시작해요 (01/01 12:05)\n"),
        ("CANCELLED", "🔔 방송 취소 2개\n📅 01/01 11:00 방송이"),
    ],
)
def test_every_stage_has_a_list(stage: str, head: str) -> None:
    about = [Announcement(stage, stream(id=name), old=NOON - HOUR) for name in "ab"]

    assert said(*about).text.startswith(head)


def test_four_and_more_are_folded_under_their_headline() -> None:
    about = [Announcement("T-5", stream(id=f"v{n}", title="긴 제목 " * 30)) for n in range(5)]
    assert not said(*about[:3]).folded
    reply = said(*about)

    assert reply.folded
    [bubble] = folded_bubbles(reply.text, "")
    assert bubble.startswith("🔔 방송 예정 5개" + ZERO_WIDTH_SPACE * 500 + "\n⏰")


def test_a_single_alert_always_fits_into_a_bubble() -> None:
    longest = stream(title="긴" * 300, mentioned=tuple(f"g{n}" for n in range(9)), members_only=True)
    text = said(Announcement("MOVED", longest, old=NOON - DAY)).text

    assert len(text) <= 500


def test_what_was_written_before_is_sent_as_it_is() -> None:
    assert ANNOUNCER.compose([{"text": "생일 축하해요"}], NOON) == Reply("생일 축하해요")
    assert ANNOUNCER.compose([{"text": "a\nb", "folded": True}], NOON) == Reply("a\nb", folded=True)
