"""What can be typed: the words of 바다거북수프 and the commands they make. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from botkit.chat.grammar import Form, Grammar, words
from game_bots.forms import (
    AGREE,
    APPEAL,
    CLEAR_ALL,
    FORCE_END,
    HELP,
    HINT,
    MODEL,
    RANKING,
    RECORD,
    REJECT,
    ROOM_RECORD,
    SURRENDER,
    USAGE,
    TellMe,
    Unknown,
)
from game_bots.turtlesoup.events import Status
from game_bots.turtlesoup.proposals import parts_of
from game_bots.turtlesoup.puzzles import ANYTHING, LEVELS, Wish, category_of
from game_bots.wording import folded, is_asked, wants_to_be_told

LINE_LENGTH = 1700
"""Characters of a line: a whole proposal. Questions and attempts have limits of their own."""

THEME_LENGTH = 40


class Oddity(StrEnum):
    """What a start was typed with that it cannot have; the rest of it counts."""

    NONE = "none"
    LEVEL = "level"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Start:
    """Open a soup, or show the one that is open."""

    wish: Wish = ANYTHING
    oddity: Oddity = Oddity.NONE
    chat: str = ""
    """The room to count the game for, when it is another one. Cannot be typed."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a question."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Tell what happened; the text may be empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Show the situation again."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Show the questions and their answers."""


@dataclass(frozen=True, slots=True)
class ShowStatus:
    """Show how far the room has come."""


@dataclass(frozen=True, slots=True)
class TellStory:
    """Tell the truth of the last game as a story."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Rate the last puzzle."""

    stars: int | None


@dataclass(frozen=True, slots=True)
class ShowMild:
    """Say whether dark puzzles are left out."""


@dataclass(frozen=True, slots=True)
class SetMild:
    """Leave dark puzzles out, or not any more."""

    on: bool


@dataclass(frozen=True, slots=True)
class Propose:
    """Propose a puzzle: title, situation and truth, or None when they cannot be told apart."""

    parts: tuple[str, str, str] | None


@dataclass(frozen=True, slots=True)
class ListProposals:
    """Show the puzzles that wait for a review. For operators."""


@dataclass(frozen=True, slots=True)
class ShowProposal:
    """Show a puzzle of our own, solution included. For operators."""

    number: int


@dataclass(frozen=True, slots=True)
class Review:
    """Publish or reject a puzzle. For operators."""

    number: int
    status: Status


@dataclass(frozen=True, slots=True)
class ShowRatings:
    """Show the puzzles that players like least. For operators."""


_THEME = re.compile(r"(?P<before>.*?)(?:주제|테마|theme) ?[:：] ?(?P<theme>.+)", re.IGNORECASE)
_STARS = "★⭐"
_LEVEL = re.compile(r"(?:난이도|레벨|lv\.?)?(?P<level>-?\d+)(?:단계)?", re.IGNORECASE)


def _start(match: re.Match[str]) -> Start | None:
    said = (match["rest"] or "").strip()
    named = _THEME.fullmatch(said)
    # "시작 전에 불이 났나요?" is a question that happens to begin with the word.
    if not named and said and (said.endswith("?") or is_asked(said)):
        return None
    theme: list[str] = named["theme"].split() if named else []
    before = (named["before"] if named else said).split()
    while len(theme) > 1 and (_LEVEL.fullmatch(theme[-1]) or category_of(theme[-1])):
        before.append(theme.pop())
    return _wished(before, " ".join(theme)[:THEME_LENGTH])


def _wished(said: list[str], theme: str) -> Start:
    said = [word for word in said if word != "난이도"]
    levels = [int(found["level"]) for word in said if (found := _LEVEL.fullmatch(word))]
    categories = [category for word in said if (category := category_of(word))]
    rest = [word for word in said if not _LEVEL.fullmatch(word) and not category_of(word)]
    oddity = Oddity.NONE
    if len(levels) > 1 or len(categories) > 1 or (rest and len(said) > 1):
        oddity = Oddity.WORDS
    elif (levels and levels[0] not in LEVELS) or rest:
        oddity = Oddity.LEVEL
    level = levels[0] if len(levels) == 1 and levels[0] in LEVELS else None
    return Start(Wish(level, categories[0] if len(categories) == 1 else None, theme), oddity)


def _tell_me(match: re.Match[str]) -> TellMe | None:
    return TellMe() if wants_to_be_told(match["rest"]) else None


def _propose(match: re.Match[str]) -> Propose | None:
    rest = match["rest"]
    parts = parts_of(rest)
    # "제안 때문에 화가 났나요?" is a question.
    return Propose(parts) if parts or not is_asked(rest) else None


def _stars(match: re.Match[str]) -> Rate:
    said = match["stars"] or ""
    if said.isdecimal():
        return Rate(int(said))
    return Rate(len(said) if said and set(said) <= set(_STARS) else None)


def _answer(match: re.Match[str]) -> Answer:
    said = match["text"].strip()
    return Answer(said if folded(said) else "")  # "정답?" says nothing either


_REVIEWS = {
    "승인": Status.PUBLISHED,
    "approve": Status.PUBLISHED,
    "거절": Status.REJECTED,
    "deny": Status.REJECTED,
}

FORMS = (
    HELP,
    FORCE_END,
    CLEAR_ALL,
    Form("list_proposals", r"\s?(?:관리자 제안|admin proposals)", lambda _: ListProposals(), lane=False),
    Form(
        "show_proposal",
        r"\s?(?:관리자 제안|admin proposals) #?(?P<number>\d{1,9})",
        lambda match: ShowProposal(int(match["number"])),
    ),
    Form(
        "review",
        rf"\s?(?:관리자|admin) (?P<word>{'|'.join(_REVIEWS)}) #?(?P<number>\d{{1,9}})",
        lambda match: Review(int(match["number"]), _REVIEWS[match["word"].casefold()]),
    ),
    Form("show_ratings", r"\s?(?:관리자 평점|admin ratings)", lambda _: ShowRatings(), lane=False),
    Form(
        "start",
        rf"\s?{words('시작', 'start')}(?P<rest> .+)?",
        _start,
        usage="시작 [1~5] [갈래] [주제:…]",
        notice="start.choosing",
    ),
    Form(
        "problem", rf"\s?{words('문제', '제시문', 'problem')}", lambda _: Problem(), usage="문제", lane=False
    ),
    Form("tell_me", r"\s정답(?P<rest>.+)", _tell_me, lane=False),
    Form(
        "answer",
        rf"\s?{words('정답', 'answer')}(?:(?:은|는)?(?=\s|[?!.~…]*$)|[:：,，])\s*(?P<text>.*)",
        _answer,
        usage="정답 [추리]",
        notice="answer.thinking",
    ),
    HINT,
    Form("summary", rf"\s?{words('정리', 'summary')}", lambda _: Summary(), usage="정리", lane=False),
    Form(
        "status",
        rf"\s?{words('상태', '현황', '진행', 'status')}",
        lambda _: ShowStatus(),
        usage="상태",
        lane=False,
    ),
    APPEAL,
    SURRENDER,
    AGREE,
    REJECT,
    Form(
        "story",
        rf"\s?{words('이야기', 'story')}",
        lambda _: TellStory(),
        usage="이야기",
        notice="story.thinking",
    ),
    Form(
        "rate",
        rf"\s?{words('평가', '별점', 'rate')}\s?"
        rf"(?P<stars>\d{{1,3}}|\d+[.,]\d+|[{_STARS}]+)?\s?(?:점|개)?[.!~]*",
        _stars,
        usage="평가 [1~5]",
    ),
    Form("show_mild", rf"\s?{words('순한맛', 'mild')}", lambda _: ShowMild(), lane=False),
    Form(
        "mild",
        rf"\s?{words('순한맛', 'mild')} (?:(?P<on>켜기|켜|on)|끄기|꺼|off)",
        lambda match: SetMild(bool(match["on"])),
        usage="순한맛 켜기/끄기",
    ),
    Form("propose", rf"\s?{words('제안', 'propose')}(?P<rest>(?:[\s:：].*)?)", _propose, usage="제안"),
    USAGE,
    ROOM_RECORD,
    RECORD,
    RANKING,
    MODEL,
    Form(
        "ask",
        r"\s(?P<text>.+)",
        lambda match: Ask(match["text"].strip()),
        usage="[예/아니오로 답할 질문]",
        notice="question.thinking",
    ),
)

_KEYWORDS = (
    *(
        "시작",
        "start",
        "문제",
        "제시문",
        "problem",
        "정답",
        "answer",
        "힌트",
        "hint",
        "정리",
        "summary",
        "상태",
    ),
    *(
        "현황",
        "진행",
        "status",
        "이의",
        "appeal",
        "포기",
        "동의",
        "거부",
        "이야기",
        "story",
        "평가",
        "별점",
        "rate",
    ),
    *("순한맛", "mild", "제안", "도움", "help", "전적", "순위", "모델", "관리자"),
)
UNKNOWN = Form("unknown", rf"{words(*_KEYWORDS)}.*", lambda _: Unknown(), lane=False)
"""A word of ours with something glued to it. What else follows the prefix without a blank is another word,
as in /스프링노트, and not for us.
"""


def grammar(prefix: str) -> Grammar:
    """The grammar under the operator's prefix."""
    return Grammar(prefix=prefix, forms=FORMS, fallback=UNKNOWN, limit=LINE_LENGTH)
