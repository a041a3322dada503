"""The server: routes, recorded requests, scripted faults, and an engine that knows the answers."""

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

from aiohttp import web
from pydantic import ValidationError

from playground.demo_model import protocol
from playground.demo_model.faults import Faults, Rule, Script, spoilt
from playground.demo_model.protocol import GenerateRequest, ProtocolError

RECORDED = 1000
SHOWN_HEADERS = ("user-agent", "x-goog-api-client", "x-server-timeout")
BAD_GATEWAY = "<html><h1>502 Bad Gateway</h1></html>"


class Engine(Protocol):
    """Who answers. Tasks are told apart by the response schema alone."""

    def reply(self, request: GenerateRequest) -> str | None:
        """The model's text, or None when this engine has nothing to say to such a request."""
        ...

    def suggestions(self) -> Mapping[str, list[str]]:
        """Questions that it surely understands, by category or by the title of a puzzle."""
        ...

    def topics(self) -> Mapping[str, list[dict[str, Any]]]:
        """The secrets it knows, by category: name and aliases."""
        ...

    def puzzles(self) -> list[dict[str, Any]]:
        """The puzzles it knows, as the LLM server keeps its own."""
        ...


@dataclass(frozen=True)
class Recorded:
    """A request as it came."""

    at: float
    path: str
    key: str
    headers: Mapping[str, str]
    body: Any


class GeminiServer:
    """`async with GeminiServer(engine) as server:` listens on 127.0.0.1; `base_url` is for google-genai."""

    def __init__(self, engine: Engine, *, delay_ms: float = 0) -> None:
        self._engine = engine
        self._faults = Faults()
        self._runner: web.AppRunner | None = None
        self._last_prompt: dict[str, str] = {}
        self._count = 0
        self.delay_ms = delay_ms
        self.waiting = 0
        self.requests: deque[Recorded] = deque(maxlen=RECORDED)
        self.base_url = ""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one."""
        self._runner = web.AppRunner(
            self._app(), access_log=None, shutdown_timeout=0.1, handler_cancellation=True
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound = self._runner.addresses[0]
        self.base_url = f"http://{bound[0]}:{bound[1]}"

    async def stop(self) -> None:
        """Close; who still waits is cut off."""
        if self._runner:
            await self._runner.cleanup()

    def script(self, *rules: Rule) -> None:
        """Set the faults anew; none clears them."""
        self._faults.replace(list(rules))

    # ---- routes -------------------------------------------------------------------------------------

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=32 * 1024 * 1024)
        model = r"/{version:v1|v1beta}/models/{model:[^:/]+}"
        app.add_routes(
            [
                web.post(model + ":generateContent", self._generate),
                web.post(model + ":streamGenerateContent", self._generate),
                web.post(model + ":countTokens", self._count_tokens),
                web.get(model, self._describe),
                web.get("/{version:v1|v1beta}/models", self._list),
                web.post("/_control/script", self._set_script),
                web.post("/_control/delay", self._set_delay),
                web.get("/_control/requests", self._show_requests),
                web.get("/_control/waiting", self._show_waiting),
                web.delete("/_control", self._forget),
                web.get("/demo/suggestions", self._suggestions),
                web.get("/demo/topics", self._topics),
                web.get("/demo/puzzles", self._puzzles),
            ]
        )
        return app

    async def _generate(self, http: web.Request) -> web.StreamResponse:
        try:
            request = await self._read(http)
            rule = self._faults.next_for(request.prompt)
            await self._wait(rule)
            if rule and rule.kind:
                return await self._fail(http, request, rule)
            return await self._send(http, self._answer(request, self._text(request)))
        except ProtocolError as error:
            return web.json_response(error.body, status=error.code)

    async def _read(self, http: web.Request) -> GenerateRequest:
        raw = await http.read()
        key = http.headers.get("x-goog-api-key", "")
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        shown = {
            name: value
            for name, value in http.headers.items()
            if name.lower().startswith(("x-", "user-agent"))
        }
        shown.pop("x-goog-api-key", None)
        self.requests.append(Recorded(time.time(), http.path, f"{key[:4]}…", shown, body))
        protocol.check_key(key)
        return protocol.parse(http.match_info["model"], body)

    async def _wait(self, rule: Rule | None) -> None:
        delay = (rule.delay_ms if rule else 0) or self.delay_ms
        hanging = rule is not None and rule.kind == "hang"
        if not delay and not hanging:
            return
        self.waiting += 1
        try:
            await asyncio.sleep(3600 if hanging else delay / 1000)
        finally:
            self.waiting -= 1

    def _text(self, request: GenerateRequest) -> str:
        text = self._engine.reply(request)
        if text is None:
            raise ProtocolError(400, "INVALID_ARGUMENT", "The demo model has no engine for this request.")
        return text

    def _answer(self, request: GenerateRequest, text: str) -> dict[str, Any]:
        self._count += 1
        before, self._last_prompt[request.model] = self._last_prompt.get(request.model, ""), request.prompt
        cached = protocol.count_tokens(_common_prefix(before, request.prompt))
        cached = cached if cached >= protocol.CACHE_MINIMUM else 0
        return protocol.answer(request, text, cached=cached, number=self._count)

    async def _send(self, http: web.Request, body: Mapping[str, Any]) -> web.StreamResponse:
        """The whole answer, or as the one chunk of a stream."""
        if not http.path.endswith(":streamGenerateContent"):
            return web.Response(body=protocol.dump(body), content_type="application/json")
        return web.Response(
            body=b"data: " + protocol.dump(body) + b"\r\n\r\n", content_type="text/event-stream"
        )

    # ---- faults -------------------------------------------------------------------------------------

    async def _fail(self, http: web.Request, request: GenerateRequest, rule: Rule) -> web.StreamResponse:
        match rule.kind:
            case "status" if rule.status == 429:
                raise protocol.quota_error(per_day=rule.quota == "PerDay", retry_seconds=rule.retry_seconds)
            case "status" if rule.status == 502:
                return web.Response(
                    status=502, text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html"
                )
            case "status":
                raise protocol.status_error(rule.status, retry_seconds=rule.retry_seconds)
            case "disconnect_before_headers" | "disconnect_mid_body" | "slow_drip":
                whole = protocol.dump(self._answer(request, self._text(request)))
                return await self._break(http, whole, rule)
            case "stream_error":
                return await self._send(http, protocol.status_error(503, retry_seconds=None).body)
            case _:
                self._count += 1
                body = spoilt(rule, request, self._text(request), number=self._count)
                return await self._send(http, body)

    async def _break(self, http: web.Request, body: bytes, rule: Rule) -> web.StreamResponse:
        """An answer that does not arrive, or only in drops."""
        transport = http.transport
        if rule.kind == "disconnect_before_headers":
            if transport:
                transport.abort()
            return web.Response()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        response = web.StreamResponse(headers=headers)
        await response.prepare(http)
        if rule.kind == "disconnect_mid_body":
            await response.write(body[: len(body) // 2])
            if transport:
                transport.abort()
            return response
        self.waiting += 1
        try:
            with contextlib.suppress(ConnectionResetError):
                async for drop in _drops(body):
                    await response.write(drop)
        finally:
            self.waiting -= 1
        return response

    # ---- the rest -----------------------------------------------------------------------------------

    async def _count_tokens(self, http: web.Request) -> web.Response:
        try:
            body = await http.json()
            request = protocol.parse(http.match_info["model"], body.get("generateContentRequest", body))
        except ProtocolError as error:
            return web.json_response(error.body, status=error.code)
        tokens = protocol.count_tokens(request.prompt)
        details = [{"modality": "TEXT", "tokenCount": tokens}]
        return web.json_response({"totalTokens": tokens, "promptTokensDetails": details})

    async def _describe(self, http: web.Request) -> web.Response:
        name = http.match_info["model"]
        return web.json_response({"name": f"models/{name}", "version": protocol.MODEL_VERSION})

    async def _list(self, _http: web.Request) -> web.Response:
        known = {"name": "models/gemini-demo-kb-1", "version": protocol.MODEL_VERSION}
        return web.json_response({"models": [known]})

    async def _set_script(self, http: web.Request) -> web.Response:
        try:
            rules = Script.validate_json(await http.read())
        except ValidationError as error:
            return web.json_response(
                {"error": error.errors(include_url=False, include_context=False)}, status=400
            )
        self.script(*rules)
        return web.json_response({"rules": len(rules)})

    async def _set_delay(self, http: web.Request) -> web.Response:
        self.delay_ms = float((await http.json())["ms"])
        return web.json_response({"ms": self.delay_ms})

    async def _show_requests(self, _http: web.Request) -> web.Response:
        shown = [{"at": r.at, "path": r.path, "key": r.key, "body": r.body} for r in self.requests]
        return web.json_response(shown)

    async def _show_waiting(self, _http: web.Request) -> web.Response:
        return web.json_response({"waiting": self.waiting})

    async def _forget(self, _http: web.Request) -> web.Response:
        self.script()
        self.requests.clear()
        self.delay_ms = 0
        return web.json_response({})

    async def _suggestions(self, http: web.Request) -> web.Response:
        found = dict(self._engine.suggestions())
        wanted = http.query.get("category") or http.query.get("puzzle")
        return web.json_response({wanted: found.get(wanted, [])} if wanted else found)

    async def _topics(self, _http: web.Request) -> web.Response:
        return web.json_response(dict(self._engine.topics()))

    async def _puzzles(self, _http: web.Request) -> web.Response:
        return web.json_response(self._engine.puzzles())


async def _drops(body: bytes) -> AsyncIterator[bytes]:
    """A byte now and then."""
    for at in range(len(body)):
        yield body[at : at + 1]
        await asyncio.sleep(0.5)


def _common_prefix(one: str, other: str) -> str:
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return one[:at]
    return one[: min(len(one), len(other))]
