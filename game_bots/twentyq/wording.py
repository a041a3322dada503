"""When a Korean wording is a guess, and which word it means. Pure.

Endings may be dropped from questions freely; a guess is a noun, and nouns end in the same syllables
(`원숭이`, `돼지`), so a guess is compared as it stands first, and only unmistakable polite forms are cut.
"""

import re

from botkit.chat.hangul import FINALS, is_syllable
from game_bots.wording import folded

_COPULAS = (
    *("맞나요", "맞아요", "맞죠", "맞지"),
    *("인가요", "일까요", "입니까", "입니다", "인가", "일까", "예요", "에요", "네요", "죠"),
)
"""Endings that no noun has: cut wherever they stand."""

_AMBIGUOUS = (
    *("이에요", "이예요", "이네요", "이죠", "이지", "이냐", "이니", "이야", "이다", "이요", "야", "요"),
)
"""Endings that a noun may have (`고양이` + `에요`, `책` + `이에요`): only compared, never cut."""

_LEADS = ("혹시", "설마", "아마", "음", "그럼", "바로")
_AROUND = " \t.,!?~…:;=<>|/·-–—→'\"“”‘’()[]{}「」『』《》〈〉"
_LAUGHS = re.compile(r"(?<=[^ㄱ-ㅣ\s.,!?~…])[\s.,!?~…]*[ㄱ-ㅣ]+[\s.,!?~…]*$")

_THERE_IS = re.compile(r".*(?:있|없)(?:나요|어요|을까요|습니까|는가요|니|냐|죠|지)")
_ASKS = re.compile(r".+ .*(?:나요|(?<!일)까요)|.*(?P<last>.)(?<!인)가요")
_FOLLOWS = re.compile(r"(?:^|.*\s)(?:그럼|그러면|그렇|그래서|방금|아까).*|(?:정말|진짜|확실|왜)\S*")


def without_lead(text: str) -> str:
    """A guess without lead-in words, laughter, and punctuation around it."""
    guess = _LAUGHS.sub("", text).strip(_AROUND)
    for lead in _LEADS:
        guess = guess.removeprefix(f"{lead} ").strip()
    return guess


def noun_of(guess: str) -> str:
    """The noun in a guess as people say it, e.g. `고양이인가요` → `고양이`; empty when there is none."""
    for copula in _COPULAS:
        cut = guess.removesuffix(copula)
        if cut != guess:
            return cut.rstrip(_AROUND)
    return guess


def is_ending(text: str) -> bool:
    """Whether a text is nothing but what may follow a noun: `정답이에요`, `정답인가요?`."""
    return folded(text) in {*_COPULAS, *_AMBIGUOUS}


def is_verbal(text: str) -> bool:
    """Whether a text that follows `정답은` asks about the secret instead of naming it.

    `사람보다 큰가요`, `집에 있나요`; but not `동물인가요`, `바나나요`.
    """
    said = text.strip(_AROUND)
    if _THERE_IS.fullmatch(said):
        return True
    asks = _ASKS.fullmatch(said)
    return asks is not None and (asks["last"] is None or _ends_in_n(asks["last"]))


def is_follow_up(question: str) -> bool:
    """Whether a question means something else after another answer: `그럼 더 커요?`, `정말요?`.

    `그것은 살아 있나요?` is none: 그것 is the secret.
    """
    return _FOLLOWS.fullmatch(question.strip(_AROUND)) is not None


def names(guess: str, target: str) -> bool:
    """Whether a guess is the target, word for word, with or without an ending."""
    wanted, said = folded(target), folded(guess)
    return bool(wanted) and said in {wanted, *(wanted + ending for ending in (*_COPULAS, *_AMBIGUOUS))}


def _ends_in_n(char: str) -> bool:
    """As adjectives do before `가요`: 큰, 작은, 비싼."""
    return is_syllable(char) and FINALS[(ord(char) - 0xAC00) % len(FINALS)] == "ㄴ"
