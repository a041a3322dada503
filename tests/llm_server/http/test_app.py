"""What is HTTP's own: the router's refusals, bodies, health, the OpenAPI document."""

from io import BytesIO
from typing import Any

import aiohttp
import pytest

from tests.llm_server.conftest import Launch, Running
from tests.llm_server.doors import ROUTES
from tests.support.servers import Client


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "NOT_FOUND"),
        ("GET", "/health/", 404, "NOT_FOUND"),
        ("POST", "/health", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/api/llm/twentyq/answers", 405, "METHOD_NOT_ALLOWED"),
        ("DELETE", "/api/sessions/", 404, "NOT_FOUND"),
    ],
)
async def test_what_the_router_refuses_has_the_same_body(
    server: Running, method: str, path: str, status: int, code: str
) -> None:
    answer = await server.http.raw(method, path)

    assert answer.status == status
    assert set(answer.json) == {"error_code", "error_type", "message", "request_id", "details"}
    assert answer.json["error_code"] == code
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]
    assert ("Allow" in answer.headers) is (status == 405)


@pytest.mark.parametrize(
    "body", ["", "not json", "[]", '{"target": "사과"}', '{"target": "사과", "guess": 5}']
)
async def test_a_body_that_cannot_be_read_is_a_validation_error(server: Running, body: str) -> None:
    answer = await server.http.raw("POST", "/api/llm/twentyq/verifications", data=body.encode())

    assert (answer.status, answer.json["error_type"]) == (422, "ValidationError")
    assert set(answer.json["details"]["errors"][0]) == {"field", "message", "value"}


async def test_the_content_type_does_not_matter(server: Running) -> None:
    answer = await server.http.raw(
        "POST",
        "/api/llm/twentyq/verifications",
        {"Content-Type": "application/x-www-form-urlencoded"},
        data='{"target": "사과", "guess": "사과"}'.encode(),
    )

    assert answer.status == 200


async def test_a_websocket_is_turned_away(launch: Launch) -> None:
    server = await launch(HTTP_API_KEY="k")
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
            await session.ws_connect(f"http://127.0.0.1:{server.settings.http_port}/health")

    assert raised.value.status == 403


async def chunks(count: int) -> Any:
    for _ in range(count):
        yield b" " * 65536


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_may_have_a_mebibyte(server: Running, announced: bool) -> None:
    body = BytesIO(b" " * (1024 * 1024 + 1)) if announced else chunks(17)
    answer = await server.http.raw("POST", "/api/llm/twentyq/answers", data=body)

    assert (answer.status, answer.json["error_code"]) == (413, "BODY_TOO_LARGE")


async def test_a_body_of_exactly_a_mebibyte_is_read(server: Running) -> None:
    body = '{"target": "사과", "guess": "사과"}'.encode()
    answer = await server.http.raw(
        "POST", "/api/llm/twentyq/verifications", data=BytesIO(body.ljust(1024 * 1024))
    )

    assert answer.status == 200


@pytest.mark.parametrize("path", ["/health", "/health/live", "/metrics"])
async def test_head_works_for_probes(server: Running, path: str) -> None:
    assert (await server.http.raw("HEAD", path)).status == 200


async def test_health_names_its_parts(launch: Launch, cache: Client) -> None:
    server = await launch(GOOGLE_API_KEYS="k")
    live, ready = [(await server.http.raw("GET", path)).json for path in ("/health", "/ready")]

    assert ready["status"] == live["status"] == "ok"
    for body in (live, ready):
        assert {"version", "uptime", "goroutines"} <= body.keys()
        assert body["components"].keys() >= {"app", "session_store", "gemini"}
        assert body["components"]["app"]["detail"].keys() == {
            "uptime_seconds",
            "uptime",
            "version",
            "goroutines",
        }
        assert body["components"]["gemini"]["detail"] == {
            "api_key_present": True,
            "default_model": "gemini-3-flash-preview",
            "timeout_seconds": 60,
            "max_retries": 6,
        }
        assert body["session_store"] == body["components"]["session_store"]["detail"]
        assert (body["session_store"]["store_enabled"], body["session_store"]["backend"]) == (True, "valkey")
    assert ready["components"]["database"]["status"] == "ok"
    assert (live["session_store"]["deep_checked"], live["session_store"]["store_connected"]) == (False, None)
    assert (ready["session_store"]["deep_checked"], ready["session_store"]["store_connected"]) == (True, True)


async def test_readiness_names_what_is_missing(launch: Launch) -> None:
    server = await launch(CACHE_PORT=1)
    answer = await server.http.raw("GET", "/health/ready")

    assert (answer.status, answer.json["status"]) == (503, "degraded")
    assert "GOOGLE_API_KEY" in answer.json["components"]["gemini"]["error"]
    assert answer.json["session_store"]["store_connected"] is False
    assert "store_ping_error" in answer.json["session_store"]
    assert (await server.http.raw("GET", "/health")).status == 200


async def test_the_document_describes_every_path(server: Running) -> None:
    document = (await server.http.raw("GET", "/openapi.json")).json
    operations = {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }

    assert ROUTES.items() <= {name: (method, path) for name, (method, path, _) in operations.items()}.items()
    for name, (_, path, operation) in operations.items():
        assert operation.get("deprecated", False) is name.endswith("Deprecated")
        assert ("security" in operation) is path.startswith("/api/")
    answer = operations["TwentyQAnswerQuestion"][2]
    assert answer["responses"]["502"]["content"]["application/json"]["schema"]["$ref"].endswith("/Error")
    request = document["components"]["schemas"]["TwentyQAnswerQuestionRequest"]
    assert request["required"] == ["target", "category", "question"]
    scale = document["components"]["schemas"]["TwentyQAnswerQuestionResponse"]["properties"]["scale"]
    assert "이해할 수 없는 질문입니다" in scale["anyOf"][0]["enum"]
    assert set(document["components"]["securitySchemes"]) == {"ApiKeyHeader", "Bearer"}
    assert "bannedTopics" in document["components"]["schemas"]["TwentyQSelectTopicRequest"]["properties"]
