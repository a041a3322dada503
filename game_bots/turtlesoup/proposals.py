"""Puzzles that players write: how one is typed in one message, and what it must be like. Pure.

On a phone `|` is hard to find, so words may stand before the parts instead, on lines of their own or not.
"""

import re

from game_bots.turtlesoup.events import Draft
from game_bots.turtlesoup.puzzles import Puzzle, Source
from game_bots.turtlesoup.refusals import ProposalGivesAway, ProposalLength
from game_bots.wording import folded

TITLE_LENGTHS = (1, 40)
SCENARIO_LENGTHS = (20, 500)
SOLUTION_LENGTHS = (20, 1000)
"""Characters."""

_BARS = re.compile(r"\s*[|｜]\s*")
_LABELLED = re.compile(
    r"(?:제목\s*[:：]\s*)?(?P<title>.+?)\s*(?:상황|문제)\s*[:：]\s*(?P<scenario>.+?)"
    r"\s*(?:진상|정답|해설)\s*[:：]\s*(?P<solution>.+)"
)


def parts_of(text: str) -> tuple[str, str, str] | None:
    """Title, situation and truth: `제목 | 상황 | 진상`, or `제목: … 상황: … 진상: …`."""
    parts = _BARS.split(text.strip())
    if len(parts) == 3 and all(parts):
        return parts[0], parts[1], parts[2]
    found = _LABELLED.fullmatch(text.strip())
    return (found["title"], found["scenario"], found["solution"]) if found else None


def check(draft: Draft) -> None:
    """Refuse what can be no puzzle.

    Raises:
        ProposalLength: with the limits of each part.
        ProposalGivesAway: the situation holds the solution, or title or warning tell of it.
    """
    limits = {
        "title": (draft.title, TITLE_LENGTHS),
        "scenario": (draft.scenario, SCENARIO_LENGTHS),
        "solution": (draft.solution, SOLUTION_LENGTHS),
    }
    if any(not least <= len(text) <= most for text, (least, most) in limits.values()):
        raise ProposalLength(**{name: f"{least}~{most}" for name, (_, (least, most)) in limits.items()})
    secret = folded(draft.solution)
    if not secret or secret in folded(draft.scenario):
        raise ProposalGivesAway
    texts = (draft.title, draft.scenario, draft.solution)
    puzzle = Puzzle(*texts, draft.category, draft.difficulty, Source.CUSTOM)
    if any(map(puzzle.is_told_by, (draft.title, draft.warning))):
        raise ProposalGivesAway
