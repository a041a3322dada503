"""What can be typed: the words of 스무고개 and the commands they make. Pure."""

import re
from dataclasses import dataclass

from botkit.chat.grammar import Form, Grammar, listed, words
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
    UNKNOWN,
    USAGE,
    TellMe,
)
from game_bots.twentyq.game import QUESTION_LENGTH, TWENTY
from game_bots.twentyq.wording import is_ending, is_verbal, noun_of, without_lead
from game_bots.wording import is_asked, wants_to_be_told


@dataclass(frozen=True, slots=True)
class Start:
    """Open a riddle, or show the one that is open. `words` may name categories and a level.

    `counted`: with twenty questions and no more.
    """

    words: tuple[str, ...]
    counted: bool = False


@dataclass(frozen=True, slots=True)
class StartDaily:
    """Open the day's riddle, or show what became of it."""


@dataclass(frozen=True, slots=True)
class Status:
    """Show the whole board."""


@dataclass(frozen=True, slots=True)
class Recap:
    """Show how the last game went."""


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
class Ask:
    """Ask a question."""

    text: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Ask several questions in a row, or guess; with `while_yes` only as long as the answers are yes."""

    texts: tuple[str, ...]
    while_yes: bool = False


_ASK = rf"(?:\s?{words('질문', 'ask', '?', '？')})?"
_GUESS = r"정답(?P<lead>(?:은|는|이)(?= |[?!.~]*$)|[:,：，]|(?P<glued>은)(?=\S))?(?P<rest>.*)"


def _start(match: re.Match[str]) -> Start | None:
    rest = match["rest"] or ""
    # "시작 전에 물을 넣나요?" is a question that happens to begin with the word.
    if rest.endswith("?") or is_verbal(rest):
        return None
    said = tuple(re.split(r"[\s,，、]+", rest.strip(" ,，、"))) if rest.strip(" ,，、") else ()
    named = tuple(word for word in said if word != str(TWENTY))
    return Start(named, counted=named != said)


def _tell_me(match: re.Match[str]) -> TellMe | None:
    return TellMe() if wants_to_be_told(match["rest"]) else None


def _guess(match: re.Match[str]) -> Guess | None:
    lead, rest, glued = match["lead"] or "", match["rest"], match["glued"]
    is_apart = rest.startswith(" ") if not lead else lead in (":", ",", "：", "，")
    if not is_apart and is_verbal(rest):
        return None
    if not lead and not is_apart and is_ending(rest):
        return Guess("")
    return Guess(without_lead(rest), without_lead(glued + rest) if glued else "")


def guess_in(text: str) -> Guess | None:
    """The guess that a piece of a chain is, if it is one."""
    match = re.fullmatch(_GUESS, text)
    return _guess(match) if match else None


def _chain(match: re.Match[str]) -> Chain | None:
    texts = listed(match["text"])
    while_yes = bool(match["only"])
    # "사람보다 크고, 개보다 작나요?" is one question with a comma in it.
    if len(texts) < 2 or not (while_yes or all(is_asked(text) or guess_in(text) for text in texts)):
        return None
    return Chain(texts, while_yes)


FORMS = (
    HELP,
    FORCE_END,
    CLEAR_ALL,
    Form(
        "start",
        rf"\s?{words('시작', 'start')}(?P<rest> .+)?",
        _start,
        usage="시작 [주제] [쉬움/어려움] [20]",
        notice="start.choosing",
    ),
    HINT,
    USAGE,
    ROOM_RECORD,
    RECORD,
    RANKING,
    Form(
        "daily",
        rf"\s?{words('오늘', '오늘의 문제', 'daily')}",
        lambda _: StartDaily(),
        usage="오늘",
        notice="start.choosing",
    ),
    APPEAL,
    Form("recap", rf"\s?{words('복기', 'recap')}", lambda _: Recap(), usage="복기", lane=False),
    SURRENDER,
    AGREE,
    REJECT,
    Form(
        "status",
        rf"\s?{words('상태', '현황', '상황', '현재', 'status')}",
        lambda _: Status(),
        usage="상태",
        lane=False,
    ),
    MODEL,
    Form("tell_me", rf"{_ASK}\s?정답(?P<rest>.+)", _tell_me, lane=False),
    Form(
        "guess",
        rf"{_ASK}\s?{_GUESS}",
        _guess,
        usage="정답 [낱말]",
        notice="guess.thinking",
    ),
    Form(
        "chain",
        rf"{_ASK}\s(?P<only>if )?(?P<text>.*[,，、].*)",
        _chain,
        usage="[질문], [질문] …",
        notice="question.thinking",
    ),
    Form(
        "ask",
        rf"{_ASK}\s(?P<text>.+)",
        lambda match: Ask(match["text"].strip()),
        usage="[예/아니오로 답할 질문]",
        notice="question.thinking",
    ),
)


def grammar(prefix: str) -> Grammar:
    """The grammar under the operator's prefix."""
    return Grammar(prefix=prefix, forms=FORMS, fallback=UNKNOWN, limit=QUESTION_LENGTH)


def said(grammar: Grammar, text: str) -> Ask | Chain | Guess | TellMe:
    """The question or guess in a text without prefix, from who can do nothing else by it.

    Raises:
        LineTooLong: longer than a line of chat may be.
    """
    parsed = grammar.parse(f"{grammar.prefix} {text}")
    command = parsed.command if parsed else None
    return command if isinstance(command, Ask | Chain | Guess | TellMe) else Ask(text)
