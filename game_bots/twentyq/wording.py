"""When a Korean wording is a guess, and which word it means. Pure.

Endings may be dropped from questions freely; a guess is a noun, and nouns end in the same syllables
(`원숭이`, `돼지`), so a guess is compared as it stands first, and only unmistakable polite forms are cut.
"""

from game_bots.wording import folded

_COPULAS = ("인가요", "일까요", "입니까", "입니다", "인가", "예요", "에요", "맞나요", "맞죠")
"""Endings that no noun has: cut wherever they stand."""

_AMBIGUOUS = ("이에요", "이예요", "이야", "이다", "이요", "야", "요")
"""Endings that a noun may have (`고양이` + `에요`, `책` + `이에요`): only compared, never cut."""

_LEADS = ("혹시", "설마", "아마", "음", "그럼")
_AROUND = " \t.,!?~…:'\"“”‘’()"


def without_lead(text: str) -> str:
    """A guess without lead-in words and without punctuation around it."""
    guess = text.strip(_AROUND)
    for lead in _LEADS:
        guess = guess.removeprefix(f"{lead} ").strip()
    return guess


def noun_of(guess: str) -> str:
    """The noun in a guess as people say it, e.g. `고양이인가요` → `고양이`."""
    for copula in _COPULAS:
        cut = guess.removesuffix(copula).rstrip(_AROUND)
        if cut and cut != guess:
            return cut
    return guess


def names(guess: str, target: str) -> bool:
    """Whether a guess is the target, word for word, with or without an ending."""
    wanted, said = folded(target), folded(guess)
    return bool(wanted) and said in {wanted, *(wanted + ending for ending in (*_COPULAS, *_AMBIGUOUS))}
