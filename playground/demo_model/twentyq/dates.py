"""When it came into the world: `2010년 이후에 나왔나요?`, `조선 시대에 지었나요?`, `100년 넘었나요?`."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from playground.demo_model.twentyq.claims import Claim
from playground.demo_model.twentyq.degrees import Answer, Degree
from playground.demo_model.twentyq.heads import Head, always
from playground.demo_model.twentyq.patterns import Compiler
from playground.demo_model.twentyq.quantities import NUMBER, any_of, composed, number
from playground.demo_model.twentyq.topics import Topic

_ERAS = {
    "고조선(시대)?": (-2333, -108),
    "(삼국|신라|백제|고구려)(시대)?": (-57, 935),
    "고려(시대)?": (918, 1391),
    "조선(시대|왕조)?": (1392, 1910),
    "(일제|일제강점기|일제시대)": (1910, 1945),
    "(고대|선사시대|원시시대|석기시대)": (-100000, 500),
    "(중세|중세시대)": (500, 1500),
    "(근대)": (1800, 1945),
}


@dataclass(frozen=True, slots=True)
class Since:
    """The topic came into the world in these years, both included."""

    first: float
    last: float

    def about(self, topic: Topic) -> Answer:
        """Yes or no; None when the year is not known."""
        if topic.since is None:
            return None
        return Degree.YES if self.first <= topic.since <= self.last else Degree.NO


def years(compiler: Compiler, *, this_year: int) -> Iterator[Head]:
    """Heads for when something came into the world."""

    def make(match: re.Match[str]) -> Claim:
        first, last = _span(match)
        side = composed(match["side"] or "")
        if side.startswith(("이후", "후", "부터", "넘")):
            return Since(first, math.inf)
        if side.startswith(("이전", "전", "보다")):
            return Since(-math.inf, first - 1)
        return Since(first, last)

    def ago(match: re.Match[str]) -> Claim:
        return Since(-math.inf, this_year - number(match["amount"]))

    when = "(처음)? <year>(<decade>)?(도)?(에|에는)?<side>?(에|에야|에서야|에도|도|에처음|에와서)?"
    parts = {
        "year": r"[12]\d{3}|[5-9]0(?=" + any_of(["년대"]) + r")|\d{1,2}(?=" + any_of(["세기"]) + ")",
        "decade": any_of(["년대", "세기", "년"]),
        "side": any_of(["이후", "후", "부터", "이전", "전", "보다먼저", "보다전", "넘어서"]),
    }
    things = "영화|작품|물건|것|발명품|건물|개봉작|개봉영화|개봉한영화|나온영화|나온작품|개봉|영화작품"
    made = "만들|만들어지|짓|지어지|세우|세워지|건축되|생기|시작되|나오|유래하|발명되|제작되|완공되"
    for era, span in _ERAS.items():
        patterns = [
            f"(처음)?{era}(때|시기|초|말|초기|말기|후기)?(에|에처음)? {{{made}}}",
            f"{era}(때|에)?(의|만들어진|지어진) [것|건물|건축물|궁궐|물건|궁|유물|문화재]",
        ]
        yield from compiler.heads(patterns, always(Since(*span)))
    yield from compiler.heads([f"{when} {{@come_out}}", f"{when}(의)? [{things}]"], make, **parts)
    since = "(만들어진지|생긴지|나온지|지어진지|세워진지|역사가|개봉한지|발명된지|완공된지|된지)?"
    patterns = [
        f"{since} <amount>년(은|이|도|을)?(이상|넘게|정도)?(이|은)? {{되|넘|지나}}",
        "<amount>년전(에|에도|부터|에는|에도이미)? {@come_out}",
        "<amount>년(이상)? {오래되|된것이|된건물이}",
    ]
    yield from compiler.heads(patterns, ago, amount=NUMBER)


def _span(match: re.Match[str]) -> tuple[float, float]:
    year, unit = int(match["year"]), composed(match["decade"] or "")
    if unit == "세기":
        return (year - 1) * 100 + 1, year * 100
    if unit == "년대":
        first = year if year > 99 else 1900 + year
        return first, first + (99 if first % 100 == 0 and first < 2000 else 9)
    return year, year
