"""Facts that come to light, histories that the caller tells, second opinions, nudges, hints that are new."""

import json
from collections.abc import Mapping
from typing import Any, get_args

import pytest

from llm_server.sessions.history import pair
from llm_server.turtlesoup.schemas import Verdict
from playground.demo_model.faults import Rule
from tests.llm_server.conftest import PUZZLES, Launch, Running
from tests.llm_server.provider import GOOD, Provider
from tests.support.servers import Client

SCENARIO = "한밤중에 종이 울리자 마을 사람들이 모두 웃었다. 왜 그랬을까요?"
SOLUTION = "종지기의 아이가 태어났다는 신호였고, 사람들은 열 달 동안 그 소리를 기다렸다."
FACTS = ["종소리는 아이가 태어났다는 신호다.", "사람들은 열 달을 기다렸다.", "아이는 종지기의 아이다."]
ASK = {"scenario": SCENARIO, "solution": SOLUTION, "question": "누가 태어났나요?", "key_facts": FACTS}
TRY = {
    "scenario": SCENARIO,
    "solution": SOLUTION,
    "key_facts": FACTS,
    "player_answer": "기다리던 소식이 왔다는 신호예요",
}
HINT = {"scenario": SCENARIO, "solution": SOLUTION, "level": 2}
HISTORY = [
    {"question": "사람이 죽었나요?", "answer": "아니오"},
    {"question": "좋은 소식인가요?", "answer": "예, 중요한 질문입니다!"},
]


@pytest.fixture
async def asked(launch: Launch, provider: Provider, cache: Client) -> Running:
    """A server with a model."""
    return await launch(
        GOOGLE_API_KEYS="k",
        GEMINI_BASE_URL=provider.base_url,
        GEMINI_MAX_RETRIES=2,
        GEMINI_TIMEOUT=5,
        GEMINI_ANSWER_MODEL="gemini-3-answering",
        GEMINI_VERIFY_MODEL="gemini-3-verifying",
    )


def system(body: Mapping[str, Any]) -> str:
    return str(body["systemInstruction"]["parts"][0]["text"])


def turns(body: Mapping[str, Any]) -> list[str]:
    return [turn["parts"][0]["text"] for turn in body["contents"]]


def says(**values: Any) -> Rule:
    return Rule(kind="text", text=json.dumps(values, ensure_ascii=False))


def answers(**change: Any) -> Rule:
    return says(**{"answer": "예", "important": False, "facts": [], "sure": False, **change})


def votes(**change: Any) -> Rule:
    return says(**{"result": "CLOSE", "facts": [], "missing": "", **change})


# ---- a question -----------------------------------------------------------------------------------------


async def test_facts_come_to_light_through_every_door(
    asked: Running, provider: Provider, cache: Client
) -> None:
    provider.script(answers(facts=[3, 1, 3], important=True))
    for door in asked.doors:
        found = (await door.call("TurtleSoupAnswerQuestion", ASK)).reply
        assert (found["facts"], found["important"]) == ([0, 2], True)
        await cache.flushall()
    numbered = "\n".join(f"{number}: {fact}" for number, fact in enumerate(FACTS, 1))
    assert system(provider.bodies[0]).endswith(f"<facts>\n{numbered}\n</facts>")


@pytest.mark.parametrize("sure", [True, False])
@pytest.mark.parametrize("verdict", get_args(Verdict))
async def test_what_is_not_a_yes_must_be_sure(
    asked: Running, provider: Provider, verdict: str, sure: bool
) -> None:
    provider.script(answers(answer=verdict, facts=[2], sure=sure, important=True))
    found = (await asked.uds.call("TurtleSoupAnswerQuestion", ASK)).reply

    shown = verdict == "예" or (sure and verdict != "답변할 수 없습니다")
    assert found.get("facts") == ([1] if shown else None)
    assert found.get("important") == (None if verdict == "답변할 수 없습니다" else True)


@pytest.mark.parametrize("facts", [[0], [4], [1, -1]])
async def test_a_fact_that_is_not_there_is_no_answer(
    asked: Running, provider: Provider, facts: list[int]
) -> None:
    provider.script(answers(facts=facts))
    found = await asked.uds.call("TurtleSoupAnswerQuestion", ASK)

    assert (found.status, found.code) == ("INTERNAL", "LLM_PARSING_ERROR")
    assert len(provider.requests) == 2


async def test_who_tells_no_facts_is_told_of_none(asked: Running, provider: Provider) -> None:
    puzzle = PUZZLES[0]
    provider.script(answers(facts=[1]))
    request = {"scenario": puzzle["question"], "solution": puzzle["answer"], "question": "방이 비었나요?"}
    found = (await asked.uds.call("TurtleSoupAnswerQuestion", request)).reply

    assert "facts" not in found
    assert "<facts>1: 방은 비어 있었다.</facts>" in system(provider.bodies[0])


async def test_a_remembered_verdict_remembers_its_facts_and_depends_on_them(
    asked: Running, provider: Provider
) -> None:
    provider.script(answers(facts=[2]))
    for _ in range(2):
        found = (await asked.uds.call("TurtleSoupAnswerQuestion", ASK)).reply
        assert found["facts"] == [1]
    assert len(provider.requests) == 1

    await asked.uds.call("TurtleSoupAnswerQuestion", ASK | {"key_facts": FACTS[:2]})
    await asked.uds.call("TurtleSoupAnswerQuestion", ASK | {"scenario": "종이 울렸다."})
    assert len(provider.requests) == 3


# ---- histories ------------------------------------------------------------------------------------------


async def test_a_history_of_the_caller_stands_for_the_conversation(
    asked: Running, provider: Provider, cache: Client
) -> None:
    await asked.uds.call("TurtleSoupAnswerQuestion", ASK | {"chat_id": "7", "question": "비가 왔나요?"})
    before = await cache.keys("session:*")
    said = [turn.text for item in HISTORY for turn in pair(item["question"], item["answer"])]
    for door in asked.doors:
        request = ASK | {"chat_id": "7", "history": HISTORY, "question": "그럼 아기인가요?"}
        found = (await door.call("TurtleSoupAnswerQuestion", request)).reply
        assert found["question_count"] == 3
        assert found["history"] == [*HISTORY, {"question": "그럼 아기인가요?", "answer": found["answer"]}]
        assert turns(provider.bodies[-1])[:-1] == said

    assert await cache.keys("session:*") == before
    found = (await asked.uds.call("TurtleSoupAnswerQuestion", ASK | {"chat_id": "7"})).reply
    assert found["question_count"] == 2


async def test_a_history_item_must_say_something(server: Running) -> None:
    for item in ({"question": " ", "answer": "예"}, {"question": "왜?", "answer": ""}):
        for door in server.doors:
            found = await door.call("TurtleSoupAnswerQuestion", ASK | {"history": [item]})
            assert found.status == "INVALID_ARGUMENT"


# ---- a second opinion -----------------------------------------------------------------------------------


async def test_a_second_opinion_is_that_of_another_judge_who_remembers_nothing(
    asked: Running, provider: Provider, cache: Client
) -> None:
    await asked.uds.call("TurtleSoupAnswerQuestion", ASK | {"chat_id": "7"})
    before = sorted(await cache.keys("*"))
    provider.words.values["answer"] = "아니오"
    for door in asked.doors:
        request = ASK | {"chat_id": "7", "history": HISTORY, "second_opinion": True}
        found = (await door.call("TurtleSoupAnswerQuestion", request)).reply
        assert (found["raw_text"], found["question_count"]) == ("아니오", 1)

    paths = [recorded.path.rpartition("/")[2].partition(":")[0] for recorded in provider.requests]
    assert paths == ["gemini-3-answering", *["gemini-3-verifying"] * 3]
    assert [len(body["contents"]) for body in provider.bodies] == [1, 1, 1, 1]
    assert sorted(await cache.keys("*")) == before
    found = (await asked.uds.call("TurtleSoupAnswerQuestion", ASK)).reply
    assert found["raw_text"] == "예"


# ---- a solution -----------------------------------------------------------------------------------------

NUDGE = "무슨 소식이었는지가 남았어요."


async def test_what_is_right_and_what_is_missing_through_every_door(
    asked: Running, provider: Provider, cache: Client
) -> None:
    provider.script(votes(facts=[2], missing=f" {NUDGE} "))
    for door in asked.doors:
        found = (await door.call("TurtleSoupValidateSolution", TRY)).reply
        assert found == {"result": "CLOSE", "raw_text": "CLOSE", "missing": NUDGE, "facts": [1]}
        await cache.flushall()
    (said,) = turns(provider.bodies[0])
    assert f"<scenario>{SCENARIO}</scenario>" in said
    assert f"1: {FACTS[0]}" in said


@pytest.mark.parametrize(
    "missing",
    [
        "아이가 태어난 일이 빠졌어요.",
        "종지기를 떠올려 보세요.",
        "열 달 동안 그 소리를 기다린 까닭은요?",
        "음" * 61,
    ],
)
async def test_a_nudge_that_tells_the_secret_or_too_much_is_dropped(
    asked: Running, provider: Provider, missing: str
) -> None:
    provider.script(votes(missing=missing))
    for _ in range(2):
        found = (await asked.uds.call("TurtleSoupValidateSolution", TRY)).reply
        assert found == {"result": "CLOSE", "raw_text": "CLOSE"}
    assert len(provider.requests) == 1


async def test_a_word_that_the_player_has_said_is_no_secret(asked: Running, provider: Provider) -> None:
    provider.script(votes(missing="누구의 아이인지가 남았어요."))
    request = TRY | {"player_answer": "아이가 생겼다는 신호예요"}
    found = (await asked.uds.call("TurtleSoupValidateSolution", request)).reply
    assert found["missing"] == "누구의 아이인지가 남았어요."


@pytest.mark.parametrize("result", ["YES", "NO"])
async def test_only_what_is_close_has_something_missing(
    asked: Running, provider: Provider, result: str
) -> None:
    provider.script(votes(result=result, missing=NUDGE, facts=[1]))
    found = (await asked.uds.call("TurtleSoupValidateSolution", TRY)).reply
    assert found == {"result": result, "raw_text": result, "facts": [0]}


async def test_of_two_votes_that_differ_only_what_both_saw_counts(asked: Running, provider: Provider) -> None:
    first, second = votes(result="YES", facts=[1, 2]), votes(facts=[2, 3], missing=NUDGE)
    provider.script(Rule(kind="text", text=first.text, times=1), second)
    found = (await asked.uds.call("TurtleSoupValidateSolution", TRY)).reply
    assert found == {"result": "CLOSE", "raw_text": "CLOSE", "missing": NUDGE, "facts": [1]}


async def test_the_solution_word_for_word_has_every_fact(asked: Running, provider: Provider) -> None:
    for door in asked.doors:
        found = (await door.call("TurtleSoupValidateSolution", TRY | {"player_answer": SOLUTION})).reply
        assert found == {"result": "YES", "raw_text": "YES", "facts": [0, 1, 2]}
    assert not provider.requests


@pytest.mark.parametrize(
    "change", [{"scenario": "종이 울렸다."}, {"key_facts": FACTS[1:]}, {"solution": "축제였다."}]
)
async def test_a_remembered_judgement_depends_on_everything(
    asked: Running, provider: Provider, change: dict[str, Any]
) -> None:
    provider.script(votes())
    for request in (TRY, TRY, TRY | change):
        await asked.uds.call("TurtleSoupValidateSolution", request)
    assert len(provider.requests) == 2


# ---- a hint ---------------------------------------------------------------------------------------------


async def test_a_hint_is_made_in_view_of_what_was_said(asked: Running, provider: Provider) -> None:
    history = [{"question": f"{number}번?", "answer": "아니오"} for number in range(1, 26)]
    request = HINT | {"history": history, "earlier_hints": ["누가 웃었는지 보세요."]}
    for door in asked.doors:
        assert (await door.call("TurtleSoupGenerateHint", request)).reply["hint"] == GOOD["hint"]
    (said,) = turns(provider.bodies[0])
    assert "<earlier_hints>1: 누가 웃었는지 보세요.</earlier_hints>" in said
    assert "25번? → 아니오\n</asked>" in said
    assert "<asked>\n6번? → 아니오" in said


async def test_a_hint_that_was_given_is_asked_for_anew(asked: Running, provider: Provider) -> None:
    request = HINT | {"earlier_hints": ["누가 웃었는지 보세요.", f"{GOOD['hint']}!"]}
    found = await asked.uds.call("TurtleSoupGenerateHint", request)
    assert (found.status, found.code) == ("INTERNAL", "LLM_PARSING_ERROR")
    assert len(provider.requests) == 2

    provider.script(
        Rule(kind="text", text=json.dumps({"hint": GOOD["hint"]}), times=1), says(hint="새 힌트예요.")
    )
    assert (await asked.uds.call("TurtleSoupGenerateHint", request)).reply["hint"] == "새 힌트예요."


async def test_our_own_hints_are_new_too(asked: Running, provider: Provider) -> None:
    provider.script(Rule(kind="status", status=500))
    puzzle = PUZZLES[0]
    request = {"scenario": puzzle["question"], "solution": puzzle["answer"], "level": 2}
    given: list[str] = []
    for expected in (1, 2, 0):
        found = await asked.uds.call("TurtleSoupGenerateHint", request | {"earlier_hints": given})
        assert found.reply["hint"] == puzzle["hints"][expected]
        given.append(found.reply["hint"])
    found = await asked.uds.call("TurtleSoupGenerateHint", request | {"earlier_hints": given})
    assert (found.status, found.code) == ("UNAVAILABLE", "LLM_ERROR")
