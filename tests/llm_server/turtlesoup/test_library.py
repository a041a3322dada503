"""The puzzles through every door: ours, new ones, and what is refused."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from playground.demo_model.faults import Rule
from tests.llm_server.conftest import PUZZLES, Launch, Running
from tests.llm_server.provider import GOOD, Provider
from tests.support.servers import Client


@pytest.fixture
async def asked(launch: Launch, provider: Provider, cache: Client) -> Running:
    """A server with a model."""
    return await launch(
        GOOGLE_API_KEYS="k", GEMINI_BASE_URL=provider.base_url, GEMINI_MAX_RETRIES=2, GEMINI_TIMEOUT=5
    )


def reply(**change: Any) -> str:
    """What a model says that makes a puzzle."""
    good = {"difficulty": 3, **{name: GOOD[name] for name in ("title", "scenario", "solution")}}
    made = {"category": "LOGIC", "hints": ["하나", "둘", "셋"], "warning": "", **good}
    facts = ["녹음기가 있었다.", "전등은 박수로 켜진다.", "누군가 전등을 시험했다."]
    return json.dumps({"key_facts": facts, **made, **change}, ensure_ascii=False)


def asked_of_the_model(body: Mapping[str, Any]) -> str:
    return str(body["contents"][-1]["parts"][0]["text"])


# ---- a new one, or one of ours --------------------------------------------------------------------------


async def test_without_a_theme_a_puzzle_of_ours(asked: Running, provider: Provider) -> None:
    for difficulty, expected in ((2, 2), (9, 5), (-3, 1)):
        found = (await asked.uds.call("TurtleSoupGeneratePuzzle", {"difficulty": difficulty})).reply
        assert found["difficulty"] == expected
        assert found["scenario"] in {puzzle["question"] for puzzle in PUZZLES}
        assert len(found["hints"]) == 3
        assert found["key_facts"] == ["방은 비어 있었다."]
    found = (await asked.uds.call("TurtleSoupGeneratePuzzle", {})).reply
    assert (found["difficulty"], found["category"]) == (3, "MYSTERY")
    assert not provider.requests


BAD = [
    {"hints": ["하나"]},
    {"title": " "},
    {"title": "녹음기"},
    {"difficulty": 5},
    {"hints": ["하나", "둘", str(GOOD["solution"])]},
    {"category": "LOVE"},
    {"key_facts": ["하나", "둘"]},
    {"scenario": PUZZLES[0]["question"]},
]


@pytest.mark.parametrize("change", BAD, ids=str)
async def test_a_puzzle_that_is_none_is_replaced_by_one_of_ours(
    asked: Running, provider: Provider, change: dict[str, Any]
) -> None:
    provider.script(Rule(kind="text", text=reply(**change)))
    found = (await asked.uds.call("TurtleSoupGeneratePuzzle", {"theme": "바다"})).reply

    assert found["scenario"] in {puzzle["question"] for puzzle in PUZZLES}
    assert len(provider.requests) == 2


@pytest.mark.parametrize("change", BAD, ids=str)
async def test_who_insists_on_a_new_one_gets_a_new_one_or_an_error(
    asked: Running, provider: Provider, change: dict[str, Any]
) -> None:
    provider.script(Rule(kind="text", text=reply(**change)))
    found = await asked.uds.call("TurtleSoupGeneratePuzzle", {"invent": True})
    assert (found.status, found.code) == ("INTERNAL", "LLM_PARSING_ERROR")

    provider.script(Rule(kind="text", text=reply(**change), times=1), Rule(kind="text", text=reply()))
    found = await asked.uds.call("TurtleSoupGeneratePuzzle", {"invent": True})
    assert found.reply["scenario"] == GOOD["scenario"]


async def test_a_new_puzzle_comes_with_its_facts_and_its_warning(asked: Running, provider: Provider) -> None:
    provider.script(Rule(kind="text", text=reply(warning=" 사고를 다룹니다 ")))
    for door in asked.doors:
        found = (await door.call("TurtleSoupGeneratePuzzle", {"invent": True})).reply
        assert found["warning"] == "사고를 다룹니다"
        assert len(found["key_facts"]) == 3


async def test_a_new_puzzle_resembles_none_that_is_to_be_avoided(asked: Running, provider: Provider) -> None:
    near = "아무도 없는 빈 방에서 박수 소리가 들렸다. 왜일까요?"
    far = "우산을 펴고 집을 나섰지만 비는 오지 않았다. 왜일까요?"
    provider.script(Rule(kind="text", text=reply()))
    for door in asked.doors:
        found = await door.call("TurtleSoupGeneratePuzzle", {"invent": True, "avoid": [far, near]})
        assert (found.status, found.code) == ("INTERNAL", "LLM_PARSING_ERROR")
        found = await door.call("TurtleSoupGeneratePuzzle", {"invent": True, "avoid": [far]})
        assert found.status == "OK"

    assert f"<avoid>\n1: {far}\n2: {near}\n</avoid>" in asked_of_the_model(provider.bodies[0])


async def test_where_no_puzzles_are_made_there_is_none(launch: Launch, provider: Provider) -> None:
    server = await launch(
        GOOGLE_API_KEYS="k", GEMINI_BASE_URL=provider.base_url, PUZZLE_GENERATION_MODE="preset"
    )
    for door in server.doors:
        found = await door.call("TurtleSoupGeneratePuzzle", {"invent": True})
        assert (found.status, found.code) == ("NOT_FOUND", "NO_PUZZLE_LEFT")
    assert not provider.requests


@pytest.mark.parametrize(
    ("mode", "theme", "asks"),
    [("preset", "바다", 0), ("llm", "", 1), ("auto", "", 0), ("auto", "바다", 1)],
)
async def test_who_makes_a_puzzle(
    launch: Launch, provider: Provider, mode: str, theme: str, asks: int
) -> None:
    server = await launch(GOOGLE_API_KEYS="k", GEMINI_BASE_URL=provider.base_url, PUZZLE_GENERATION_MODE=mode)
    assert (await server.uds.call("TurtleSoupGeneratePuzzle", {"theme": theme})).status == "OK"
    assert len(provider.requests) == asks


async def test_a_category_is_obeyed_when_there_is_one_of_it(launch: Launch, tmp_path: Path) -> None:
    logic = {**PUZZLES[1], "difficulty": 1, "category": "LOGIC"}
    (tmp_path / "1.json").write_text(json.dumps([PUZZLES[0], logic]), "utf-8")
    server = await launch(TURTLESOUP_PUZZLES_DIR=str(tmp_path))
    for category, expected in (("logic", {"LOGIC"}), ("love", {"MYSTERY"}), ("ABSURD", {"MYSTERY", "LOGIC"})):
        request = {"category": category, "difficulty": 1}
        found = [await server.uds.call("TurtleSoupGeneratePuzzle", request) for _ in range(12)]
        assert {outcome.reply["category"] for outcome in found} <= expected


# ---- ours -----------------------------------------------------------------------------------------------


async def test_any_puzzle_of_a_difficulty(server: Running) -> None:
    for door in server.doors:
        found = (await door.call("TurtleSoupGetRandomPuzzle", {"difficulty": 4})).reply
        assert (found["difficulty"], found["id"] in {4, 9}) == (4, True)
        assert found == PUZZLES[found["id"] - 1] | {"category": "MYSTERY"}
        assert (await door.call("TurtleSoupGetRandomPuzzle", {})).status == "OK"


async def test_a_puzzle_that_fits_through_every_door(server: Running) -> None:
    others = [puzzle["id"] for puzzle in PUZZLES if puzzle["id"] != 7]
    for request in (
        {"excluded_ids": others, "mild": True, "category": "mystery"},
        {"excluded_ids": others, "difficulty": 2},
        {"excluded_ids": [2], "difficulty": 2, "category": ""},
    ):
        found = [await door.call("TurtleSoupGetRandomPuzzle", request) for door in server.doors]
        assert [outcome.reply["id"] for outcome in found] == [7, 7, 7]


@pytest.mark.parametrize(
    "request_",
    [
        {"excluded_ids": [puzzle["id"] for puzzle in PUZZLES]},
        {"excluded_ids": [2, 7], "difficulty": 2},
        {"category": "HORROR"},
    ],
)
async def test_when_none_is_left_it_is_not_found(server: Running, request_: dict[str, Any]) -> None:
    first, *others = [await door.call("TurtleSoupGetRandomPuzzle", request_) for door in server.doors]

    assert (first.status, first.code) == ("NOT_FOUND", "NO_PUZZLE_LEFT")
    assert others == [first, first]


@pytest.mark.parametrize(
    "request_", [{"difficulty": 6}, {"category": "LOVE"}, {"excluded_ids": ["x"]}], ids=str
)
async def test_a_wish_that_makes_no_sense_is_refused(server: Running, request_: dict[str, Any]) -> None:
    doors = server.doors if request_ != {"excluded_ids": ["x"]} else [server.http]
    for door in doors:
        found = await door.call("TurtleSoupGetRandomPuzzle", request_)
        assert found.status == "INVALID_ARGUMENT"


async def test_every_puzzle_and_one_of_them(server: Running) -> None:
    found = (await server.http.raw("GET", "/api/llm/turtlesoup/puzzles")).json
    assert len(found["puzzles"]) == found["stats"]["total"] == 10
    assert found["stats"]["by_difficulty"] == {"1": 2, "2": 2, "3": 2, "4": 2, "5": 2}

    one = (await server.http.raw("GET", "/api/llm/turtlesoup/puzzles/3")).json
    assert one == found["puzzles"][2]
    assert one["answer"] == PUZZLES[2]["answer"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/puzzles/999", 404),
        ("/puzzles/three", 400),
        ("/puzzles/random?difficulty=9", 400),
        ("/puzzles/random?difficulty=x", 400),
    ],
)
async def test_puzzles_that_are_not_there(server: Running, path: str, status: int) -> None:
    for prefix in ("/api/llm/turtlesoup", "/api/turtle-soup"):
        answer = await server.http.raw("GET", prefix + path)
        assert (answer.status, answer.json["error_code"]) == (status, "INVALID_INPUT")
        assert answer.json["error_type"] == ("NotFoundError" if status == 404 else "InvalidInputError")


async def test_puzzles_are_read_again_on_demand(launch: Launch, cache: Client, tmp_path: Path) -> None:
    file = tmp_path / "1.json"
    file.write_text(json.dumps(PUZZLES[:2]), "utf-8")
    server = await launch(TURTLESOUP_PUZZLES_DIR=str(tmp_path))
    file.write_text(json.dumps(PUZZLES[:3]), "utf-8")
    answer = await server.http.raw("POST", "/api/llm/turtlesoup/puzzles/reload")
    assert answer.json == {"success": True, "count": 3, "by_difficulty": {"1": 1, "2": 1, "3": 1}}

    file.write_text("[", "utf-8")
    broken = await server.http.raw("POST", "/api/llm/turtlesoup/puzzles/reload")
    assert (broken.status, broken.json["error_code"]) == (500, "INTERNAL_ERROR")
    assert "1.json" in broken.json["message"]
    assert (await server.http.raw("GET", "/api/llm/turtlesoup/puzzles")).json["stats"]["total"] == 3

    missing = await server.http.raw("GET", "/api/llm/turtlesoup/puzzles/random?difficulty=5")
    assert missing.status == 404
