"""What can be typed: the words of 스무고개 and the commands they make. Pure."""

import re
from dataclasses import dataclass

from botkit.chat.grammar import Form, Grammar, listed, words
from game_bots.costs import PERIOD_WORDS, Period, period_of
from game_bots.spans import Span
from game_bots.twentyq.game import QUESTION_LENGTH, TWENTY
from game_bots.twentyq.wording import is_asked, noun_of, wants_to_be_told, without_lead


@dataclass(frozen=True, slots=True)
class Help:
    """Show what can be typed."""


@dataclass(frozen=True, slots=True)
class Start:
    """Open a riddle, or show the one that is open. `counted`: with twenty questions and no more."""

    categories: tuple[str, ...]
    counted: bool = False


@dataclass(frozen=True, slots=True)
class GiveHint:
    """Ask for a hint."""


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
class Status:
    """Show the whole board."""


@dataclass(frozen=True, slots=True)
class Guess:
    """Name the secret. `said` is what follows `정답`, and may be empty.

    `정답은행` can be read in two ways: `said` is 행 then, and `glued` 은행.
    """

    said: str
    glued: str = ""

    @property
    def noun(self) -> str:
        """The word that is meant."""
        return noun_of(self.said)


@dataclass(frozen=True, slots=True)
class TellMe:
    """Ask the referee for the secret."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a question."""

    text: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Ask several questions in a row; with `while_yes` only as long as the answers are yes."""

    texts: tuple[str, ...]
    while_yes: bool = False


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
class Unknown:
    """Ours, but not understood."""


def _start(match: re.Match[str]) -> Start | None:
    said = tuple((match["rest"] or "").split())
    # "시작 전에 물을 넣나요?" is a question that happens to begin with the word.
    if said and said[-1].endswith("?"):
        return None
    categories = tuple(word for word in said if word != str(TWENTY))
    return Start(categories, counted=categories != said)


def _tell_me(match: re.Match[str]) -> TellMe | None:
    return TellMe() if wants_to_be_told(match["rest"]) else None


def _guess(match: re.Match[str]) -> Guess:
    glued = without_lead(match["glued"] + match["rest"]) if match["glued"] else ""
    return Guess(without_lead(match["rest"]), glued)


_SPANS = f"(?: (?P<span>{words(*(span.value for span in Span))}))?"


def _span(match: re.Match[str]) -> Span:
    return Span(match["span"] or Span.ALL)


def _chain(match: re.Match[str]) -> Chain | None:
    texts = listed(match["text"])
    while_yes = bool(match["only"])
    # "사람보다 크고, 개보다 작나요?" is one question with a comma in it.
    if len(texts) < 2 or not (while_yes or all(map(is_asked, texts))):
        return None
    return Chain(texts, while_yes)


FORMS = (
    Form("help", r"\s?(?:도움말|도움|help)?", lambda _: Help(), usage="도움말", lane=False),
    Form("force_end", r"\s?(?:admin force-end|관리자 강제종료)", lambda _: ForceEnd()),
    Form("clear_all", r"\s?(?:admin clear-all|관리자 전체삭제)", lambda _: ClearAll()),
    Form(
        "start",
        rf"\s?{words('시작', 'start')}(?P<rest> .+)?",
        _start,
        usage="시작 [주제] [20]",
        notice="start.choosing",
    ),
    Form(
        "hint",
        rf"\s?{words('힌트', 'ㅎㅌ', 'hint')}(?: ?\d+)?",
        lambda _: GiveHint(),
        usage="힌트",
        notice="hint.thinking",
    ),
    Form(
        "usage",
        rf"\s?{words('사용량', 'usage')}(?: (?P<period>{PERIOD_WORDS}))?(?: (?P<price>.+))?",
        lambda match: Usage(period_of(match["period"]), (match["price"] or "").strip()),
        lane=False,
    ),
    Form(
        "room_record",
        rf"\s?전적 룸{_SPANS}",
        lambda match: RoomRecord(_span(match)),
        usage="전적 룸 [일간/주간/월간]",
        lane=False,
    ),
    Form(
        "record",
        r"\s?전적(?: (?P<name>.+))?",
        lambda match: PersonalRecord((match["name"] or "").strip()),
        usage="전적 [별명]",
        lane=False,
    ),
    Form(
        "ranking",
        rf"\s?{words('순위', '랭킹')}{_SPANS}",
        lambda match: Ranking(_span(match)),
        usage="순위 [일간/주간/월간]",
        lane=False,
    ),
    Form("surrender", rf"\s?{words('포기', '하남자', 'surrender')}", lambda _: Surrender(), usage="포기"),
    Form("agree", rf"\s?{words('동의', 'agree')}", lambda _: Agree(), usage="동의"),
    Form("reject", rf"\s?{words('거부', 'reject')}", lambda _: Reject(), usage="거부"),
    Form(
        "status",
        rf"\s?{words('상태', '현황', '상황', '현재', 'status')}",
        lambda _: Status(),
        usage="상태",
        lane=False,
    ),
    Form("model", rf"\s?{words('모델', 'model')}", lambda _: Model(), usage="모델", lane=False),
    Form("tell_me", r"\s정답(?P<rest>.+)", _tell_me, lane=False),
    Form(
        "guess",
        r"\s정답(?:(?:은|는|이)(?= )|[:,：，]|(?P<glued>은)(?=\S))?(?P<rest>.*)",
        _guess,
        usage="정답 [낱말]",
        notice="guess.thinking",
    ),
    Form(
        "chain",
        rf"(?:\s?{words('질문', 'ask', '?')})?\s(?P<only>if )?(?P<text>.*[,，、].*)",
        _chain,
        usage="[질문], [질문] …",
        notice="question.thinking",
    ),
    Form(
        "ask",
        rf"(?:\s?{words('질문', 'ask', '?')})?\s(?P<text>.+)",
        lambda match: Ask(match["text"].strip()),
        usage="[예/아니오로 답할 질문]",
        notice="question.thinking",
    ),
)

UNKNOWN = Form("unknown", r".*", lambda _: Unknown(), lane=False)


def grammar(prefix: str) -> Grammar:
    """The grammar under the operator's prefix."""
    return Grammar(prefix=prefix, forms=FORMS, fallback=UNKNOWN, limit=QUESTION_LENGTH)
