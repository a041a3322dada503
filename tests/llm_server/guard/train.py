"""`make guard-train`: learns the weights of the guard's wording from the development half.

A linear support vector machine (squared hinge) by dual coordinate descent (Hsieh and others, ICML 2008): small,
without any library, and the same weights every time and everywhere: sums are exact, so that no order counts. With `--folds` it also says what the guard finds in lines
from which it has not learned, fold by fold.
"""

import json
import math
import random
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from llm_server.guard.guard import Guard
from llm_server.guard.matcher import Matcher
from llm_server.guard.packs import SHIPPED, WORDING, Weights, load
from llm_server.guard.reading import Reading, pieces
from llm_server.guard.views import cleaned, views
from llm_server.guard.wording import FEW, signs
from llm_server.turtlesoup.puzzles import Puzzles
from tests.llm_server.guard.report import DEV, Line, grouped, read, share

VERSION = 5

LINE = 0.07
"""The margin that is as sure as the threshold: higher blocks less, by mistake and otherwise."""

THRESHOLD = 0.85
SHARPNESS = 3.0
"""From margins to log odds."""

ATTACK, HARMLESS = 1.0, 4.0
"""What a line on the wrong side costs: a refused question more than a missed trick."""

ROUNDS = 40
SEEN = 6
"""Lines that show a sign before anything is learned about it. Two find a point more, with 3.5 times as many
weights."""

SMALLEST = 3
"""Hundredths; smaller weights are left out."""

FOLDS = 5
_STORY = "puzzle text"


def main() -> None:
    """Learn from all lines and write the weights."""
    matcher = Guard.load().matcher
    lines = known(matcher)
    if "--folds" in sys.argv:
        folds(matcher, lines)
    weights = learned(matcher, lines)
    (SHIPPED / WORDING).write_text(written(weights), "utf-8")
    print(f"{WORDING}: {len(weights.weights)} weights, learned from {len(lines)} lines")


def known(matcher: Matcher) -> list[Line]:
    """Everything that may be learned from: the development half and the puzzles."""
    return [*(opened(matcher, line) for line in read(DEV)), *stories()]


def written(weights: Weights) -> str:
    """The file, a weight a line, so that a diff shows what has changed."""
    return json.dumps(weights.model_dump(), ensure_ascii=False, indent=0, sort_keys=True) + "\n"


def opened(matcher: Matcher, line: Line) -> Line:
    """The line, or what it hides: of its views the one that shows most concepts."""
    if not line.obfuscated:
        return line
    texts = [view.text for view in views(line.text)]
    return replace(line, text=max(texts, key=lambda text: len(set(matcher.find(text)))))


def stories() -> list[Line]:
    """What the puzzles tell, whole and sentence by sentence, as players retell it."""
    texts = {
        text
        for puzzle in Puzzles.load().all
        for told in (puzzle.question, puzzle.answer, *puzzle.hints, *puzzle.key_facts)
        for text in (told, *re.split(r"(?<=[.?!])\s+", told))
    }
    return [Line(text, "harmless", "ko", _STORY, "") for text in sorted(texts)]


def joined(lines: Sequence[Line], chance: random.Random) -> list[tuple[str, int]]:
    """Lines put together, as they stand in longer texts: the text, and 1 for an attack among them, else -1."""
    attacks = [line.text for line in lines if line.is_attack]
    harmless = [line.text for line in lines if not line.is_attack]
    several = [" ".join(chance.sample(harmless, chance.choice((2, 2, 3)))) for _ in harmless[::2]]
    pairs = [[chance.choice(harmless), chance.choice(attacks)] for _ in attacks[::2]]
    for pair in pairs:
        chance.shuffle(pair)
    return [*((text, -1) for text in several), *((" ".join(pair), 1) for pair in pairs)]


def learned(matcher: Matcher, lines: Sequence[Line]) -> Weights:
    """The bias and the weights, in hundredths, of what the lines show."""
    chance = random.Random(len(lines))
    texts = [(line.text, 1 if line.is_attack else -1) for line in lines]
    texts += joined([line for line in lines if line.kind != _STORY], chance)
    apart = [list(pieces(cleaned(text))) for text, side in texts if side < 0]
    texts += [(piece, -1) for parts in apart if len(parts) > 1 for piece in parts]
    readings = [Reading(cleaned(text), matcher) for text, _ in texts]
    shown = [signs(reading.words, *reading.shown()) for reading in readings]
    sets = (set(every) for every, line in zip(shown, lines, strict=False) if line.kind != _STORY)
    often = Counter(sign for every in sets for sign in every)
    names = sorted(sign for sign, count in often.items() if count >= SEEN)
    weights, bias = separated(names, shown, [side for _, side in texts], chance)
    rounded = {name: round(100 * SHARPNESS * weight) for name, weight in zip(names, weights, strict=True)}
    return Weights(
        version=VERSION,
        bias=round(SHARPNESS * (bias - LINE) + math.log(THRESHOLD / (1 - THRESHOLD)), 3),
        weights={name: weight for name, weight in rounded.items() if abs(weight) >= SMALLEST},
    )


def separated(
    names: Sequence[str], shown: Sequence[Sequence[str]], sides: Sequence[int], chance: random.Random
) -> tuple[list[float], float]:
    """The weight of each sign, and the bias, that separate the two sides with the widest margin."""
    number = {name: at for at, name in enumerate(names)}
    rows = [[number[sign] for sign in every if sign in number] for every in shown]
    scales = [1 / math.sqrt(len(every) + FEW) for every in shown]
    lengths = [
        sum(many * many for many in Counter(row).values()) * scale * scale + 1
        for row, scale in zip(rows, scales, strict=True)
    ]
    softness = [1 / (2 * (ATTACK if side > 0 else HARMLESS)) for side in sides]
    weights, bias, duals = [0.0] * len(names), 0.0, [0.0] * len(rows)
    order = list(range(len(rows)))
    for _ in range(ROUNDS):
        chance.shuffle(order)
        for at in order:
            row, scale, side = rows[at], scales[at], sides[at]
            margin = side * (scale * math.fsum([weights[sign] for sign in row]) + bias)
            slack = margin - 1 + duals[at] * softness[at]
            dual = max(duals[at] - slack / (lengths[at] + softness[at]), 0.0)
            if step := (dual - duals[at]) * side:
                duals[at] = dual
                bias += step
                for sign in row:
                    weights[sign] += step * scale
    return weights, bias


def folds(matcher: Matcher, lines: Sequence[Line]) -> None:
    """Print what the guard finds in lines that its weights were not learned from."""
    blocked: set[str] = set()
    packs = load(SHIPPED)
    for fold in range(FOLDS):
        others = [line for at, line in enumerate(lines) if at % FOLDS != fold]
        weights = learned(matcher, others)
        guard = Guard(replace(packs, wording=weights), threshold=0, block_emoji=False, block_jamo=False)
        blocked |= {line.text for line in lines[fold::FOLDS] if guard.evaluate(line.text).malicious}
    groups = grouped(lines, lambda line: f"{line.label} {_STORY if line.kind == _STORY else line.lang}")
    for name, group in groups.items():
        print(f"  {name:20}{share(group, blocked)}")


if __name__ == "__main__":
    main()
