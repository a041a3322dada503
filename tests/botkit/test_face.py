"""The HTTP face of a bot: open probes, locked routes, one body for every failure."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import APIRouter, Query

from botkit.chat.catalog import Catalog
from botkit.chat.errors import AiTimeout, Refused, UserBlocked
from botkit.chat.grammar import Grammar
from botkit.face import face
from botkit.postgres.pool import UNFIT
from botkit.runtime import http
from botkit.runtime.health import Health
from tests.support import desk
from tests.support.http import get, request
from tests.support.polling import until
from tests.support.servers import free_port

KEY = {"X-API-Key": "k"}


class TooSoon(Refused):
    """Come again."""

    code = "not_permitted"  # a text that the test's catalogue has
    status = 429
    variables = ("remaining",)


def router() -> APIRouter:
    made = APIRouter(prefix="/api", tags=["test"])

    @made.get("/fails")
    async def fails(error: str) -> None:
        if error == "bug":
            raise ZeroDivisionError
        if error == "unfit":
            raise UNFIT("invalid byte sequence")
        if error == "soon":
            raise TooSoon(remaining=7)
        raise {"blocked": UserBlocked(name="앤"), "timeout": AiTimeout()}.get(
            error, http.ApiError(404, "GAME_NOT_FOUND", "there is no such game")
        )

    @made.post("/echo")
    async def echo(body: dict[str, str], limit: Annotated[int, Query(ge=1)] = 1) -> dict[str, str]:
        return body

    @made.get("/echo")
    async def last() -> None:
        """Another method of the same path."""

    return made


async def serving(api_key: str) -> AsyncIterator[int]:
    texts = Catalog(
        {
            "error.user_blocked": "{name} 안 돼요",
            "error.not_permitted": "아직",
            "error.ai_timeout": "늦음",
            "error.bug": "문제",
        }
    )
    grammar = Grammar(prefix="/t", forms=desk.FORMS, fallback=desk.UNKNOWN, limit=200)
    app = face(
        Health("test", "1.0"),
        grammar=grammar,
        summaries={},
        catalog=texts,
        routers=[router()],
        api_key=api_key,
    )
    port, stop = free_port(), asyncio.Event()
    task = asyncio.create_task(http.serve(app, host="127.0.0.1", port=port, stop=stop))
    await until(lambda: _up(port), what="the face")
    yield port
    stop.set()
    await task


async def _up(port: int) -> bool:
    try:
        return (await get(port, "/health")).status == 200
    except OSError:
        return False


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async for made in serving("k"):
        yield made


@pytest.fixture
async def keyless() -> AsyncIterator[int]:
    async for made in serving(""):
        yield made


async def test_probes_metrics_commands_and_documents_are_open(port: int) -> None:
    for path in ("/health", "/ready", "/metrics", "/docs", "/openapi.json"):
        assert (await get(port, path)).status == 200
    assert (await get(port, "/commands")).json == {"bot": "test", "prefix": "/t", "commands": []}


async def test_routes_want_the_key_in_either_header(port: int) -> None:
    refused = await get(port, "/api/fails?error=x")
    assert (refused.status, refused.json) == (
        401, {"error": "UNAUTHORIZED", "message": "missing API key"}
    )  # fmt: skip
    wrong = await get(port, "/api/fails?error=x", {"X-API-Key": "wrong"})
    assert (wrong.status, wrong.json["error"]) == (403, "FORBIDDEN")
    assert (await get(port, "/api/fails?error=x", {"Authorization": "Bearer k"})).status == 404


async def test_without_a_key_the_routes_stay_shut(keyless: int) -> None:
    refused = await get(keyless, "/api/fails?error=x", KEY)
    assert (refused.status, refused.json["error"]) == (503, "UNAVAILABLE")


@pytest.mark.parametrize(
    ("error", "status", "code", "message"),
    [
        ("blocked", 403, "USER_BLOCKED", "앤 안 돼요"),
        ("timeout", 504, "AI_TIMEOUT", "늦음"),
        ("unfit", 400, "INVALID_REQUEST", "a value cannot be stored"),
        ("bug", 500, "BUG", "문제"),
        ("other", 404, "GAME_NOT_FOUND", "there is no such game"),
    ],
)
async def test_failures_have_one_body(port: int, error: str, status: int, code: str, message: str) -> None:
    answer = await get(port, f"/api/fails?error={error}", KEY)
    assert (answer.status, answer.json) == (status, {"error": code, "message": message})


async def test_who_comes_too_soon_is_told_when_to_come_again(port: int) -> None:
    answer = await get(port, "/api/fails?error=soon", KEY)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")


async def test_unreadable_requests_name_the_field(port: int) -> None:
    answer = await request("POST", port, "/api/echo?limit=0", KEY, json={"a": 1})
    assert answer.status == 400
    assert answer.json["error"] == "INVALID_REQUEST"
    assert "query.limit" in answer.json["message"]
    assert "body.a" in answer.json["message"]


async def test_a_body_that_is_too_large_is_not_read(port: int) -> None:
    answer = await request("POST", port, "/api/echo", KEY, data=io.BytesIO(b"x" * 1024 * 1025))
    assert (answer.status, answer.json["error"]) == (413, "TOO_LARGE")


async def test_a_wrong_method_is_told_every_right_one(port: int) -> None:
    answer = await request("PUT", port, "/api/echo", KEY)
    assert (answer.status, answer.json["error"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["Allow"] == "GET, POST"
    assert (await request("POST", port, "/health")).headers["Allow"] == "GET, HEAD"


async def test_the_document_tells_what_may_go_wrong(port: int) -> None:
    paths = (await get(port, "/openapi.json")).json["paths"]
    responses = paths["/api/echo"]["post"]["responses"]
    assert {"400", "401", "403", "404", "409", "422", "429", "502", "503", "504"} <= set(responses)
    schemas = {text["content"]["application/json"]["schema"]["$ref"] for text in responses.values()
               if "$ref" in text["content"]["application/json"]["schema"]}  # fmt: skip
    assert schemas == {"#/components/schemas/Problem"}
    assert set(paths["/ready"]["get"]["responses"]) == {"200", "503"}
    assert set(paths["/metrics"]["get"]["responses"]["200"]["content"]) == {"text/plain"}


async def test_the_document_knows_both_ways_to_show_the_key(port: int) -> None:
    document = (await get(port, "/openapi.json")).json
    assert set(document["components"]["securitySchemes"]) == {"ApiKeyHeader", "Bearer"}
    assert document["paths"]["/api/echo"]["post"]["security"] == [{"ApiKeyHeader": []}, {"Bearer": []}]
