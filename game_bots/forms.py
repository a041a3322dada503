"""What can be typed in every game, in the same words. Pure."""

import re
from dataclasses import dataclass

from botkit.chat.grammar import Form, words
from game_bots.costs import PERIOD_WORDS, Period, period_of
from game_bots.spans import Span


@dataclass(frozen=True, slots=True)
class Help:
    """Show what can be typed."""


@dataclass(frozen=True, slots=True)
class GiveHint:
    """Ask for a hint."""


@dataclass(frozen=True, slots=True)
class Appeal:
    """Have a second judge look at the answer to a question; 0 when none is named."""

    number: int


@dataclass(frozen=True, slots=True)
class Surrender:
    """Propose to give up, or agree to it."""


@dataclass(frozen=True, slots=True)
class Agree:
    """Agree to giving up."""


@dataclass(frozen=True, slots=True)
class Reject:
    """Vote against giving up."""


@dataclass(frozen=True, slots=True)
class TellMe:
    """Ask the referee for the secret."""


@dataclass(frozen=True, slots=True)
class Model:
    """Show which model referees."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Show tokens and cost, priced as `price` when that is given. For operators."""

    period: Period
    price: str = ""


@dataclass(frozen=True, slots=True)
class PersonalRecord:
    """Show what somebody played; the person who asks when no name is given."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """Show what the room played."""

    span: Span = Span.ALL


@dataclass(frozen=True, slots=True)
class Ranking:
    """Show who solved most."""

    span: Span = Span.ALL


@dataclass(frozen=True, slots=True)
class ForceEnd:
    """End the game of the room. For operators."""


@dataclass(frozen=True, slots=True)
class ClearAll:
    """Forget everything about the room. For operators."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Give the room a hint that costs nothing. Cannot be typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Clear:
    """Forget the game, or only one in which nobody has moved since. Cannot be typed."""

    idle_since: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Ours, but not understood."""


_SPANS = f"(?: (?P<span>{words(*(span.value for span in Span))}))?"


def _span(match: re.Match[str]) -> Span:
    return Span(match["span"] or Span.ALL)


HELP = Form("help", r"\s?(?:도움말|도움|help)?", lambda _: Help(), usage="도움말", lane=False)
FORCE_END = Form("force_end", r"\s?(?:admin force-end|관리자 강제종료)", lambda _: ForceEnd())
CLEAR_ALL = Form("clear_all", r"\s?(?:admin clear-all|관리자 전체삭제)", lambda _: ClearAll())
USAGE = Form(
    "usage",
    rf"\s?{words('사용량', 'usage')}(?: (?P<period>{PERIOD_WORDS}))?(?: (?P<price>.+))?",
    lambda match: Usage(period_of(match["period"]), (match["price"] or "").strip()),
    lane=False,
)
ROOM_RECORD = Form(
    "room_record",
    rf"\s?전적 룸{_SPANS}",
    lambda match: RoomRecord(_span(match)),
    usage="전적 룸 [일간/주간/월간]",
    lane=False,
)
RECORD = Form(
    "record",
    r"\s?전적(?: (?P<name>.+))?",
    lambda match: PersonalRecord((match["name"] or "").strip()),
    usage="전적 [별명]",
    lane=False,
)
RANKING = Form(
    "ranking",
    rf"\s?{words('순위', '랭킹')}{_SPANS}",
    lambda match: Ranking(_span(match)),
    usage="순위 [일간/주간/월간]",
    lane=False,
)
HINT = Form(
    "hint",
    rf"\s?{words('힌트', 'ㅎㅌ', 'hint')}(?: ?\d+)?",
    lambda _: GiveHint(),
    usage="힌트",
    notice="hint.thinking",
)
APPEAL = Form(
    "appeal",
    rf"\s?{words('이의', 'appeal')}(?: ?q?(?P<number>\d{{1,4}})번?)?",
    lambda match: Appeal(int(match["number"] or 0)),
    usage="이의 [번호]",
    notice="question.thinking",
)
SURRENDER = Form(
    "surrender", rf"\s?{words('포기', '하남자', 'surrender')}", lambda _: Surrender(), usage="포기"
)
AGREE = Form("agree", rf"\s?{words('동의', 'agree')}", lambda _: Agree(), usage="동의")
REJECT = Form("reject", rf"\s?{words('거부', 'reject')}", lambda _: Reject(), usage="거부")
MODEL = Form("model", rf"\s?{words('모델', 'model')}", lambda _: Model(), usage="모델", lane=False)
UNKNOWN = Form("unknown", r".*", lambda _: Unknown(), lane=False)
