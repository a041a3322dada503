"""Every way in which a model can fail: the right error, in time, after the right number of requests."""

import asyncio
import time
from typing import Any

import pytest
from prometheus_client import REGISTRY

from llm_server.errors import (
    ModelBlocked,
    ModelFailure,
    ModelRejected,
    ModelTimeout,
    ModelUnavailable,
    ModelUnreadable,
    QuotaExhausted,
)
from llm_server.model import NO_DEADLINE, Deadline, Inquiry, Task, Text
from playground.demo_model.faults import Rule
from playground.demo_model.protocol import MODEL_VERSION
from tests.llm_server.gemini.asking import ATTEMPTS, INQUIRY, Make, Yes, failed, seen
from tests.llm_server.provider import Provider
from tests.support.polling import until
from tests.support.servers import free_port


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


# ---- load, cancelling, counting -------------------------------------------------------------------------


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
    await until(lambda: seen(provider, 1))

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
