"""What a broken provider or a proxy in between may answer: every oddity is a failure that we know."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from llm_server.errors import ModelRejected, ModelTimeout, ModelUnavailable
from tests.llm_server.gemini.asking import Make, failed

GOOD = '{"candidates": [{"content": {"parts": [{"text": "{\\"answer\\": \\"예\\"}"}]}}]}'.encode()


async def test_an_error_that_is_not_even_json(make: Make) -> None:
    async def broken(_: web.Request) -> web.Response:
        return web.Response(status=500, text="<oops>", content_type="application/json")

    app = web.Application()
    app.router.add_post("/{path:.*}", broken)
    async with TestServer(app) as somebody:
        failure = await failed(make(base_url=str(somebody.make_url("")), attempts=2))

    assert type(failure) is ModelUnavailable


@pytest.mark.parametrize("status", [200, 204, 302, 400, 403, 404, 418, 429, 500, 503, 599])
@pytest.mark.parametrize(
    ("body", "content"),
    [
        (b"", "application/json"),
        (b"null", "application/json"),
        (b"[]", "application/json"),
        (b"[1, 2]", "application/json"),
        (b'"text"', "application/json"),
        (b"7", "application/json"),
        (b'{"error": null}', "application/json"),
        (b'{"error": "text"}', "application/json"),
        (b'{"error": {"details": "text", "code": "x"}}', "application/json"),
        (b'{"error": {"details": [1, null, {"violations": 3}], "status": 5}}', "application/json"),
        (b'[{"error": {"code": 429, "details": []}}]', "application/json"),
        (b'{"candidates": null}', "application/json"),
        (b'{"candidates": [{"content": {"parts": [{"text": null}]}}]}', "application/json"),
        (b"\xff\xfe\x00", "application/json"),
        (b"\xff\xfe\x00", "text/html; charset=utf-16"),
        (b"<html>", "text/html"),
        (b"x", "application/json; charset=no-such-thing"),
        (b"[" * 200_000, "application/json"),
        (b'{"a":' * 100_000, "application/json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "application/json"),
        (b'{"candidates": NaN}', "application/json"),
        (GOOD + b"x", "application/json"),
        (b"\xef\xbb\xbf" + GOOD, "application/json"),
        (GOOD[:-1] + b', "usageMetadata": {"promptTokenCount": -1}}', "application/json"),
        (GOOD[:-1] + b', "usageMetadata": {"promptTokenCount": 1' + b"0" * 30 + b"}}", "application/json"),
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, bytes) else None,
)
async def test_whatever_a_provider_or_a_proxy_answers_is_a_failure_that_we_know(
    make: Make, status: int, body: bytes, content: str
) -> None:
    async def odd(_: web.Request) -> web.Response:
        return web.Response(status=status, body=body, headers={"Content-Type": content})

    app = web.Application()
    app.router.add_post("/{path:.*}", odd)
    async with TestServer(app) as somebody:
        failure = await failed(make(base_url=str(somebody.make_url("")), attempts=2, timeout=3))

    assert not isinstance(failure, ModelTimeout)


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate"])
async def test_a_body_that_is_not_packed_as_it_says_is_a_failure_that_we_know(
    make: Make, encoding: str
) -> None:
    async def odd(_: web.Request) -> web.Response:
        return web.Response(body=GOOD, headers={"Content-Type": "text/plain", "Content-Encoding": encoding})

    app = web.Application()
    app.router.add_post("/{path:.*}", odd)
    async with TestServer(app) as somebody:
        failure = await failed(make(base_url=str(somebody.make_url("")), attempts=2))

    assert type(failure) is ModelUnavailable


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_the_key_is_not_carried_to_where_a_proxy_sends_us(make: Make, status: int) -> None:
    asked: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.method)
        return web.Response(body=GOOD, content_type="application/json")

    async def moved(request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": f"http://localhost:{request.url.port}/moved"})

    app = web.Application()
    app.router.add_route("*", "/moved", elsewhere)
    app.router.add_post("/{path:.*}", moved)
    async with TestServer(app) as somebody:
        failure = await failed(make(base_url=str(somebody.make_url("")), attempts=2))

    assert type(failure) is ModelRejected
    assert failure.details == {"provider_status": status}
    assert not asked
