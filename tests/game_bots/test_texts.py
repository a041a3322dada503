"""Everything that the games say, rendered: a change of a text is seen as what players will read.

`python -m tests.game_bots.test_texts` writes the files in tests/data/texts anew.
"""

from pathlib import Path

import pytest

from botkit.chat.layout import BUBBLE
from game_bots.texts import GameTexts
from game_bots.twentyq import messages as twentyq

SNAPSHOTS = Path(__file__).parents[1] / "data" / "texts"

GAMES: dict[str, GameTexts] = {"twentyq": twentyq.load()}

SAMPLES: dict[str, object] = {
    "agreed": 1, "ahead": 2, "answer": "예", "category": "생물", "count": 4, "date": "2026-11-25",
    "day": "2026-11-25", "former": "아니오", "games": 12, "guess": "강아지", "guesses": "강아지, 곰", "hints": 1,
    "level": "보통", "limit": 20, "minutes": 7, "name": "민지", "needed": 3, "number": 7, "people": 5,
    "percent": 66, "period": "이번 주", "person": 3, "place": 1, "points": 87, "prefix": "/스자",
    "questions": 9, "room": 6, "target": "고양이", "text": "집에서 키우나요?", "tokens": "1,234", "wins": 8,
}  # fmt: skip
"""Other values are shown by their name."""


def rendered(say: GameTexts) -> str:
    """Every text with sample values, by its key."""
    texts = {text.key: text.names for text in say.declared()}
    texts |= {f"error.{error.code}": error.variables for error in say.errors}
    lines = []
    for key in sorted(texts):
        values = {name: SAMPLES.get(name, f"<{name}>") for name in texts[key]}
        lines.append(f"{key}\n{say.catalog.render(key, values)}\n")
    return "\n".join(lines)


@pytest.mark.parametrize("game", GAMES)
def test_what_players_read_is_as_it_was_looked_at(game: str) -> None:
    assert rendered(GAMES[game]) == (SNAPSHOTS / f"{game}.txt").read_text("utf-8")


@pytest.mark.parametrize("game", GAMES)
def test_texts_are_plain_and_fit_a_bubble(game: str) -> None:
    for block in rendered(GAMES[game]).split("\n\n"):
        assert len(block) <= BUBBLE
        assert not any(mark in block for mark in ("**", "__", "](", "```"))


if __name__ == "__main__":
    SNAPSHOTS.mkdir(exist_ok=True)
    for name, say in GAMES.items():
        (SNAPSHOTS / f"{name}.txt").write_text(rendered(say), "utf-8")
