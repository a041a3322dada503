"""Free lines of hololive, as the LLM server asks them."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from llm_server import prompts
from llm_server.hololive.schemas import QuestionReply
from llm_server.hololive.service import PROMPTS, WANTED
from playground.demo_model.files import KnowledgeError
from playground.demo_model.hololive import HololiveEngine
from playground.demo_model.protocol import GenerateRequest

DATA = Path(__file__).parents[2] / "data" / "demo" / "soup_questions.yml"
SET: dict[str, Any] = yaml.safe_load(DATA.read_text("utf-8"))["hololive"]
PROMPT = prompts.load(PROMPTS, WANTED)["question"]
ENGINE = HololiveEngine()


def ask(question: str, *candidates: str, today: str = "2026-11-25") -> QuestionReply:
    values = {"today": today, "candidates": prompts.numbered(candidates), "question": question}
    schema = QuestionReply.model_json_schema()
    turn = ("user", PROMPT.user.render(values))
    text = ENGINE.reply(GenerateRequest("gemini-demo-kb-1", PROMPT.system.render({}), (turn,), schema))
    return QuestionReply.model_validate_json(str(text))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("미코 방송 켰어?", {"intent": "LIVE", "members": (1,)}),
        ("지금 누가 라이브 하는 중이야?", {"intent": "LIVE"}),
        ("모레 방송 있어?", {"intent": "UPCOMING", "hours": 72}),
        ("12시간 안에 방송 하는 사람", {"intent": "UPCOMING", "hours": 12}),
        ("미코 2주 일정", {"intent": "SCHEDULE", "members": (1,), "days": 14}),
        ("스이세이 프로필", {"intent": "PROFILE", "members": (2,)}),
        ("미코랑 스이세이 구독자 수", {"intent": "SUBSCRIBERS", "members": (1, 2)}),
        ("3개월 동안 구독자 순위", {"intent": "RANKING", "days": 90}),
        ("이번 달 생일", {"intent": "CALENDAR", "month": 11}),
        ("저번 달 기념일", {"intent": "CALENDAR", "month": 10}),
        ("미코 최근 방송 다시보기", {"intent": "HISTORY", "members": (1,)}),
        ("미코 최고야", {"intent": "NONE"}),
        ("프로필 알려줘", {"intent": "NONE"}),
        ("안녕", {"intent": "NONE"}),
        ("", {"intent": "NONE"}),
    ],
)
def test_our_own_table(line: str, expected: dict[str, Any]) -> None:
    wanted = {"members": (), "hours": 0, "days": 0, "month": 0, **expected}
    assert ask(line, "사쿠라 미코", "호시마치 스이세이").model_dump() == wanted


def test_next_month_of_december_is_january() -> None:
    assert ask("다음 달 생일", today="2026-12-31").month == 1


def test_the_only_candidate_is_meant_even_by_another_name() -> None:
    assert ask("베이비 일정", "사쿠라 미코").members == (1,)


def test_lines_that_came_before_the_rules() -> None:
    """Four of five are read rightly, and none is taken for something else than it is."""
    right, wrong = 0, []
    for case in SET["lines"]:
        said = ask(case["line"], *SET["candidates"], today=SET["today"])
        expected = {"hours": 0, "days": 0, "month": 0, **case, "members": tuple(case["members"])}
        del expected["line"]
        right += said.model_dump() == expected
        if said.intent not in (case["intent"], "NONE"):
            wrong.append(case["line"])
    assert right >= 0.8 * len(SET["lines"])
    assert wrong == []


def test_another_task_is_not_ours() -> None:
    assert ENGINE.reply(GenerateRequest("gemini-x", "", (("user", "?"),), {})) is None


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "hololive.yml").write_text("rules: [{intent: LIVE}]", "utf-8")
    with pytest.raises(KnowledgeError, match=r"hololive\.yml"):
        HololiveEngine(tmp_path)
