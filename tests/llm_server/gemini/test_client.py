"""Every way in which a model can fail: the right error, in time, after the right number of requests."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from random import Random
from typing import Any, Literal

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from prometheus_client import REGISTRY
from pydantic import BaseModel

from llm_server.activity import Activity
from llm_server.errors import (
    ModelBlocked,
    ModelFailure,
    ModelRejected,
    ModelTimeout,
    ModelUnavailable,
    ModelUnreadable,
    QuotaExhausted,
)
from llm_server.gemini.client import Gemini
from llm_server.gemini.plans import Plans
from llm_server.model import NO_DEADLINE, Deadline, Inquiry, Role, Task, Text, Turn, Usage
from llm_server.settings import ServerSettings
from playground.demo_model.faults import Rule
from playground.demo_model.protocol import BAD_KEY, MODEL_VERSION
from tests.llm_server.provider import Provider
from tests.support.polling import until
from tests.support.servers import free_port


class Yes(BaseModel):
    answer: Literal["예", "아니오"]


class AtOnce(Random):
    """Retries without a wait."""

    def uniform(self, a: float, b: float) -> float:
        return a


class Nobody:
    """A recorder that forgets."""

    def record(self, task: str, model: str, usage: Usage) -> None:
        """Forget."""


INQUIRY = Inquiry(Task.ANSWER, system="rules", turns=[Turn(Role.USER, "큰가요?")], reply=Yes)
ATTEMPTS = 4
GOOD = '{"candidates": [{"content": {"parts": [{"text": "{\\"answer\\": \\"예\\"}"}]}}]}'.encode()

Make = Callable[..., Gemini]


@pytest.fixture
async def make(provider: Provider) -> AsyncIterator[Make]:
    async with aiohttp.ClientSession() as session:

        def made(*several: str, model: str = "gemini-3-flash-preview", **changes: Any) -> Gemini:
            keys = changes.pop("keys", several or ("key-one",))
            settings = {"GEMINI_MODEL": model, "GEMINI_FALLBACK_MODEL": "", **changes.pop("settings", {})}
            options = {
                "ledger": Activity(Nobody()),
                "session": session,
                "base_url": provider.base_url,
                "timeout": 5,
                "attempts": ATTEMPTS,
                "concurrency": 8,
                "random": AtOnce(),
                **changes,
            }
            return Gemini(Plans(ServerSettings.model_validate(settings)), keys, **options)

        yield made


async def failed(gemini: Gemini, *, deadline: Deadline = NO_DEADLINE) -> ModelFailure:
    with pytest.raises(ModelFailure) as raised:
        await gemini.complete(INQUIRY, deadline=deadline)
    return raised.value


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_an_answer(make: Make, provider: Provider) -> None:
    completion = await make().complete(INQUIRY, deadline=NO_DEADLINE)

    assert completion.reply == Yes(answer="예")
    assert completion.model == MODEL_VERSION
    assert completion.usage.input > 0
    (recorded,) = provider.requests
    assert recorded.path == "/v1beta/models/gemini-3-flash-preview:generateContent"
    assert recorded.body["contents"] == [{"role": "user", "parts": [{"text": "큰가요?"}]}]
    assert recorded.headers["X-Server-Timeout"] == "5"


@pytest.mark.parametrize(
    ("rule", "failure", "requests"),
    [
        (Rule(kind="status", status=400), ModelRejected, 1),
        (Rule(kind="status", status=401), ModelUnavailable, 1),
        (Rule(kind="status", status=403), ModelUnavailable, 1),
        (Rule(kind="status", status=404), ModelRejected, 1),
        (Rule(kind="status", status=429), QuotaExhausted, 1),
        (Rule(kind="status", status=429, retry_seconds=60), QuotaExhausted, 1),
        (Rule(kind="status", status=429, retry_seconds=0.1, quota="PerDay"), QuotaExhausted, 1),
        (Rule(kind="status", status=429, retry_seconds=0.01), QuotaExhausted, ATTEMPTS),
        (Rule(kind="status", status=500), ModelUnavailable, ATTEMPTS),
        (Rule(kind="status", status=502), ModelUnavailable, ATTEMPTS),
        (Rule(kind="status", status=503), ModelUnavailable, ATTEMPTS),
        (Rule(kind="status", status=504), ModelUnavailable, ATTEMPTS),
        (Rule(kind="disconnect_before_headers"), ModelUnavailable, 2),
        (Rule(kind="disconnect_mid_body"), ModelUnavailable, 2),
        (Rule(kind="truncated_json"), ModelUnreadable, 2),
        (Rule(kind="fenced_json"), ModelUnreadable, 2),
        (Rule(kind="outside_enum"), ModelUnreadable, 2),
        (Rule(kind="text", text="예"), ModelUnreadable, 2),
        (Rule(kind="empty_candidate"), ModelUnreadable, 2),
        (Rule(kind="no_candidates"), ModelUnreadable, 2),
        (Rule(kind="stream_error"), ModelUnreadable, 2),
        (Rule(kind="max_tokens"), ModelUnreadable, 1),
        (Rule(kind="safety"), ModelBlocked, 1),
        (Rule(kind="blocked_prompt"), ModelBlocked, 1),
    ],
    ids=lambda value: f"{value.kind}-{value.status}" if isinstance(value, Rule) else None,
)
async def test_a_fault_that_stays(
    make: Make, provider: Provider, rule: Rule, failure: type[ModelFailure], requests: int
) -> None:
    provider.script(rule)
    began = time.perf_counter()

    assert type(await failed(make())) is failure
    assert len(provider.requests) == requests
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize("rule", [Rule(kind="hang"), Rule(kind="slow_drip"), Rule(delay_ms=60_000)])
@pytest.mark.parametrize("by", ["caller", "model"])
async def test_whatever_takes_too_long_ends_with_the_deadline(
    make: Make, provider: Provider, rule: Rule, by: str
) -> None:
    provider.script(rule)
    began = time.perf_counter()
    gemini = make(timeout=0.2) if by == "model" else make()
    deadline = NO_DEADLINE if by == "model" else Deadline.after(0.2)

    assert type(await failed(gemini, deadline=deadline)) is ModelTimeout
    assert 0.15 < time.perf_counter() - began < 1
    assert len(provider.requests) == 1


async def test_a_deadline_that_has_passed_costs_nothing(make: Make, provider: Provider) -> None:
    assert type(await failed(make(), deadline=Deadline.after(-1))) is ModelTimeout
    assert not provider.requests


@pytest.mark.parametrize(
    "rule",
    [
        Rule(kind="status", status=503, times=3),
        Rule(kind="status", status=429, retry_seconds=0.02, times=1),
        Rule(kind="disconnect_before_headers", times=1),
        Rule(kind="truncated_json", times=1),
        Rule(kind="empty_candidate", times=1),
    ],
    ids=lambda rule: rule.kind,
)
async def test_a_fault_that_passes(make: Make, provider: Provider, rule: Rule) -> None:
    provider.script(rule)

    assert (await make().complete(INQUIRY, deadline=NO_DEADLINE)).reply.answer == "예"
    assert len(provider.requests) == (rule.times or 0) + 1


async def test_the_limit_of_attempts_holds_over_different_faults(make: Make, provider: Provider) -> None:
    provider.script(
        Rule(kind="status", status=503, times=1),
        Rule(kind="truncated_json", times=1),
        Rule(kind="disconnect_before_headers", times=1),
        Rule(kind="status", status=500),
    )

    assert type(await failed(make())) is ModelUnavailable
    assert len(provider.requests) == ATTEMPTS


async def test_one_attempt_means_one_request(make: Make, provider: Provider) -> None:
    provider.script(Rule(kind="status", status=503))

    await failed(make(attempts=1))
    assert len(provider.requests) == 1


async def test_a_token_of_continuation_is_not_followed(make: Make, provider: Provider) -> None:
    provider.script(Rule(kind="continuation"))

    assert (await make().complete(INQUIRY, deadline=NO_DEADLINE)).reply.answer == "예"
    assert len(provider.requests) == 1


async def test_nobody_there(make: Make) -> None:
    failure = await failed(make(base_url=f"http://127.0.0.1:{free_port()}"))

    assert type(failure) is ModelUnavailable
    assert "reached" in failure.message


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


async def test_an_unknown_model(make: Make, provider: Provider) -> None:
    failure = await failed(make(model="gemini-none"))

    assert type(failure) is ModelRejected
    assert failure.details == {"provider_status": 404}
    assert len(provider.requests) == 1


# ---- what is asked for --------------------------------------------------------------------------------------


async def test_free_words_and_thoughts(make: Make, provider: Provider) -> None:
    asking = Inquiry(Task.CHAT, "", INQUIRY.turns, Text, thoughts=True, model="gemini-3.5-flash")
    reply = (await make().complete(asking, deadline=NO_DEADLINE)).reply

    assert reply == Text(text="큰가요?", reasoning="생각")
    (recorded,) = provider.requests
    assert recorded.path.endswith("/gemini-3.5-flash:generateContent")
    assert "systemInstruction" not in recorded.body
    assert "responseMimeType" not in recorded.body["generationConfig"]
    assert recorded.body["generationConfig"]["thinkingConfig"]["includeThoughts"] is True


@pytest.mark.parametrize(("allowed", "wanted"), [(True, True), (True, False), (False, True)])
async def test_looking_things_up(make: Make, provider: Provider, allowed: bool, wanted: bool) -> None:
    asking = Inquiry(Task.ANSWER, system="rules", turns=INQUIRY.turns, reply=Yes, search=wanted)
    await make(settings={"GEMINI_SEARCH_ENABLED": allowed}).complete(asking, deadline=NO_DEADLINE)

    expected: Any = [{"googleSearch": {}}] if allowed and wanted else None
    assert provider.bodies[0].get("tools") == expected


# ---- a model in reserve -------------------------------------------------------------------------------------

RESERVE = {"GEMINI_FALLBACK_MODEL": "gemini-3.1-flash-lite"}


def models(provider: Provider) -> list[str]:
    return [recorded.path.rpartition("/")[2].partition(":")[0] for recorded in provider.requests]


async def test_an_overloaded_model_is_replaced_after_two_tries(make: Make, provider: Provider) -> None:
    provider.script(Rule(kind="status", status=503, times=2))

    assert (await make(settings=RESERVE).complete(INQUIRY, deadline=NO_DEADLINE)).reply.answer == "예"
    assert models(provider) == ["gemini-3-flash-preview"] * 2 + ["gemini-3.1-flash-lite"]


@pytest.mark.parametrize("quota", ["PerDay", "PerMinute"])
async def test_a_used_up_model_is_replaced(
    make: Make, provider: Provider, quota: Literal["PerDay", "PerMinute"]
) -> None:
    provider.script(Rule(kind="status", status=429, quota=quota, retry_seconds=30, times=1))
    gemini = make(settings=RESERVE)
    for _ in range(2):
        await gemini.complete(INQUIRY, deadline=NO_DEADLINE)

    assert models(provider) == ["gemini-3-flash-preview"] + ["gemini-3.1-flash-lite"] * 2


async def test_a_short_rate_limit_is_waited_for(make: Make, provider: Provider) -> None:
    provider.script(Rule(kind="status", status=429, retry_seconds=0.05, times=1))
    await make(settings=RESERVE).complete(INQUIRY, deadline=NO_DEADLINE)

    assert models(provider) == ["gemini-3-flash-preview"] * 2


async def test_both_models_share_the_attempts(make: Make, provider: Provider) -> None:
    provider.script(Rule(kind="status", status=503))

    assert type(await failed(make(settings=RESERVE))) is ModelUnavailable
    assert len(provider.requests) == ATTEMPTS


async def test_no_attempt_is_left_for_the_reserve_when_the_limit_is_reached(
    make: Make, provider: Provider
) -> None:
    provider.script(Rule(kind="status", status=429))

    assert type(await failed(make(settings=RESERVE, attempts=1))) is QuotaExhausted
    assert len(provider.requests) == 1


async def test_a_reserve_that_is_not_to_be_had_hides_nothing(make: Make, provider: Provider) -> None:
    provider.script(Rule(kind="status", status=503))
    failure = await failed(make(settings={"GEMINI_FALLBACK_MODEL": "gemini-none"}))

    assert type(failure) is ModelUnavailable
    assert failure.details == {"provider_status": 503}
    assert models(provider)[-1] == "gemini-none"


async def test_other_faults_do_not_change_the_model(make: Make, provider: Provider) -> None:
    provider.script(Rule(kind="outside_enum"))

    assert type(await failed(make(settings=RESERVE))) is ModelUnreadable
    assert set(models(provider)) == {"gemini-3-flash-preview"}


# ---- keys -----------------------------------------------------------------------------------------------


async def test_without_a_key_nothing_is_sent(make: Make, provider: Provider) -> None:
    failure = await failed(make(keys=()))

    assert type(failure) is ModelUnavailable
    assert "GOOGLE_API_KEY" in failure.message
    assert not provider.requests


async def test_keys_take_turns(make: Make, provider: Provider) -> None:
    gemini = make("aaaa", "bbbb")
    for _ in range(4):
        await gemini.complete(INQUIRY, deadline=NO_DEADLINE)

    assert [recorded.key for recorded in provider.requests] == ["aaaa…", "bbbb…", "aaaa…", "bbbb…"]


async def test_a_refused_key_is_left_alone_and_the_next_one_answers(make: Make, provider: Provider) -> None:
    gemini = make(BAD_KEY, "good")
    for _ in range(3):
        await gemini.complete(INQUIRY, deadline=NO_DEADLINE)

    assert [recorded.key for recorded in provider.requests] == ["inva…", "good…", "good…", "good…"]


async def test_when_every_key_is_refused_nothing_more_is_sent(make: Make, provider: Provider) -> None:
    gemini = make(BAD_KEY)
    first, second = await failed(gemini), await failed(gemini)

    assert type(first) is type(second) is ModelUnavailable
    assert "GOOGLE_API_KEY" in second.message
    assert first.details == {"provider_status": 400}
    assert len(provider.requests) == 1


async def test_a_daily_quota_rests_the_key_for_the_model(make: Make, provider: Provider) -> None:
    gemini = make("aaaa", "bbbb")
    provider.script(Rule(kind="status", status=429, quota="PerDay", times=1))
    for _ in range(2):
        await gemini.complete(INQUIRY, deadline=NO_DEADLINE)
    assert [recorded.key for recorded in provider.requests] == ["aaaa…", "bbbb…", "bbbb…"]

    provider.script(Rule(kind="status", status=429, quota="PerDay", times=1))
    await failed(gemini)
    provider.requests.clear()
    failure = await failed(gemini)

    assert type(failure) is QuotaExhausted
    assert 0 < failure.details["retry_after_seconds"] <= 25 * 3600
    assert not provider.requests


async def test_a_rate_limit_is_waited_for_by_everybody(make: Make, provider: Provider) -> None:
    gemini = make()
    provider.script(Rule(kind="status", status=429, retry_seconds=0.2, times=1))
    began = time.perf_counter()
    first = asyncio.create_task(gemini.complete(INQUIRY, deadline=NO_DEADLINE))
    await until(lambda: _seen(provider, 1))
    await asyncio.gather(first, *(gemini.complete(INQUIRY, deadline=NO_DEADLINE) for _ in range(3)))

    assert time.perf_counter() - began > 0.19
    assert len(provider.requests) == 5


async def test_a_rate_limit_longer_than_the_deadline_is_told_at_once(make: Make, provider: Provider) -> None:
    gemini = make()
    provider.script(Rule(kind="status", status=429, retry_seconds=7))
    began = time.perf_counter()
    failure = await failed(gemini)

    assert failure.details == {"provider_status": 429, "retry_after_seconds": 7}
    assert time.perf_counter() - began < 1


async def test_without_details_every_key_is_tried_once(make: Make, provider: Provider) -> None:
    provider.script(Rule(kind="status", status=429))

    assert type(await failed(make("aaaa", "bbbb"))) is QuotaExhausted
    assert [recorded.key for recorded in provider.requests] == ["aaaa…", "bbbb…"]


# ---- load, cancelling, counting -------------------------------------------------------------------------


async def _seen(provider: Provider, count: int) -> bool:
    return len(provider.requests) >= count


async def test_no_more_requests_at_once_than_allowed(make: Make, provider: Provider) -> None:
    gemini = make(concurrency=2)
    provider.script(Rule(delay_ms=30))
    asking = [asyncio.create_task(gemini.complete(INQUIRY, deadline=NO_DEADLINE)) for _ in range(6)]
    most = 0
    while not all(task.done() for task in asking):
        most = max(most, provider.waiting)
        await asyncio.sleep(0.001)

    assert most == 2


async def test_waiting_for_a_retry_holds_no_place(make: Make, provider: Provider) -> None:
    gemini = make("aaaa", concurrency=1)
    provider.script(Rule(kind="status", status=429, retry_seconds=0.3, times=1, match="slow"))
    slow = Inquiry(Task.ANSWER, system="slow", turns=INQUIRY.turns, reply=Yes)
    waiting = asyncio.create_task(gemini.complete(slow, deadline=NO_DEADLINE))
    await until(lambda: _seen(provider, 1))

    async def free() -> bool:
        return not gemini._places.locked()

    await until(free)
    assert not waiting.done()
    await waiting


async def test_a_cancelled_inquiry_hangs_up(make: Make, provider: Provider) -> None:
    provider.script(Rule(kind="slow_drip"))
    asking = asyncio.create_task(make().complete(INQUIRY, deadline=NO_DEADLINE))

    async def waiting(count: int) -> bool:
        return provider.waiting == count

    await until(lambda: waiting(1))
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await until(lambda: waiting(0))


async def test_what_is_counted(make: Make, provider: Provider) -> None:
    names = {
        "ok": ("llm_requests_total", {"task": "answer", "outcome": "ok"}),
        "blocked": ("llm_requests_total", {"task": "answer", "outcome": "blocked"}),
        "retries": ("llm_retries_total", {"reason": "overloaded"}),
        "input": ("llm_tokens_total", {"kind": "input"}),
        "seconds": ("llm_request_seconds_count", {"task": "answer"}),
        "queue": ("llm_queue_seconds_count", {}),
    }
    before = {key: counted(name, **labels) for key, (name, labels) in names.items()}
    gemini = make()
    provider.script(Rule(kind="status", status=503, times=1), Rule(kind="blocked_prompt", match="forbidden"))
    usage = (await gemini.complete(INQUIRY, deadline=NO_DEADLINE)).usage
    forbidden = Inquiry(Task.ANSWER, system="forbidden", turns=INQUIRY.turns, reply=Yes)
    with pytest.raises(ModelBlocked):
        await gemini.complete(forbidden, deadline=NO_DEADLINE)
    grown = {key: counted(name, **labels) - before[key] for key, (name, labels) in names.items()}

    assert (grown["ok"], grown["blocked"], grown["retries"], grown["seconds"], grown["queue"]) == (
        1,
        1,
        1,
        2,
        3,
    )
    assert grown["input"] > usage.input
