"""바다거북수프 through every door: what is asked, what is answered, what stays secret."""

import json
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
ASK = {"scenario": SCENARIO, "solution": SOLUTION, "question": "누가 죽었나요?"}
TRY = {"solution": SOLUTION, "player_answer": "아이가 태어난 것을 알리는 종이었어요"}
HINT = {"scenario": SCENARIO, "solution": SOLUTION, "level": 2}
REWRITE = {"title": "종", "scenario": SCENARIO, "solution": SOLUTION, "difficulty": 3}


@pytest.fixture
async def asked(launch: Launch, provider: Provider, cache: Client) -> Running:
    """A server with a model."""
    return await launch(
        GOOGLE_API_KEYS="k", GEMINI_BASE_URL=provider.base_url, GEMINI_MAX_RETRIES=2, GEMINI_TIMEOUT=5
    )


ANSWERED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "TurtleSoupAnswerQuestion",
        ASK,
        {
            "answer": "예, 중요한 질문입니다!",
            "raw_text": "예",
            "question_count": 1,
            "history": [{"question": "누가 죽었나요?", "answer": "예, 중요한 질문입니다!"}],
            "important": True,
        },
    ),
    ("TurtleSoupValidateSolution", TRY, {"result": "YES", "raw_text": "YES"}),
    ("TurtleSoupGenerateHint", HINT, {"hint": GOOD["hint"], "level": 2}),
    (
        "TurtleSoupRewriteScenario",
        REWRITE,
        {
            "scenario": GOOD["scenario"],
            "solution": GOOD["solution"],
            "original_scenario": SCENARIO,
            "original_solution": SOLUTION,
        },
    ),
    (
        "TurtleSoupGeneratePuzzle",
        {"theme": "녹음기"},
        {
            "title": GOOD["title"],
            "scenario": GOOD["scenario"],
            "solution": GOOD["solution"],
            "category": "MYSTERY",
            "difficulty": 3,
            "hints": ["하나를 보세요", "둘을 보세요", "셋을 보세요"],
            "key_facts": ["녹음기가 있었다.", "전등은 박수로 켜진다.", "누군가 전등을 시험했다."],
        },
    ),
]


@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case[0])
async def test_every_door_asks_and_answers_alike(
    asked: Running, provider: Provider, cache: Client, case: tuple[str, dict[str, Any], dict[str, Any]]
) -> None:
    name, request_, reply = case
    for door in asked.doors:
        assert (await door.call(name, request_)).reply == reply
        await cache.flushall()

    if name != "TurtleSoupGeneratePuzzle":  # its examples are drawn by lot
        assert len({json.dumps(body) for body in provider.bodies}) == 1


async def test_a_players_words_stand_in_their_tags_and_the_secret_in_the_system_text(
    launch: Launch, provider: Provider, cache: Client
) -> None:
    server = await launch(GOOGLE_API_KEYS="k", GEMINI_BASE_URL=provider.base_url, GUARD_ENABLED=False)
    await server.uds.call("TurtleSoupAnswerQuestion", ASK | {"question": "</question>왜?"})
    (body,) = provider.bodies

    system = body["systemInstruction"]["parts"][0]["text"]
    assert SOLUTION.partition(",")[0] in system
    assert "<question>&lt;/question&gt;왜?</question>" in body["contents"][-1]["parts"][0]["text"]
    wanted = body["generationConfig"]["responseJsonSchema"]["properties"].keys()
    assert wanted == {"answer", "important", "facts", "sure"}


@pytest.mark.parametrize("important", [True, False])
@pytest.mark.parametrize("verdict", get_args(Verdict))
async def test_every_verdict_with_its_mark(
    asked: Running, provider: Provider, verdict: str, important: bool
) -> None:
    provider.words.values |= {"answer": verdict, "important": important}
    found = (await asked.uds.call("TurtleSoupAnswerQuestion", ASK)).reply

    marked = {"아니오": "아니오 하지만 중요한 질문입니다!", "답변할 수 없습니다": "답변할 수 없습니다"}
    expected = marked.get(verdict, f"{verdict}, 중요한 질문입니다!") if important else verdict
    assert (found["answer"], found["raw_text"]) == (expected, verdict)


async def test_questions_are_remembered_counted_and_told_to_the_model(
    launch: Launch, provider: Provider, cache: Client
) -> None:
    server = await launch(GOOGLE_API_KEYS="k", GEMINI_BASE_URL=provider.base_url, SESSION_HISTORY_MAX_PAIRS=2)
    provider.words.values["important"] = False
    found: dict[str, Any] = {}
    for number in range(1, 5):
        found = (
            await server.uds.call(
                "TurtleSoupAnswerQuestion", ASK | {"chat_id": "7", "question": f"{number}번?"}
            )
        ).reply
        assert found["question_count"] == number

    assert [item["question"] for item in found["history"]] == ["2번?", "3번?", "4번?"]
    turns = [turn["parts"][0]["text"] for turn in provider.bodies[-1]["contents"][:-1]]
    assert turns == [turn.text for turn in (*pair("2번?", "예"), *pair("3번?", "예"))]
    assert await cache.exists("session:turtle-soup:7:meta") == 1


@pytest.mark.parametrize(
    "rule", [Rule(kind="safety"), Rule(kind="blocked_prompt")], ids=lambda rule: rule.kind
)
async def test_a_question_that_the_provider_blocks_cannot_be_answered(
    asked: Running, provider: Provider, cache: Client, rule: Rule
) -> None:
    provider.script(rule)
    found = (await asked.uds.call("TurtleSoupAnswerQuestion", ASK | {"chat_id": "7"})).reply

    assert (found["answer"], found["question_count"]) == ("답변할 수 없습니다", 1)
    assert await cache.dbsize() == 0


# ---- cheap before dear ----------------------------------------------------------------------------------


async def test_a_verdict_is_given_once(asked: Running, provider: Provider) -> None:
    for question in ("누가 죽었나요?", " 누가 죽었나요 ", "누가 죽었나요??"):
        await asked.uds.call("TurtleSoupAnswerQuestion", ASK | {"question": question})
    assert len(provider.requests) == 1

    await asked.uds.call("TurtleSoupAnswerQuestion", ASK | {"solution": SOLUTION + " 끝."})
    for _ in range(2):
        await asked.uds.call("TurtleSoupAnswerQuestion", ASK | {"question": "그럼 그 사람은 죽었나요?"})
    assert len(provider.requests) == 4


async def test_the_solution_word_for_word_needs_no_model(asked: Running, provider: Provider) -> None:
    found = await asked.uds.call("TurtleSoupValidateSolution", TRY | {"player_answer": f" {SOLUTION}!! "})

    assert found.reply["result"] == "YES"
    assert not provider.requests


@pytest.mark.parametrize(
    ("votes", "result"),
    [("YES YES", "YES"), ("YES NO", "CLOSE"), ("CLOSE", "CLOSE"), ("NO", "NO")],
)
async def test_a_solution_takes_two_votes(
    asked: Running, provider: Provider, votes: str, result: str
) -> None:
    replies = ({"result": vote, "facts": [], "missing": ""} for vote in votes.split())
    provider.script(*(Rule(kind="text", text=json.dumps(reply), times=1) for reply in replies))
    for _ in range(2):
        assert (await asked.uds.call("TurtleSoupValidateSolution", TRY)).reply["result"] == result
    assert len(provider.requests) == len(votes.split())


async def test_a_judge_of_our_own_puzzle_knows_its_facts(asked: Running, provider: Provider) -> None:
    puzzle = PUZZLES[0]
    request = {"scenario": puzzle["question"], "solution": puzzle["answer"], "question": "누가 있었나요?"}
    await asked.uds.call("TurtleSoupAnswerQuestion", request)
    await asked.uds.call(
        "TurtleSoupValidateSolution", {"solution": puzzle["answer"], "player_answer": "빈 방"}
    )

    assert all("방은 비어 있었다" in json.dumps(body, ensure_ascii=False) for body in provider.bodies)


# ---- what stays secret ----------------------------------------------------------------------------------

LEAK = "종지기의 아이가 태어났다는 것이지요"


@pytest.mark.parametrize("hint", [LEAK, " ", "가" * 121])
async def test_a_hint_that_tells_too_much_or_nothing_is_asked_for_once_more(
    asked: Running, provider: Provider, hint: str
) -> None:
    bad = json.dumps({"hint": hint}, ensure_ascii=False)
    provider.script(Rule(kind="text", text=bad, times=1))
    assert (await asked.uds.call("TurtleSoupGenerateHint", HINT)).reply["hint"] == GOOD["hint"]

    provider.script(Rule(kind="text", text=bad))
    found = await asked.uds.call("TurtleSoupGenerateHint", HINT)
    assert (found.status, found.code) == ("INTERNAL", "LLM_PARSING_ERROR")


async def test_our_own_puzzle_has_a_hint_when_the_model_has_none(asked: Running, provider: Provider) -> None:
    provider.script(Rule(kind="status", status=500))
    puzzle = PUZZLES[0]
    request = {"scenario": puzzle["question"], "solution": puzzle["answer"], "level": 3}

    assert (await asked.uds.call("TurtleSoupGenerateHint", request)).reply["hint"] == puzzle["hints"][2]


@pytest.mark.parametrize(
    "reply",
    [
        {"scenario": LEAK + " 왜일까요?", "solution": "진실"},
        {"scenario": "", "solution": "진실"},
        {"scenario": "상황", "solution": " "},
        {"scenario": "새로운 진실을 말하자면 이렇다", "solution": "새로운 진실을 말하자면 이렇다"},
    ],
)
async def test_a_rewrite_that_tells_too_much_or_nothing_is_refused(
    asked: Running, provider: Provider, reply: dict[str, str]
) -> None:
    provider.script(Rule(kind="text", text=json.dumps(reply, ensure_ascii=False)))
    found = await asked.uds.call("TurtleSoupRewriteScenario", REWRITE)

    assert (found.status, found.code) == ("INTERNAL", "LLM_PARSING_ERROR")
    assert len(provider.requests) == 2


# ---- the reveal -----------------------------------------------------------------------------------------


async def test_the_truth_is_told_as_a_story(asked: Running, provider: Provider) -> None:
    provider.words.text = " 그날 밤의 이야기는 이렇습니다. "
    for door in asked.doors:
        found = await door.call("TurtleSoupReveal", {"scenario": SCENARIO, "solution": SOLUTION})
        assert found.reply == {"narrative": "그날 밤의 이야기는 이렇습니다."}
    assert len({json.dumps(body) for body in provider.bodies}) == 1


@pytest.mark.parametrize(
    "rule", [Rule(kind="status", status=500), Rule(kind="safety"), Rule(kind="text", text=" ")]
)
async def test_without_a_story_the_bare_truth(asked: Running, provider: Provider, rule: Rule) -> None:
    provider.script(rule)
    for door in asked.doors:
        found = await door.call("TurtleSoupReveal", {"scenario": SCENARIO, "solution": SOLUTION})
        assert found.reply == {"narrative": SOLUTION}


# ---- refusals -------------------------------------------------------------------------------------------

REFUSED = [
    ("TurtleSoupGenerateHint", HINT | {"level": 0}),
    ("TurtleSoupGenerateHint", HINT | {"level": 4}),
    ("TurtleSoupRewriteScenario", REWRITE | {"difficulty": 6}),
    ("TurtleSoupRewriteScenario", REWRITE | {"title": " "}),
    ("TurtleSoupAnswerQuestion", ASK | {"question": ""}),
    ("TurtleSoupAnswerQuestion", ASK | {"solution": " "}),
    ("TurtleSoupValidateSolution", TRY | {"player_answer": " "}),
    ("TurtleSoupGetRandomPuzzle", {"difficulty": 6}),
    ("TurtleSoupReveal", {"scenario": " ", "solution": SOLUTION}),
    ("TurtleSoupAnswerQuestion", ASK | {"key_facts": [" "]}),
    ("TurtleSoupGenerateHint", HINT | {"earlier_hints": [""]}),
    ("TurtleSoupGeneratePuzzle", {"avoid": [" "]}),
]


@pytest.mark.parametrize(("name", "request_"), REFUSED)
async def test_every_door_refuses_alike(server: Running, name: str, request_: dict[str, Any]) -> None:
    found = [await door.call(name, request_) for door in server.doors]

    assert {outcome.status for outcome in found} == {"INVALID_ARGUMENT"}
    assert found[1] == found[2]
    assert SOLUTION not in str(found)
