"""What the demo model serves, over HTTP: each request is answered by the engine that understands it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from llm_server.hololive.schemas import QuestionReply
from llm_server.turtlesoup.schemas import HintReply, PuzzleReply
from llm_server.twentyq.schemas import AnswerReply
from playground.demo_model.engines import DemoEngine
from playground.demo_model.server import GeminiServer
from tests.support.http import Answer, request

ENGINE = DemoEngine()


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Where it listens."""
    async with GeminiServer(ENGINE) as server:
        yield int(server.base_url.rpartition(":")[2])


async def ask(port: int, schema: dict[str, Any], text: str, system: str = "") -> Answer:
    body: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": text}]}]}
    if schema:
        body["generationConfig"] = {"responseJsonSchema": schema}
    if system:
        body["systemInstruction"] = {"parts": [{"text": system}]}
    path = "/v1beta/models/gemini-demo-kb-1:generateContent"
    return await request("POST", port, path, {"x-goog-api-key": "k"}, json=body)


def said(answer: Answer) -> str:
    return str(answer.json["candidates"][0]["content"]["parts"][0]["text"])


async def test_each_engine_answers_what_it_understands(port: int) -> None:
    secret = "<secret>\ntarget: 고양이\n</secret>"
    found = await ask(port, AnswerReply.model_json_schema(), "<question>동물인가요?</question>", secret)
    assert AnswerReply.model_validate_json(said(found)).answer == "예"

    puzzle = f"<puzzle>\nsolution: {ENGINE.puzzles()[0]['answer']!r}\n</puzzle>".replace("'", '"')
    found = await ask(port, HintReply.model_json_schema(), f"{puzzle}<level>1</level>")
    assert HintReply.model_validate_json(said(found)).hint == ENGINE.puzzles()[0]["hints"][0]

    line = "<today>2026-11-25</today><candidates></candidates><question>다음 달 생일</question>"
    found = await ask(port, QuestionReply.model_json_schema(), line)
    assert QuestionReply.model_validate_json(said(found)).month == 12

    assert "데모" in said(await ask(port, {}, "안녕"))


async def test_what_nobody_understands_is_refused(port: int) -> None:
    found = await ask(port, PuzzleReply.model_json_schema(), "<theme>바다</theme>")
    assert (found.status, found.json["error"]["status"]) == (400, "INVALID_ARGUMENT")


async def test_suggestions_for_every_category_and_every_puzzle(port: int) -> None:
    found = (await request("GET", port, "/demo/suggestions")).json
    titles = [puzzle["title"] for puzzle in ENGINE.puzzles()]
    assert set(found) == {*ENGINE.topics(), *titles}
    assert all(len(questions) >= 12 for questions in found.values())
    for name, key in (("category", "food"), ("puzzle", titles[0])):
        one = (await request("GET", port, f"/demo/suggestions?{name}={key}")).json
        assert one == {key: found[key]}
    assert (await request("GET", port, "/demo/suggestions?puzzle=없음")).json == {"없음": []}


async def test_topics_and_puzzles(port: int) -> None:
    assert "food" in (await request("GET", port, "/demo/topics")).json
    found = (await request("GET", port, "/demo/puzzles")).json
    assert [puzzle["id"] for puzzle in found] == [1, 2, 3, 4, 5, 6]
