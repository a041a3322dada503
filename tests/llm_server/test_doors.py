"""What needs no model, through every door: answers, refusals, keys, names, limits."""

import asyncio
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from tests.llm_server.conftest import Launch, Running
from tests.llm_server.doors import ROUTES, SERVICE, GrpcDoor, HttpDoor
from tests.support.polling import until

KEY = "the-key-of-the-house"

FREE: list[tuple[str, dict[str, Any]]] = [
    ("GetModelConfig", {}),
    ("EndSession", {"session_id": "twentyq:1:a"}),
    ("TwentyQGetCategories", {}),
    ("TwentyQVerifyGuess", {"target": "사과", "guess": " 사 과! "}),
    ("TwentyQVerifyGuess", {"target": "사과", "guess": "Apple"}),
    ("TwentyQCheckSynonym", {"target": "사과", "guess": "능금"}),
    ("TwentyQSelectTopic", {"category": "food", "banned_topics": ["비빔밥"]}),
    ("TwentyQSelectTopic", {"category": "food", "banned_topics": ["사과"]}),
    ("TwentyQSelectTopic", {"category": "FOOD ", "excluded_categories": ["food"], "banned_topics": ["사과"]}),
]
"""Calls whose answer is certain without a model."""


@pytest.mark.parametrize(("name", "request_"), FREE)
async def test_every_door_answers_alike(server: Running, name: str, request_: dict[str, Any]) -> None:
    first, *others = [await door.call(name, request_) for door in server.doors]

    assert first.status == "OK"
    assert first.reply
    assert others == [first, first]


async def test_some_answers_are_what_they_should_be(server: Running) -> None:
    async def said(name: str, **request: Any) -> dict[str, Any]:
        return (await server.uds.call(name, request)).reply

    assert await said("TwentyQVerifyGuess", target="사과", guess="사과") == {
        "result": "ACCEPT",
        "raw_text": "정답",
    }
    assert await said("TwentyQCheckSynonym", target="사과", guess="apple") == {
        "result": "EQUIVALENT",
        "raw_text": "동일",
    }
    assert await said("TwentyQSelectTopic", category="food", banned_topics=["비빔밥"]) == {
        "name": "사과",
        "category": "food",
        "details": {"category": "과일", "year": 2010},
        "aliases": ["apple", "능금"],
        "level": 2,
    }
    assert await said("EndSession", session_id=" a ") == {"message": "session deleted", "id": "a"}
    assert (await said("GetModelConfig"))["temperature"] == 1.0


async def test_http_says_null_where_grpc_leaves_unset(server: Running) -> None:
    answer = await server.http.raw(
        "POST", "/api/llm/twentyq/topics/select", json={"category": "food", "bannedTopics": ["사과"]}
    )

    assert answer.json == {
        "name": "비빔밥",
        "category": "food",
        "details": None,
        "aliases": ["bibimbap"],
        "level": 2,
    }


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("TwentyQSelectTopic", {"category": "drink"}, "INVALID_ARGUMENT", "INVALID_INPUT"),
    (
        "TwentyQAnswerQuestion",
        {"target": "사과", "category": "food", "question": " "},
        "INVALID_ARGUMENT",
        "INVALID_INPUT",
    ),
    (
        "TwentyQAnswerQuestion",
        {"target": "", "category": "food", "question": "왜?"},
        "INVALID_ARGUMENT",
        "INVALID_INPUT",
    ),
    ("TwentyQVerifyGuess", {"target": "사과", "guess": ""}, "INVALID_ARGUMENT", "INVALID_INPUT"),
    ("TwentyQNormalizeQuestion", {"question": ""}, "INVALID_ARGUMENT", "INVALID_INPUT"),
    ("TwentyQCheckSynonym", {"target": " ", "guess": "배"}, "INVALID_ARGUMENT", "INVALID_INPUT"),
    ("TwentyQGenerateHints", {"target": "사과", "category": ""}, "INVALID_ARGUMENT", "INVALID_INPUT"),
    ("EndSession", {"session_id": " "}, "INVALID_ARGUMENT", "INVALID_INPUT"),
    ("TwentyQVerifyGuess", {"target": "사과", "guess": "배"}, "UNAVAILABLE", "LLM_ERROR"),
    ("TwentyQGenerateHints", {"target": "사과", "category": "food"}, "UNAVAILABLE", "LLM_ERROR"),
]
"""Without a key for the model, what needs it is unavailable."""


@pytest.mark.parametrize(("name", "request_", "status", "code"), REFUSED)
async def test_every_door_refuses_alike(
    server: Running, name: str, request_: dict[str, Any], status: str, code: str
) -> None:
    first, *others = [await door.call(name, request_) for door in server.doors]

    assert (first.status, first.code) == (status, code)
    assert others == [first, first]


async def test_nothing_left_to_choose_is_not_found(server: Running) -> None:
    everything = [f"{category} {n}" for category in ("organism",) for n in ("하나", "둘")]
    excluded = ["food", "object", "place", "concept", "movie", "idiom_proverb", "organism"]
    request = {"category": "organism", "banned_topics": everything, "excluded_categories": excluded}
    first, *others = [await door.call("TwentyQSelectTopic", request) for door in server.doors]

    assert (first.status, first.code) == ("NOT_FOUND", "INVALID_INPUT")
    assert others == [first, first]


async def test_without_a_model_a_question_is_normalized_to_itself(server: Running) -> None:
    for door in server.doors:
        found = await door.call("TwentyQNormalizeQuestion", {"question": "큼?"})
        assert found.reply == {"normalized": "큼?", "original": "큼?"}


# ---- the table and the contract -------------------------------------------------------------------------


async def test_every_rpc_has_its_route() -> None:
    assert set(SERVICE.methods_by_name) == set(ROUTES)
    assert len(ROUTES) == 21


async def test_the_deprecated_paths_work(server: Running) -> None:
    for path in ("/api/llm/twentyq/verifications", "/api/twentyq/verifications"):
        answer = await server.http.raw("POST", path, json={"target": "사과", "guess": "사과"})
        assert answer.json == {"result": "ACCEPT", "raw_text": "정답"}


async def test_snake_case_is_understood_where_camel_case_is_the_fact(server: Running) -> None:
    for ban, exclude in (("bannedTopics", "excludedCategories"), ("banned_topics", "excluded_categories")):
        body = {"category": "food", ban: ["사과"], exclude: []}
        answer = await server.http.raw("POST", "/api/llm/twentyq/topics/select", json=body)
        assert answer.json["name"] == "비빔밥"


# ---- request ids ----------------------------------------------------------------------------------------


async def test_an_id_is_taken_over_and_given_back(server: Running) -> None:
    for door in server.doors:
        found = await door.call("TwentyQGetCategories", {}, headers={"X-Request-ID": "1732-0"})
        assert found.request_id == "1732-0"


async def test_an_id_is_made_when_there_is_none_or_it_is_no_id(server: Running) -> None:
    for door in server.doors:
        for headers in ({}, {"X-Request-ID": "x" * 129}):
            found = await door.call("TwentyQGetCategories", {}, headers=headers)
            assert len(found.request_id) == 32


async def test_failures_carry_the_id_too(server: Running) -> None:
    for door in server.doors:
        found = await door.call(
            "TwentyQVerifyGuess", {"target": "", "guess": ""}, headers={"X-Request-ID": "r7"}
        )
        assert found.request_id == "r7"


# ---- the key --------------------------------------------------------------------------------------------

WRONG: list[dict[str, str]] = [
    {},
    {"X-API-Key": "wrong"},
    {"Authorization": f"Basic {KEY}"},
    {"Authorization": "Bearer wrong"},
]
RIGHT: list[dict[str, str]] = [
    {"X-API-Key": KEY},
    {"Authorization": f"Bearer {KEY}"},
    {"Authorization": f"bearer {KEY}"},
]


async def test_without_the_key_nobody_gets_in(launch: Launch) -> None:
    server = await launch(HTTP_API_KEY=KEY)
    for door in server.doors:
        for headers in WRONG:
            found = await door.call("TwentyQGetCategories", {}, headers=headers)
            assert (found.status, found.code) == ("UNAUTHENTICATED", "UNAUTHORIZED")
            assert found.request_id
        for headers in RIGHT:
            assert (await door.call("TwentyQGetCategories", {}, headers=headers)).status == "OK"


async def test_probes_scrapers_and_documentation_need_no_key_and_nothing_else_is_open(launch: Launch) -> None:
    server = await launch(HTTP_API_KEY=KEY)
    for path in ("/health", "/health/live", "/health/models", "/metrics", "/openapi.json", "/docs"):
        assert (await server.http.raw("GET", path)).status == 200
    for path in ("/health/ready", "/ready"):
        assert (await server.http.raw("GET", path)).status == 503
    assert (await server.http.raw("GET", "/nowhere")).status == 404
    for path in ("/api/llm/twentyq/topics/categories", "/api/nowhere"):
        assert (await server.http.raw("GET", path)).status == 401
    for path in ("//api/llm/twentyq/topics/categories", "/API/llm/twentyq/topics/categories"):
        assert (await server.http.raw("GET", path)).status == 404


async def reflected(door: GrpcDoor, metadata: tuple[tuple[str, str], ...] = ()) -> list[str]:
    async with grpc.aio.insecure_channel(door.target) as channel:
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        request = reflection_pb2.ServerReflectionRequest(list_services="")
        async for reply in stub.ServerReflectionInfo(iter([request]), metadata=metadata, timeout=5):
            return [service.name for service in reply.list_services_response.service]
    return []


async def test_reflection_follows_the_key(launch: Launch) -> None:
    server = await launch(HTTP_API_KEY=KEY)
    for door in (server.tcp, server.uds):
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await reflected(door)
        assert raised.value.code() is grpc.StatusCode.UNAUTHENTICATED
        assert dict(raised.value.trailing_metadata())["x-error-code"] == "UNAUTHORIZED"
        assert SERVICE.full_name in await reflected(door, (("x-api-key", KEY),))


async def test_reflection_can_be_switched_off(launch: Launch) -> None:
    server = await launch(GRPC_REFLECTION_ENABLED=False)

    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await reflected(server.tcp)
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def checked(door: GrpcDoor, service: str, metadata: tuple[tuple[str, str], ...] = ()) -> str:
    async with grpc.aio.insecure_channel(door.target) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        reply = await stub.Check(health_pb2.HealthCheckRequest(service=service), metadata=metadata, timeout=5)
        return str(health_pb2.HealthCheckResponse.ServingStatus.Name(reply.status))


async def test_grpc_health_follows_readiness(launch: Launch) -> None:
    ready, unready = await launch(GOOGLE_API_KEYS="k", GRPC_SOCKET_PATH=""), await launch()
    for service in ("", SERVICE.full_name):

        async def announced(service: str = service) -> bool:
            return [await checked(door.tcp, service) for door in (ready, unready)] == [
                "SERVING",
                "NOT_SERVING",
            ]

        await until(announced)


async def test_grpc_health_needs_the_key_too(launch: Launch) -> None:
    server = await launch(HTTP_API_KEY=KEY)

    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await checked(server.uds, "")
    assert raised.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert await checked(server.uds, "", (("authorization", f"Bearer {KEY}"),)) == "NOT_SERVING"


# ---- odds and ends -----------------------------------------------------------------------------------


async def test_calls_are_counted(server: Running) -> None:
    await server.http.raw("GET", "/nowhere/7")
    await server.tcp.call("TwentyQVerifyGuess", {"target": "", "guess": ""})
    await server.tcp.call("TwentyQVerifyGuess", {"target": "사과", "guess": "apple"})
    exposed = (await server.http.raw("GET", "/metrics")).text

    assert 'http_requests_total{route="unmatched",status="404"}' in exposed
    assert 'grpc_requests_total{code="INVALID_ARGUMENT",method="TwentyQVerifyGuess"}' in exposed
    assert 'verify_path_total{path="alias"}' in exposed
    assert "/nowhere/7" not in exposed


async def test_the_socket_path_is_accepted_as_authority(server: Running) -> None:
    """Existing clients send it."""
    path = server.settings.grpc_socket_path
    async with grpc.aio.insecure_channel(
        f"unix:{path}", options=[("grpc.default_authority", path)]
    ) as channel:
        call: Any = channel.unary_unary(f"/{SERVICE.full_name}/GetModelConfig")
        assert await call(b"", timeout=5)


async def test_both_doors_may_be_used_at_once(server: Running) -> None:
    doors: list[HttpDoor | GrpcDoor] = [server.http, server.tcp, server.uds] * 20
    outcomes = await asyncio.gather(*(door.call("TwentyQGetCategories", {}) for door in doors))

    assert {outcome.status for outcome in outcomes} == {"OK"}
    assert len({outcome.request_id for outcome in outcomes}) == len(doors)
