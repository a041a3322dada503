"""What can be typed: the words of ten commands, and what they are read as. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from botkit.chat.grammar import LONGEST, Form, Grammar, listed, words
from hololive_bot.history import BadQuery, HistoryQuery, query_of
from hololive_bot.periods import Period, period_of

OTHER_PREFIXES = {"!": ("！",)}
"""A Korean keyboard may write the mark in full width."""

ADD_ALERT, REMOVE_ALERT = "알람 추가", "알람 제거"

HOURS, MOST_HOURS = 24, 168
SHOWN, MOST_SHOWN = 20, 50
DAYS, MOST_DAYS = 7, 30


class Alerts(StrEnum):
    """What an alert may be about. Only live broadcasts are collected."""

    LIVE = "live"
    COMMUNITY = "community"
    SHORTS = "shorts"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """What can be typed."""


@dataclass(frozen=True, slots=True)
class ShowLive:
    """Who is live; or whether `member` is."""

    member: str = ""


@dataclass(frozen=True, slots=True)
class ShowUpcoming:
    """What is coming within `hours`; `limit` None shows everything."""

    member: str = ""
    hours: int = HOURS
    limit: int | None = SHOWN


@dataclass(frozen=True, slots=True)
class ShowSchedule:
    """A member's streams of the next days."""

    member: str
    days: int = DAYS


@dataclass(frozen=True, slots=True)
class Follow:
    """Tell the room about these members' streams."""

    members: tuple[str, ...]
    alerts: Alerts = Alerts.LIVE


@dataclass(frozen=True, slots=True)
class Unfollow:
    """Tell the room no more about these members' streams."""

    members: tuple[str, ...]
    alerts: Alerts = Alerts.LIVE


@dataclass(frozen=True, slots=True)
class ShowFollowed:
    """Whom the room follows."""


@dataclass(frozen=True, slots=True)
class UnfollowAll:
    """Follow nobody any more."""


@dataclass(frozen=True, slots=True)
class ShowSubscribers:
    """How many subscribers a member's channel has."""

    member: str


@dataclass(frozen=True, slots=True)
class ShowRanking:
    """Whose channels grew most."""

    period: Period = field(default_factory=Period)


@dataclass(frozen=True, slots=True)
class ShowDirectory:
    """Who there is."""


@dataclass(frozen=True, slots=True)
class ShowProfile:
    """Who a member is."""

    member: str


@dataclass(frozen=True, slots=True)
class ShowCalendar:
    """Birthdays and anniversaries of a month of this year; `shift` counts months from now."""

    month: int | None = None
    shift: int = 0


@dataclass(frozen=True, slots=True)
class ShowHistory:
    """What was on air."""

    query: HistoryQuery = field(default_factory=HistoryQuery)


@dataclass(frozen=True, slots=True)
class Misused:
    """A command whose arguments cannot be read: how it is used. `said` may have been meant as a member."""

    form: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question in words of one's own."""

    text: str


def _live(arguments: str) -> ShowLive:
    return ShowLive(arguments)


_APART = re.compile(r"(?<=\d) (?=(?:시간|개)(?: |$))")
"""A number and its counter are often written apart."""


def _upcoming(arguments: str) -> ShowUpcoming:
    hours, limit, names = HOURS, SHOWN, []
    everything = False
    for word in _APART.sub("", arguments).split():
        if found := re.fullmatch(r"(\d{1,6})(?:시간|h)", word, re.IGNORECASE):
            hours = _within(1, int(found[1]), MOST_HOURS)
        elif found := re.fullmatch(r"(\d{1,6})개?", word):
            limit = _within(1, int(found[1]), MOST_SHOWN)
        elif word.lower() in ("전체", "전부", "모두", "all"):
            everything = True
        else:
            names.append(word)
    return ShowUpcoming(" ".join(names), hours, None if everything else limit)


def _schedule(arguments: str) -> ShowSchedule | Misused:
    name, _, last = arguments.rpartition(" ")
    if name and (found := re.fullmatch(r"(-?\d{1,6})일?", last)):
        return ShowSchedule(name, _within(1, int(found[1]), MOST_DAYS))
    return ShowSchedule(arguments) if arguments else Misused("schedule")


def _member(arguments: str) -> ShowSchedule | Misused | ShowDirectory:
    return _schedule(arguments) if arguments else ShowDirectory()


def _alert(arguments: str) -> object:
    action, _, rest = arguments.partition(" ")
    if not action or action.lower() in ("목록", "list", "show", "리스트"):
        return ShowFollowed()
    if action.lower() in ("초기화", "clear", "reset", "리셋"):
        return UnfollowAll()
    make = _ACTIONS.get(action.lower())
    if make is None:
        return Misused("alert", arguments)
    members, alerts = _alert_members(rest)
    return make(members, alerts) if members else Misused("alert")


_ACTIONS: dict[str, Callable[[tuple[str, ...], Alerts], object]] = {
    **dict.fromkeys(("추가", "설정", "set", "add"), Follow),
    **dict.fromkeys(("제거", "삭제", "해제", "remove", "del", "delete"), Unfollow),
}

_ALERT_WORDS = {
    **dict.fromkeys(("방송", "라이브", "live"), Alerts.LIVE),
    **dict.fromkeys(("커뮤니티", "community"), Alerts.COMMUNITY),
    **dict.fromkeys(("쇼츠", "shorts"), Alerts.SHORTS),
    **dict.fromkeys(("전체", "all"), Alerts.ALL),
}


def _alert_members(text: str) -> tuple[tuple[str, ...], Alerts]:
    """The members, and what is said about them by the last word when another stands before it."""
    names, _, last = text.rpartition(" ")
    if names.strip(" ,") and (alerts := _ALERT_WORDS.get(last.lower())):
        return listed(names), alerts
    return listed(text), Alerts.LIVE


def _subscribers(arguments: str) -> ShowSubscribers | Misused:
    return ShowSubscribers(arguments) if arguments else Misused("subscriber")


def _ranking(arguments: str) -> ShowRanking | Misused:
    period = period_of(arguments)
    return ShowRanking(period) if period else Misused("ranking")


def _profile(arguments: str) -> ShowProfile | ShowDirectory:
    return ShowProfile(arguments) if arguments else ShowDirectory()


def _calendar(arguments: str) -> ShowCalendar | Misused:
    said = arguments.replace(" ", "").lower()
    if found := re.fullmatch(r"(\d{1,2})월?", said):
        month = int(found[1])
        return ShowCalendar(month) if 1 <= month <= 12 else Misused("calendar")
    shift = {"": 0, "이번달": 0, "다음달": 1, "담달": 1, "저번달": -1, "지난달": -1}.get(said)
    return Misused("calendar") if shift is None else ShowCalendar(shift=shift)


def _history(arguments: str) -> ShowHistory | Misused:
    try:
        return ShowHistory(query_of(arguments))
    except BadQuery:
        return Misused("history")


def _within(least: int, number: int, most: int) -> int:
    return max(least, min(number, most))


def _form(
    name: str,
    said: Sequence[str],
    make: Callable[[str], object | None],
    usage: str = "",
    *,
    lane: bool = False,
) -> Form:
    """A command word, then arguments."""
    pattern = rf"\s?{words(*said)}(?: (?P<arguments>.+))?"
    return Form(name, pattern, lambda match: make((match["arguments"] or "").strip()), usage=usage, lane=lane)


def _glued(match: re.Match[str]) -> object:
    return _alert(f"{match['action']} {(match['arguments'] or '').strip()}".strip())


ALERT_ACTIONS = ("설정", "추가", "목록", "리스트", "제거", "삭제", "해제", "초기화", "리셋")

FORMS = (  # in the order of the help; no two share a word
    _form("live", ("라이브", "live", "방송중", "생방송"), _live, "라이브 [멤버]"),
    _form("upcoming", ("예정", "upcoming"), _upcoming, "예정 [멤버] [48시간] [10개]"),
    _form("schedule", ("일정", "스케줄", "schedule"), _schedule, "일정 [멤버] [며칠]"),
    _form(
        "history",
        ("방송이력", "방송기록", "종료방송", "이전방송", "history"),
        _history,
        "방송이력 [멤버] [종류] [30일] [10개]",
    ),
    _form("profile", ("프로필", "profile", "정보", "info"), _profile, "정보 [멤버]"),
    _form("member", ("멤버", "member"), _member),
    # What the room follows is read where it is changed, so that a list shows the line before it.
    _form("alert", ("알람", "알림", "alarm"), _alert, "알람 추가/제거/목록/초기화 [멤버]", lane=True),
    Form(
        "alert_glued",
        rf"\s?알[람림](?P<action>{'|'.join(ALERT_ACTIONS)})(?: (?P<arguments>.+))?",
        _glued,
    ),
    _form("subscriber", ("구독자", "subscriber", "subs"), _subscribers, "구독자 [멤버]"),
    _form("ranking", ("구독자순위", "순위", "통계", "stats", "ranking"), _ranking, "구독자순위 [주간/3개월]"),
    _form("calendar", ("달력", "기념일", "calendar"), _calendar, "달력 [1~12/다음달]"),
    _form(
        "help",
        ("도움말", "도움", "help", "명령어", "commands"),
        lambda said: None if said else ShowHelp(),
        "도움말",
    ),
)


def grammar(prefix: str, *, is_about: Callable[[str], bool]) -> Grammar:
    """The grammar under the operator's prefix.

    A line that no form understands is a question when `is_about` says that it speaks of hololive; the mark
    before it stands before much that is said in a room, so anything else is not for this bot.
    """

    def ask(match: re.Match[str]) -> Ask | None:
        text = match["text"].strip()
        return Ask(text) if is_about(text) else None

    question = Form("ask", r"(?P<text>.{2,200})", ask, lane=False)
    return Grammar(
        prefix=prefix,
        forms=FORMS,
        fallback=question,
        limit=LONGEST,
        other_prefixes=OTHER_PREFIXES.get(prefix, ()),
        gap="" if prefix in OTHER_PREFIXES else " ",
    )
