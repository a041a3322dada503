"""Questions about the answer's name: `두 글자인가요?`, `받침이 있나요?`, `ㄱ으로 시작하나요?`."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from botkit.chat.hangul import initials
from playground.demo_model.korean.hangul import final
from playground.demo_model.twentyq.claims import Claim
from playground.demo_model.twentyq.degrees import Answer, Degree
from playground.demo_model.twentyq.heads import Head
from playground.demo_model.twentyq.patterns import Compiler
from playground.demo_model.twentyq.quantities import COUNT, any_of, composed, number
from playground.demo_model.twentyq.topics import Topic

_LETTER_NAMES = {
    **dict(zip(("기역", "니은", "디귿", "리을", "미음", "비읍", "시옷"), "ㄱㄴㄷㄹㅁㅂㅅ", strict=True)),
    **dict(zip(("이응", "지읒", "치읓", "키읔", "티읕", "피읖", "히읗"), "ㅇㅈㅊㅋㅌㅍㅎ", strict=True)),
    **dict(zip(("쌍기역", "쌍디귿", "쌍비읍", "쌍시옷", "쌍지읒"), "ㄲㄸㅃㅆㅉ", strict=True)),
}
_SYLLABLE = "[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?"
_LONE = "[\u3131-\u314e]"
_INITIALS = f"{_LONE}{{1,12}}"
_BOUNDS = {
    "이상": (0.0, math.inf),
    "초과": (1.0, math.inf),
    "이하": (-math.inf, 0.0),
    "미만": (-math.inf, -1.0),
}
_VERBS = {"넘": "초과", "길": "초과", "많": "초과", "짧": "미만", "적": "미만"}
_PLACES: dict[str, int] = {
    **dict.fromkeys(("첫", "첫번째", "맨앞", "맨처음"), 0),
    **dict.fromkeys(("두번째", "둘째", "가운데"), 1),
    **dict.fromkeys(("세번째", "셋째"), 2),
    **dict.fromkeys(("마지막", "끝", "맨끝", "맨마지막", "맨뒤"), -1),
}


@dataclass(frozen=True, slots=True)
class Spelt:
    """Something about the letters of the name, decided by looking at them."""

    what: str
    test: Callable[[str], bool]

    def about(self, topic: Topic) -> Answer:
        """Yes or no."""
        return Degree.YES if self.test(topic.letters) else Degree.NO


def spelling(compiler: Compiler) -> Iterator[Head]:
    """Heads for everything that can be asked about the name."""
    yield from _lengths(compiler)
    yield from _finals(compiler)
    yield from _letters(compiler)


def _lengths(compiler: Compiler) -> Iterator[Head]:
    subject = (
        "(이름|글자수|글자|제목|단어|말|음절수|글자의수|글자개수|단어길이"
        "|이름의길이|길이|띄어쓰기없이|띄어쓰기제외하고|공백제외)"
    )
    named = f"({subject}~)? (총|모두|전부|딱)? <amount>(글자|음절|글짜)(로|짜리|수|로된|인)?"
    counted = (
        "(글자수|글자|음절수|글자의수|글자개수)(가|는|의수가|의개수가)? (총|모두)? <amount>(개|글자|자)?"
    )
    made = "(로)?(이루어진|된|구성된)?(단어|이름|말|사자성어|속담|영화|제목)?"
    yield from compiler.heads(
        [
            f"{named}{made}[]",
            f"{named}{{되어있|이루어지|이루어져있|구성되|되|써있|쓰여있|끝나}}",
            f"{counted}[]",
        ],
        _of_length(0.0, 0.0),
        amount=COUNT,
    )
    for word, (least, most) in _BOUNDS.items():
        patterns = [
            f"{named}{word}[]",
            f"{named}{word}(로|으로|은)?{{되|되어있|이루어지}}",
            f"{counted}{word}[]",
        ]
        yield from compiler.heads(patterns, _of_length(least, most), amount=COUNT)
    for stem, word in _VERBS.items():
        patterns = [f"{start}(을|이|가|를|보다)?(더|는)?{{{stem}}}" for start in (named, counted)]
        yield from compiler.heads(patterns, _of_length(*_BOUNDS[word]), amount=COUNT)


def _of_length(least: float, most: float) -> Callable[[re.Match[str]], Claim]:
    def make(match: re.Match[str]) -> Claim:
        amount = number(match["amount"])
        low, high = amount + least, amount + most
        return Spelt(f"{low} to {high} letters", lambda name: low <= len(name) <= high)

    return make


def _finals(compiler: Compiler) -> Iterator[Head]:
    def somewhere(match: re.Match[str]) -> Claim:
        place = match["place"]
        if place is None:
            return Spelt("a final consonant", lambda name: any(map(final, name)))
        return Spelt("a final consonant there", lambda name: bool(final(_letter(name, place))))

    def everywhere(_: re.Match[str]) -> Claim:
        return Spelt("a final consonant everywhere", lambda name: all(map(final, name)))

    end = "받침(이|도|은|글자가|있는글자가|이있는글자가)? {있|들어가|쓰이|있는글자이|-없}"
    start = "(이름|단어|글자|제목|정답이름|말)?~ (<place>(글자|음절|자)(에|에는|의|는|은)?)?"
    yield from compiler.heads([f"{start}{end}"], somewhere, place=any_of(_PLACES))
    yield from compiler.heads([f"(모든|모두)(글자|글자에|글자가|글자에다)? {end}"], everywhere)


def _letters(compiler: Compiler) -> Iterator[Head]:
    subject = (
        "(이름|첫글자|초성|첫초성|단어|제목|첫자음|첫음절|맨앞글자|말|끝글자|마지막글자|한글|자음|마지막)"
    )
    letter = any_of(_LETTER_NAMES) + f"|{_SYLLABLE}|{_LONE}"

    def first(match: re.Match[str]) -> Claim:
        return _at(match["letter"], "첫")

    def last(match: re.Match[str]) -> Claim:
        return _at(match["letter"], "마지막")

    def placed(match: re.Match[str]) -> Claim:
        return _at(match["letter"], match["place"])

    def contained(match: re.Match[str]) -> Claim:
        wanted = _wanted(match["letter"])
        return Spelt(f"has {wanted}", lambda name: any(_shows(syllable, wanted) for syllable in name))

    def first_letters(match: re.Match[str]) -> Claim:
        return Spelt(f"initials {match['letter']}", lambda name: initials(name) == match["letter"])

    said = "<letter>(자|글자|이라는글자|라는글자|이란글자)?"
    yield from compiler.heads(
        [f"(({subject}~)*)? {said}(으로|로|부터)? {{시작하|시작되}}"], first, letter=letter
    )
    yield from compiler.heads([f"(({subject}~)*)? {said}(으로|로) {{끝나}}"], last, letter=letter)
    place = "<place>(글자|자음|초성|자|음절)(가|는|이|은|의초성이|초성이|의초성은|의자음이|의첫자음이)?"
    yield from compiler.heads([f"(이름의)?{place}{said}[]"], placed, letter=letter, place=any_of(_PLACES))
    inside = "{들어가|포함되|있|들어있|쓰이|-없}"
    yield from compiler.heads(
        [
            f"(이름|글자|단어|제목|정답)(에|중에|안에|속에|에는|가운데)? {said}(이|가|도|은|는)? {inside}",
            f"<letter>(이라는|라는|이란)(글자|자|말)(이|가|도)? {inside}",
        ],
        contained,
        letter=letter,
    )
    yield from compiler.heads(["(이름의)? 초성(이|은|가)? <letter>[]"], first_letters, letter=_INITIALS)


def _letter(name: str, place: str) -> str:
    index = _PLACES[composed(place)]
    return name[index] if -len(name) <= index < len(name) else ""


def _wanted(letter: str) -> str:
    typed = composed(letter)
    return _LETTER_NAMES.get(typed, typed)


def _at(letter: str, place: str) -> Claim:
    wanted = _wanted(letter)
    return Spelt(f"{wanted} there", lambda name: _begins(_letter(name, place), wanted))


def _begins(syllable: str, wanted: str) -> bool:
    return wanted in (syllable, initials(syllable)) if syllable else False


def _shows(syllable: str, wanted: str) -> bool:
    return wanted in (syllable, initials(syllable), final(syllable))
