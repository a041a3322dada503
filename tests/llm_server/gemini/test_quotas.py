"""Quotas, overloads and refused keys: another key or the model in reserve answers, or the caller is told."""

import asyncio
import time
from typing import Literal

import pytest

from llm_server.errors import ModelUnavailable, ModelUnreadable, QuotaExhausted
from llm_server.model import NO_DEADLINE
from playground.demo_model.faults import Rule
from playground.demo_model.protocol import BAD_KEY
from tests.llm_server.gemini.asking import ATTEMPTS, INQUIRY, Make, failed, seen
from tests.llm_server.provider import Provider
from tests.support.polling import until

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
    await until(lambda: seen(provider, 1))
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
