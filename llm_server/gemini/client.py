"""The model behind google-genai: one deadline, our own retries, every failure typed.

The SDK sends one request per attempt and nothing else: its retries, its continuation and its function calling
are off. Importing this module loads the SDK (about a second), so only `app` does, and late.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random
from typing import Any

import aiohttp
import structlog
from google import genai
from google.genai.errors import APIError
from google.genai.types import GenerateContentConfigDict, HttpOptions, HttpRetryOptions

from llm_server import metrics
from llm_server.errors import ModelFailure, ModelUnavailable
from llm_server.gemini import failures, wire
from llm_server.gemini.failures import AttemptFailed, Rest
from llm_server.gemini.keys import Keys, seconds_to_quota_day
from llm_server.gemini.plans import Plan
from llm_server.gemini.retries import Course
from llm_server.model import Completion, Deadline, Inquiry, T, Task, Usage

log = structlog.get_logger(__name__)

_REPLACED = "-"
"""The SDK insists on contents; `extra_body` puts ours in their place."""


class Gemini:
    """A `Model`. The session is shared and closed by whoever made it."""

    def __init__(
        self,
        plans: Mapping[Task, Plan],
        keys: Sequence[str],
        *,
        session: aiohttp.ClientSession,
        base_url: str,
        timeout: float,
        attempts: int,
        concurrency: int,
        random: Random,
    ) -> None:
        """`timeout` in seconds covers all `attempts` of an inquiry; `random` spreads them."""
        self._plans = plans
        self._keys = Keys(len(keys))
        self._timeout = timeout
        self._attempts = attempts
        self._places = asyncio.Semaphore(concurrency)
        self._random = random
        self._clients = [
            genai.Client(
                vertexai=False,
                api_key=key,
                http_options=HttpOptions(
                    base_url=base_url,
                    api_version="v1beta",
                    aiohttp_client=session,
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
            metrics.llm_requests.labels(inquiry.task, outcome).inc()
            metrics.llm_seconds.labels(inquiry.task).observe(time.perf_counter() - began)
        return completion

    async def _answered(self, inquiry: Inquiry[T], ends: Deadline) -> Completion[T]:
        plan = self._plans[inquiry.task]
        body = wire.body(inquiry, plan)
        course = Course(self._attempts, self._random)
        while True:
            key = await self._free_key(plan.model, ends, course)
            if course.last:
                metrics.llm_retries.labels(course.last.reason).inc()
            try:
                async with self._place():
                    response = wire.Response.parse(await self._send(key, plan.model, body, ends))
                _count(response.usage)
                return Completion(
                    response.reply(inquiry), response.model_version or plan.model, response.usage
                )
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
            await asyncio.sleep(pause)

    async def _free_key(self, model: str, ends: Deadline, course: Course) -> int:
        """A key that may be used now, waited for when its rest ends in time.

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
            if rest.until >= ends.at:
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
        except ValueError:  # an error status whose body claims to be JSON and is none
            raise failures.refused(502, None) from None
        raw = response.sdk_http_response
        return (raw.body if raw else None) or ""


def _count(usage: Usage) -> None:
    for kind in ("input", "output", "reasoning", "cached"):
        metrics.llm_tokens.labels(kind).inc(getattr(usage, kind))
