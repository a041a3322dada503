"""What can be typed, and what it means."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hololive_bot.commands import (
    Alerts,
    Ask,
    Follow,
    Misused,
    ShowCalendar,
    ShowDirectory,
    ShowFollowed,
    ShowHelp,
    ShowHistory,
    ShowLive,
    ShowProfile,
    ShowRanking,
    ShowSchedule,
    ShowSubscribers,
    ShowUpcoming,
    Unfollow,
    UnfollowAll,
    grammar,
)
from hololive_bot.genres import Genre
from hololive_bot.history import HistoryQuery
from hololive_bot.periods import Period, Unit

QUIET = grammar("!", is_about=lambda _: False)
CURIOUS = grammar("!", is_about=lambda text: "미코" in text)

SPECIFIED = [
    ("!라이브", ShowLive()),
    ("!라이브 사쿠라 미코", ShowLive("사쿠라 미코")),
    ("!예정 48시간", ShowUpcoming(hours=48)),
    ("!예정 페코라 5", ShowUpcoming("페코라", limit=5)),
    ("!예정 전체", ShowUpcoming(limit=None)),
    ("!일정 사쿠라 미코 14", ShowSchedule("사쿠라 미코", 14)),
    ("!일정 페코라 99", ShowSchedule("페코라", 30)),
    ("!멤버", ShowDirectory()),
    ("!멤버 페코라", ShowSchedule("페코라", 7)),
    ("!정보", ShowDirectory()),
    ("!알람", ShowFollowed()),
    ("!알림추가 미코", Follow(("미코",))),
    ("!알람 미코", Misused("alert", "미코")),
    ("!알람 추가 미코 커뮤니티", Follow(("미코",), Alerts.COMMUNITY)),
    ("!구독자 목록", ShowSubscribers("목록")),
    ("!구독자순위 최근 3개월", ShowRanking(Period(Unit.MONTHS, 3))),
    ("!통계 기간=주간", ShowRanking(Period(Unit.DAYS, 7))),
    ("!기념일 다음달", ShowCalendar(shift=1)),
    ("!질문 뭐해", None),
    ("라이브", None),
]

FURTHER = [
    ("！라이브", ShowLive()),
    ("\u200b\ufeff ! 라이브  미코 ", ShowLive("미코")),
    ("!LIVE Gawr Gura", ShowLive("Gawr Gura")),
    ("!방송중", ShowLive()),
    ("!예정 미코 72H 3개", ShowUpcoming("미코", 72, 3)),
    ("!예정 999시간 999", ShowUpcoming(hours=168, limit=50)),
    ("!예정 0h 0개", ShowUpcoming(hours=1, limit=1)),
    ("!예정 미코 ALL 5", ShowUpcoming("미코", limit=None)),
    ("!예정 48", ShowUpcoming(limit=48)),
    ("!예정 미코 48 시간 3 개", ShowUpcoming("미코", 48, 3)),
    ("!일정 미코 3일", ShowSchedule("미코", 3)),
    ("!멤버 사쿠라 미코 40일", ShowSchedule("사쿠라 미코", 30)),
    ("!일정 3일", ShowSchedule("3일")),
    ("!일정", Misused("schedule")),
    ("!일정 7", ShowSchedule("7")),
    ("!일정 미코 0", ShowSchedule("미코", 1)),
    ("!일정 미코 -3", ShowSchedule("미코", 1)),
    ("!schedule Mori Calliope", ShowSchedule("Mori Calliope")),
    ("!member 미코 3", ShowSchedule("미코", 3)),
    ("!알람 목록", ShowFollowed()),
    ("!알람목록", ShowFollowed()),
    ("!알림리스트", ShowFollowed()),
    ("!알람 초기화", UnfollowAll()),
    ("!알림리셋", UnfollowAll()),
    ("!알람 추가", Misused("alert")),
    ("!알람 추가 커뮤니티", Follow(("커뮤니티",))),
    ("!알람 추가 미코, 사쿠라 미코，페코라", Follow(("미코", "사쿠라 미코", "페코라"))),
    ("!알람 추가 미코, 페코라 전체", Follow(("미코", "페코라"), Alerts.ALL)),
    ("!알람 추가 , ,", Misused("alert")),
    ("!알람 설정 미코 라이브", Follow(("미코",), Alerts.LIVE)),
    ("!알림해제 미코 쇼츠", Unfollow(("미코",), Alerts.SHORTS)),
    ("!alarm DEL 미코", Unfollow(("미코",))),
    ("!알람아", None),
    ("!도움말", ShowHelp()),
    ("!도움말 라이브", None),
    ("!구독자", Misused("subscriber")),
    ("!구독자 사쿠라 미코", ShowSubscribers("사쿠라 미코")),
    ("!순위", ShowRanking()),
    ("!순위 페코라", Misused("ranking")),
    ("!프로필 미코", ShowProfile("미코")),
    ("!info", ShowDirectory()),
    ("!달력", ShowCalendar()),
    ("!달력 5월", ShowCalendar(5)),
    ("!달력 13", Misused("calendar")),
    ("!달력 지난 달", ShowCalendar(shift=-1)),
    ("!달력 언제", Misused("calendar")),
    ("!방송이력 미코 노래", ShowHistory(HistoryQuery("미코", Genre.SINGING))),
    ("!방송이력 종류:몰라", Misused("history")),
    ("!라이브목록", None),
    ("!", None),
    ("!!", None),
]


@pytest.mark.parametrize(("line", "meant"), [*SPECIFIED, *FURTHER])
def test_a_line_means_something_or_nothing(line: str, meant: object) -> None:
    parsed = QUIET.parse(line)
    assert (parsed.command if parsed else None) == meant


def test_only_what_changes_a_room_waits_in_its_lane() -> None:
    for line, lane in (("!알람", True), ("!알림추가 미코", True), ("!알람 미코", True), ("!라이브", False)):
        parsed = QUIET.parse(line)
        assert parsed is not None
        assert parsed.form.lane is lane


def test_a_question_is_asked_only_when_it_speaks_of_us() -> None:
    parsed = CURIOUS.parse("!미코 내일 방송 있어?")
    assert parsed is not None
    assert parsed.command == Ask("미코 내일 방송 있어?")
    assert CURIOUS.parse("!오늘 점심 뭐 먹지") is None
    assert CURIOUS.parse("!미코 " + "가" * 300) is None
    assert CURIOUS.parse("!라이브 미코") != parsed


def test_the_help_shows_what_can_be_typed() -> None:
    summaries = {form.name: form.name for form in QUIET.forms}
    usages = QUIET.usages(summaries)
    assert usages[0] == ("!라이브 [멤버]", "live")
    assert [what for _, what in usages] == [
        "live", "upcoming", "schedule", "history", "profile", "alert", "subscriber", "ranking", "calendar", "help",
    ]  # fmt: skip
    other = grammar("/홀로", is_about=lambda _: False)
    assert other.usages(summaries)[0][0] == "/홀로 라이브 [멤버]"
    assert other.parse("！라이브") is None


def test_no_word_means_two_commands() -> None:
    said: dict[str, str] = {}
    for line, _ in (*SPECIFIED, *FURTHER):
        forms = [form.name for form in QUIET.forms if form.parse(line.strip()[1:].strip()) is not None]
        assert len(forms) <= 1, (line, forms)
        said |= dict.fromkeys(forms, line)
    assert set(said) == {form.name for form in QUIET.forms}


@given(st.text(max_size=120))
def test_no_line_breaks_the_parser(line: str) -> None:
    for prefix in ("", "!", "!알람 추가 ", "!예정 ", "!방송이력 ", "!순위 "):
        CURIOUS.parse(prefix + line)


def test_two_hundred_random_lines_never_raise() -> None:
    dice = random.Random(7)
    words = [line.lstrip("!").split()[0] for line, _ in SPECIFIED] + [
        "미코",
        "5",
        "48시간",
        "전체",
        "=",
        "최근",
    ]
    for _ in range(200):
        line = "!" + " ".join(dice.choices(words, k=dice.randint(1, 6)))
        parsed = CURIOUS.parse(line)
        assert parsed is None or parsed.command is not None
