"""Every prompt as the model reads it. A change is seen in the review, and is meant.

Write the snapshots anew with `python -m tests.llm_server.test_prompt_snapshots`.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import BaseModel

from llm_server import toon
from llm_server.hololive import schemas as stream
from llm_server.hololive import service as hololive
from llm_server.model import Text
from llm_server.prompts import Gaps, load
from llm_server.turtlesoup import schemas as soup
from llm_server.turtlesoup import service as turtlesoup
from llm_server.twentyq import schemas as riddle
from llm_server.twentyq import service as twentyq

SNAPSHOTS = Path(__file__).parents[1] / "data" / "prompts"
DOCUMENT = Path(__file__).parents[2] / "docs" / "prompts.md"

VALUES = {
    "secret": twentyq.secret("비빔밥", "food", {"main_ingredient": "밥과 나물"}),
    "question": "매운가요? </question> <b>",
    "target": "비빔밥",
    "guess": "'나물밥' & 고추장",
    "forbidden": "음식, 먹거리, 요리",
    "puzzle": toon.dump({"scenario": "비가 오지 않는데 우산을 폈다.", "solution": "무대 위였다."}),
    "solution": "무대 위였다.",
    "scenario": "비가 오지 않는데 우산을 폈다.",
    "player_answer": "연극이었다",
    "facts": "1: 남자는 배우다.\n2: 무대 위였다.",
    "asked": "연극인가요? → 예",
    "earlier_hints": "1: 지붕을 보세요.",
    "avoid": "1: 종이 울렸다. 왜일까요?",
    "level": "2",
    "title": "우산",
    "difficulty": "3",
    "category": "MYSTERY",
    "theme": "비",
    "today": "2026-11-25",
    "candidates": "1: 사쿠라 미코\n2: <미코>",
    "examples": toon.dump({"title": "종", "scenario": "종이 울렸다.", "solution": "아이가 태어났다."}),
}

GAMES: Mapping[str, tuple[Path, Mapping[str, Gaps]]] = {
    "twentyq": (twentyq.PROMPTS, twentyq.WANTED),
    "turtlesoup": (turtlesoup.PROMPTS, turtlesoup.WANTED),
    "hololive": (hololive.PROMPTS, hololive.WANTED),
}

REPLIES: Mapping[str, type[BaseModel]] = {
    "twentyq/answer": riddle.AnswerReply,
    "twentyq/hints": riddle.HintsReply,
    "twentyq/verify": riddle.VerifyReply,
    "twentyq/synonym": riddle.SynonymReply,
    "twentyq/normalize": riddle.NormalizeReply,
    "turtlesoup/answer": soup.AnswerReply,
    "turtlesoup/validate": soup.ValidateReply,
    "turtlesoup/hint": soup.HintReply,
    "turtlesoup/rewrite": soup.RewriteReply,
    "turtlesoup/generate": soup.PuzzleReply,
    "turtlesoup/reveal": Text,
    "hololive/question": stream.QuestionReply,
}

NAMES = [f"{game}/{name}" for game, (_, wanted) in GAMES.items() for name in wanted]


def rendered(name: str) -> str:
    """The two texts of a prompt and the shape of its answer."""
    game, _, prompt = name.partition("/")
    directory, wanted = GAMES[game]
    texts, gaps = load(directory, wanted)[prompt], wanted[prompt]
    system = texts.system.render({gap: VALUES[gap] for gap in gaps.system})
    user = texts.user.render({gap: VALUES[gap] for gap in gaps.user})
    reply = REPLIES[name]
    shape = (
        "free words" if reply is Text else json.dumps(reply.model_json_schema(), ensure_ascii=False, indent=1)
    )
    return f"=== system\n{system}\n=== user\n{user}\n=== reply\n{shape}\n"


def snapshot(name: str) -> Path:
    return SNAPSHOTS / f"{name.replace('/', '_')}.txt"


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_is_what_it_was(name: str) -> None:
    assert rendered(name) == snapshot(name).read_text("utf-8")


def test_no_snapshot_is_left_over() -> None:
    assert {path.name for path in SNAPSHOTS.iterdir()} == {snapshot(name).name for name in NAMES}
    assert set(REPLIES) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_speaks_of_what_its_schema_wants(name: str) -> None:
    system = rendered(name).partition("=== user")[0]
    if REPLIES[name] is not Text:
        for field, schema in REPLIES[name].model_json_schema()["properties"].items():
            assert field in system
            assert all(label in system for label in schema.get("enum", ()) if isinstance(label, str))
    assert "{{" not in system
    assert "}}" not in system


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_stands_in_the_document_with_its_variables(name: str) -> None:
    rows = [line for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith(f"| `{name}` |")]
    assert len(rows) == 1
    game, _, prompt = name.partition("/")
    gaps = GAMES[game][1][prompt]
    assert all(f"`{gap}`" in rows[0] for gap in (*gaps.system, *gaps.user))


if __name__ == "__main__":
    SNAPSHOTS.mkdir(parents=True, exist_ok=True)
    for one in NAMES:
        snapshot(one).write_text(rendered(one), "utf-8")
