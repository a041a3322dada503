"""Everything that the games say, rendered: a change of a text is seen as what players will read.

`python -m tests.game_bots.test_texts` writes the files in tests/data/texts anew.
"""

from pathlib import Path

import pytest

from botkit.chat.layout import BUBBLE
from game_bots.texts import GameTexts
from game_bots.turtlesoup import messages as turtlesoup
from game_bots.twentyq import messages as twentyq

SNAPSHOTS = Path(__file__).parents[1] / "data" / "texts"

GAMES: dict[str, GameTexts] = {"turtlesoup": turtlesoup.load(), "twentyq": twentyq.load()}

SAMPLES: dict[str, object] = {
    "agreed": 1, "ahead": 2, "answer": "예", "category": "생물", "count": 4, "date": "2026-11-25",
    "day": "2026-11-25", "former": "아니오", "games": 12, "guess": "강아지", "guesses": "강아지, 곰", "hints": 1,
    "level": "보통", "limit": 20, "minutes": 7, "name": "민지", "needed": 3, "number": 7, "people": 5,
    "percent": 66, "period": "이번 주", "person": 3, "place": 1, "points": 87, "prefix": "/스자",
    "questions": 9, "room": 6, "target": "고양이", "text": "집에서 키우나요?", "tokens": "1,234", "wins": 8,
}  # fmt: skip
"""Other values are shown by their name."""

OWN: dict[str, dict[str, object]] = {
    "twentyq": {
        "asked": "9/20", "blocks": "\nQ1. 살아 있나요? → 예", "board": "[생물] 질문 9개 · 힌트 1개 남음",
        "card": "🗓 스무고개 오늘의 문제 2026-11-25", "categories": "생물 음식 사물", "chained": "(연속)", "corrected": " (고침)",
        "default": "gemini-3-flash", "dollars": "3.5000", "hints_left": 1, "hours": 3, "input": "1,000",
        "known": "2.5flash, 3.0flash", "left": 5, "missing": 2, "model": "gemini-3-flash", "output": "200", "rate": "1,400",
        "ready": "[생물 · 보통] 하나를 떠올렸어요.", "reason": "앞 답이 '예'가 아니에요.", "reasoning": "50", "remaining": 12,
        "requests": "31", "result": "풀었어요", "retries": 6, "squares": "\n🟩🟥🟨", "summary": "힌트 하나", "surrendered": 2,
        "temperature": "0.70", "time": "3시간 20분", "timeout": 60, "title": " 👑 정답왕", "total": "1,200", "usage": "힌트",
        "used": 1, "verify": "gemini-3-pro", "won": "4,900",
    },
    "turtlesoup": {
        "attempts": 2, "author": "\n낸 사람: 하나", "average": "2.3", "bar": "▓▓▓░░░", "category": "미스터리",
        "fact": "남자는 배우다.", "facts": 6, "found": 3, "least": 1, "limit": 3, "mark": " ⭐",
        "missing": "그가 무슨 일을 하는지 남았어요.", "most": 5, "mvps": 2, "names": "민지, 준", "prefix": "/스프",
        "progress": "\n단서 3/6 ▓▓▓░░░", "ref": "preset:34", "remaining": 9, "scenario": "맑은 날에도 우산을 폈다. 왜일까요?",
        "solution": "남자는 배우였다. 우산은 소품이었다.", "stars": "★★☆☆☆", "status": "제안", "story": "옛날 옛적에…",
        "text": "혼자였나요?", "theme": "바다", "title": "우산", "total": 6, "used": 3, "warning": "죽음을 다룹니다.",
    },
}  # fmt: skip
"""Samples of one game only."""


def rendered(game: str) -> str:
    """Every text with sample values, by its key."""
    say, samples = GAMES[game], SAMPLES | OWN.get(game, {})
    texts = {text.key: text.names for text in say.declared()}
    texts |= {f"error.{error.code}": error.variables for error in say.errors}
    lines = []
    for key in sorted(texts):
        values = {name: samples.get(name, f"<{name}>") for name in texts[key]}
        lines.append(f"{key}\n{say.catalog.render(key, values)}\n")
    return "\n".join(lines)


@pytest.mark.parametrize("game", GAMES)
def test_what_players_read_is_as_it_was_looked_at(game: str) -> None:
    assert rendered(game) == (SNAPSHOTS / f"{game}.txt").read_text("utf-8")


@pytest.mark.parametrize("game", GAMES)
def test_texts_are_plain_and_fit_a_bubble(game: str) -> None:
    for block in rendered(game).split("\n\n"):
        assert len(block) <= BUBBLE
        assert not any(mark in block for mark in ("**", "__", "](", "```"))


if __name__ == "__main__":
    SNAPSHOTS.mkdir(exist_ok=True)
    for name in GAMES:
        (SNAPSHOTS / f"{name}.txt").write_text(rendered(name), "utf-8")
