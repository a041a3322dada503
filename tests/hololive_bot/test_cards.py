"""How a stream stands in a list."""

from dataclasses import replace

import pytest

from hololive_bot.cards import Cards, page
from hololive_bot.directory import Directory
from hololive_bot.messages import load
from hololive_bot.seed import load as seed
from hololive_bot.streams import Kind, Reading, Source, Status, Stream
from tests.hololive_bot.sources import HOUR, NOON

MIKO, PEKORA = "UC-hM6YJuNYVAmUWxeIr9FeA", "UC1DCedRgGHBdm81E1llLhOQ"
CARDS = Cards(Directory(seed()), load())
PLANNED = Stream("v", "제목", MIKO, planned=NOON + HOUR)
LIVE = Stream("v", "제목", MIKO, status=Status.LIVE, started=NOON - HOUR)
OPEN = Stream("v", "제목", MIKO)


def test_a_page_is_folded_when_it_is_long() -> None:
    assert page("머리", ()).text == "머리"
    assert page("머리", ["하나", "", "둘"], notes=["가", "나"]).text == "머리\n\n가\n나\n\n하나\n\n둘"
    assert not page("머리", ["가" * 246]).folded
    assert page("머리", ["가" * 247]).folded


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        (None, "📅 예정된 방송이 아직 없어요"),
        (LIVE, "🔴 방송 중 · 제목"),
        (replace(LIVE, title=" "), "🔴 방송 중 · (제목 없음)"),
        (OPEN, "⏰ 시간 미정 · 제목"),
        (PLANNED, "⏰ 01/01 13:00 (1시간 뒤) · 제목"),
    ],
)
def test_the_next_stream_is_one_line(stream: Stream | None, said: str) -> None:
    assert CARDS.following(stream, NOON) == said


def test_a_schedule_names_the_host_of_somebody_elses_stream() -> None:
    assert "📺" not in CARDS.scheduled(PLANNED, MIKO, NOON)
    for stream in (PLANNED, LIVE, OPEN):
        assert "\n📺 미코 채널에서\n🔗" in CARDS.scheduled(stream, PEKORA, NOON)


def test_a_live_entry_may_not_know_its_viewers() -> None:
    assert CARDS.live(LIVE) == "📺 미코\n🎬 제목\n🔗 https://youtube.com/watch?v=v"
    watched = Stream("v", "제목", MIKO, status=Status.LIVE, started=NOON, viewers=12_345)
    assert "\n📊 1만 2345명이 보고 있어요\n" in CARDS.live(watched)


@pytest.mark.parametrize(
    ("stream", "title"),
    [
        (Stream("v", "제목", MIKO, members_only=True, kind=Kind.PREMIERE), "[멤버십] 제목"),
        (Stream("v", "제목", MIKO, kind=Kind.PREMIERE), "[최초 공개] 제목"),
        (Stream("v", "제목", MIKO, kind=Kind.PLACEHOLDER), "[예고] 제목"),
        (Stream("v", " 제\n목 ", MIKO), "제 목"),
    ],
)
def test_what_is_no_ordinary_stream_is_marked(stream: Stream, title: str) -> None:
    assert CARDS.title(stream) == title


def test_who_is_unknown_is_called_as_the_source_does() -> None:
    assert CARDS.host(Stream("v", "제목", "", "謎の人")) == "謎の人"
    assert CARDS.host(Stream("v", "제목", "UCunknown")) == "UCunknown"


def test_where_a_list_comes_from_is_said_when_it_is_not_as_usual() -> None:
    usual = Reading((), NOON, Source.HOLODEX)
    assert CARDS.remarks(usual, NOON) == []
    [stale] = CARDS.remarks(Reading((), NOON - HOUR, Source.HOLODEX, stale=True), NOON)
    assert "01/01 11:00에 읽은" in stale
    [official] = CARDS.remarks(Reading((), NOON, Source.OFFICIAL), NOON)
    assert official == "ℹ️ 공식 일정표에서 읽었어요. 01/01 12:00 기준이에요."


def test_a_stream_that_is_late_comes_soon() -> None:
    late = Stream("v", "제목", MIKO, planned=NOON - 600)
    assert CARDS.when(late, NOON) == "⏰ 01/01 11:50 (곧)"
    assert CARDS.when(OPEN, NOON) == "⏰ 시간 미정"
    assert CARDS.coming(PLANNED, NOON).split("\n")[2] == "⏰ 01/01 13:00 (1시간 뒤)"
