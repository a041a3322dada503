"""What can be typed: the words of 스무고개 and the commands they make. Pure."""

import re
from dataclasses import dataclass

from botkit.chat.grammar import Form, Grammar, words
from game_bots.twentyq.game import QUESTION_LENGTH
from game_bots.twentyq.wording import noun_of, wants_to_be_told, without_lead


@dataclass(frozen=True, slots=True)
class Help:
    """Show what can be typed."""


@dataclass(frozen=True, slots=True)
class Start:
    """Open a riddle, or show the one that is open."""

    categories: tuple[str, ...]


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
class Unknown:
    """Ours, but not understood."""


def _start(match: re.Match[str]) -> Start | None:
    said = tuple((match["rest"] or "").split())
    # "시작 전에 물을 넣나요?" is a question that happens to begin with the word.
    return None if said and said[-1].endswith("?") else Start(said)


def _tell_me(match: re.Match[str]) -> TellMe | None:
    return TellMe() if wants_to_be_told(match["rest"]) else None


def _guess(match: re.Match[str]) -> Guess:
    glued = without_lead(match["glued"] + match["rest"]) if match["glued"] else ""
    return Guess(without_lead(match["rest"]), glued)


FORMS = (
    Form("help", r"\s?(?:도움말|도움|help)?", lambda _: Help(), usage="도움말", lane=False),
    Form(
        "start",
        rf"\s?{words('시작', 'start')}(?P<rest> .+)?",
        _start,
        usage="시작 [주제]",
        notice="start.choosing",
    ),
    Form(
        "hint",
        rf"\s?{words('힌트', 'ㅎㅌ', 'hint')}(?: ?\d+)?",
        lambda _: GiveHint(),
        usage="힌트",
        notice="hint.thinking",
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
    Form("tell_me", r"\s정답(?P<rest>.+)", _tell_me, lane=False),
    Form(
        "guess",
        r"\s정답(?:(?:은|는|이)(?= )|[:,：，]|(?P<glued>은)(?=\S))?(?P<rest>.*)",
        _guess,
        usage="정답 [낱말]",
        notice="guess.thinking",
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
