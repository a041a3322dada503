"""The model behind google-genai: one deadline, our own retries, every failure typed.

The SDK sends one request per attempt and nothing else: its retries, its continuation and its function calling
are off. Importing this module loads the SDK (about a second), so only `app` does, and late.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random
from typing import Any

import aiohttp
import structlog
from google import genai
from google.genai.errors import APIError
from google.genai.types import GenerateContentConfigDict, HttpOptions, HttpRetryOptions

from botkit.runtime.tracing import span
from llm_server import metrics
from llm_server.errors import Failure, ModelFailure, ModelRejected, ModelUnavailable, QuotaExhausted
from llm_server.gemini import failures, wire
from llm_server.gemini.failures import AttemptFailed, Rest
from llm_server.gemini.keys import Keys, seconds_to_quota_day
from llm_server.gemini.plans import Plan, Plans
from llm_server.gemini.retries import Course
from llm_server.model import Completion, Deadline, Inquiry, Ledger, T

log = structlog.get_logger(__name__)

OVERLOADS = 2
"""How often a model may be overloaded before the one in reserve is asked."""

PATIENCE = 2.0
"""Seconds that a rate limit is waited for when there is a model in reserve."""

_REPLACED = "-"
"""The SDK insists on contents; `extra_body` puts ours in their place."""


class NoRoom(Exception):
    """The model is overloaded again and again; `failure` is what a caller would be told."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Gemini:
    """A `Model`. The session is shared and closed by whoever made it."""

    def __init__(
        self,
        plans: Plans,
        keys: Sequence[str],
        *,
        session: aiohttp.ClientSession,
        base_url: str,
        timeout: float,
        attempts: int,
        concurrency: int,
        random: Random,
        ledger: Ledger,
    ) -> None:
        """`timeout` in seconds covers all `attempts` of an inquiry; `random` spreads them."""
        self._plans = plans
        self._keys = Keys(len(keys))
        self._timeout = timeout
        self._attempts = attempts
        self._places = asyncio.Semaphore(concurrency)
        self._random = random
        self._ledger = ledger
        self._clients = [
            genai.Client(
                vertexai=False,
                api_key=key,
                http_options=HttpOptions(
                    base_url=base_url,
                    api_version="v1beta",
                    aiohttp_client=session,
                    async_client_args={"allow_redirects": False},  # they would carry the key elsewhere
                    retry_options=HttpRetryOptions(attempts=1),
                ),
            )
            for key in keys
        ]

    async def complete(self, inquiry: Inquiry[T], *, deadline: Deadline) -> Completion[T]:
        """The answer, by the deadline and within the model's own time limit.

        Raises:
            ModelFailure: see `llm_server.errors`.
        """
        began = time.perf_counter()
        outcome = "cancelled"
        ends = deadline.sooner(self._timeout)
        try:
            with span("gemini.complete", task=inquiry.task):
                async with asyncio.timeout_at(ends.at):
                    completion = await self._answered(inquiry, ends)
            outcome = "ok"
        except TimeoutError:
            failure = failures.timed_out()
            outcome = failure.outcome
            raise failure from None
        except ModelFailure as failure:
            outcome = failure.outcome
            raise
        finally:
            seconds = time.perf_counter() - began
            self._ledger.ended(inquiry.task, outcome, seconds)
            milliseconds = round(seconds * 1000, 2)
            log.info("gemini_ended", task=inquiry.task, outcome=outcome, milliseconds=milliseconds)
        return completion

    async def _answered(self, inquiry: Inquiry[T], ends: Deadline) -> Completion[T]:
        """By the model of the task or, when that is overloaded or used up, by the one in reserve."""
        course = Course(self._attempts, self._random)
        first = self._plans.of(inquiry.task, inquiry.model)
        reserve = self._plans.fallback(inquiry.task, inquiry.model)
        if reserve is None:
            return await self._asked(inquiry, first, ends, course)
        try:
            return await self._asked(inquiry, first, ends, course, hopeful=True)
        except (NoRoom, QuotaExhausted) as full:
            if course.over:
                raise
            log.warning("gemini_model_replaced", task=inquiry.task, model=first.model, by=reserve.model)
            metrics.llm_retries.labels("other_model").inc()
            course.other_model()
            try:
                return await self._asked(inquiry, reserve, ends, course)
            except ModelRejected:  # the reserve is not to be had with this key
                raise (full.failure if isinstance(full, NoRoom) else full) from None

    async def _asked(
        self, inquiry: Inquiry[T], plan: Plan, ends: Deadline, course: Course, *, hopeful: bool = False
    ) -> Completion[T]:
        """By one model. `hopeful`: there is another one to turn to, so a wait or a third try is not worth it.

        Raises:
            NoRoom: only when hopeful.
            ModelFailure: see `llm_server.errors`.
        """
        body = wire.body(inquiry, plan, search=self._plans.search)
        patience = PATIENCE if hopeful else math.inf
        while True:
            key = await self._free_key(plan.model, ends, course, patience)
            if course.last:
                metrics.llm_retries.labels(course.last.reason).inc()
            try:
                async with self._place():
                    response = wire.Response.parse(await self._send(key, plan.model, body, ends))
                model = response.model_version or plan.model
                self._ledger.used(inquiry.task, model, response.usage)
                return Completion(response.reply(inquiry), model, response.usage)
            except AttemptFailed as attempt:
                log.warning(
                    "gemini_attempt_failed",
                    reason=attempt.reason,
                    task=inquiry.task,
                    model=plan.model,
                    key=key,
                    details=attempt.failure.details,
                )
                self._rest(key, plan.model, attempt.rest)
                pause = course.failed(attempt, key)
                if hopeful and course.overloads >= OVERLOADS:
                    raise NoRoom(attempt.failure) from None
                if pause >= ends.left():
                    raise attempt.failure from None
            await asyncio.sleep(pause)

    async def _free_key(self, model: str, ends: Deadline, course: Course, patience: float) -> int:
        """A key that may be used now, waited for when its rest ends in time and within `patience` seconds.

        Raises:
            ModelUnavailable: there is no key, or the provider accepts none.
            QuotaExhausted: every key rests for longer than the call may last.
        """
        loop = asyncio.get_running_loop()
        while True:
            now = loop.time()
            key = self._keys.pick(model, now, besides=course.spent)
            if key is not None:
                return key
            rest = self._keys.soonest(model, now, besides=course.spent)
            if rest is None:
                raise course.failure(ModelUnavailable("no API key is configured: set GOOGLE_API_KEY"))
            if rest.refused:
                raise course.failure(
                    ModelUnavailable("the provider refuses the API key: check GOOGLE_API_KEY")
                )
            if rest.until >= min(ends.at, now + patience):
                raise failures.quota_exhausted(rest.until - now)
            await asyncio.sleep(rest.until - now)

    def _rest(self, key: int, model: str, rest: Rest | None) -> None:
        if rest is None:
            return
        seconds = seconds_to_quota_day(datetime.now(UTC)) if rest.seconds is None else rest.seconds
        until = asyncio.get_running_loop().time() + seconds
        log.warning("gemini_key_rested", key=key, model=model, seconds=round(seconds, 1))
        if rest.whole_key:
            self._keys.refuse(key, until)
        else:
            self._keys.rest(key, model, until)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """One of the LLM_MAX_CONCURRENCY requests that may run at once; waiting for a retry holds none."""
        began = time.perf_counter()
        async with self._places:
            metrics.llm_queue_seconds.observe(time.perf_counter() - began)
            yield

    async def _send(self, key: int, model: str, body: dict[str, Any], ends: Deadline) -> str:
        """One request; returns the body of the response as it came.

        Raises:
            AttemptFailed: everything that can go wrong between here and the provider, but for time.
        """
        config: GenerateContentConfigDict = {
            "http_options": {"extra_body": body, "timeout": max(1, int(ends.left() * 1000))},
            "automatic_continuation": False,
            "automatic_function_calling": {"disable": True},
            "should_return_http_response": True,
        }
        try:
            response = await self._clients[key].aio.models.generate_content(
                model=model, contents=_REPLACED, config=config
            )
        except APIError as error:
            raise failures.refused(error.code, error.details) from None
        except TimeoutError:
            raise
        except aiohttp.ClientConnectorError:
            raise failures.unreachable() from None
        except (aiohttp.ClientError, OSError):
            raise failures.disconnected() from None
        except (ValueError, RecursionError):  # an error status whose body claims to be JSON and is none
            raise failures.refused(502, None) from None
        raw = response.sdk_http_response
        return (raw.body if raw else None) or ""
