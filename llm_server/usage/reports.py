"""The answers to "how much?"."""

from collections.abc import Awaitable
from dataclasses import asdict
from typing import TypeVar

from llm_server.activity import Activity
from llm_server.contract import Nothing
from llm_server.errors import UsageUnavailable
from llm_server.model import Deadline
from llm_server.usage import contract as api
from llm_server.usage.repository import Day, Repository, Sum, UsageUnreadable

T = TypeVar("T")

RECENT_DAYS, TOTAL_DAYS = 7, 30


class Reports:
    """`model` is the configured default model, which every answer names."""

    def __init__(self, repository: Repository, activity: Activity, *, model: str) -> None:
        self._repository = repository
        self._activity = activity
        self._model = model

    async def daily(self, _request: Nothing, _deadline: Deadline) -> api.DailyUsageResponse:
        """Today, in Asia/Seoul; zeros when there was nothing."""
        return self._day(await _read(self._repository.daily()))

    async def recent(self, request: api.GetRecentUsageRequest, _deadline: Deadline) -> api.UsageListResponse:
        """The last days."""
        days = await _read(self._repository.recent(request.days or RECENT_DAYS))
        return api.UsageListResponse(
            usages=tuple(map(self._day, days)),
            total_input_tokens=sum(day.input_tokens for day in days),
            total_output_tokens=sum(day.output_tokens for day in days),
            total_tokens=sum(day.total_tokens for day in days),
            total_request_count=sum(day.request_count for day in days),
            model=self._model,
            total_cached_tokens=sum(day.cached_tokens for day in days),
            total_cost_micro_usd=sum(day.cost_micro_usd for day in days),
        )

    async def total(self, request: api.GetTotalUsageRequest, _deadline: Deadline) -> api.UsageResponse:
        """The sum of the last days."""
        return self._sum(await _read(self._repository.total(request.days or TOTAL_DAYS)))

    async def last_month(self, _request: Nothing, _deadline: Deadline) -> api.UsageResponse:
        """The sum of the last 30 days."""
        return self._sum(await _read(self._repository.total(TOTAL_DAYS)))

    async def breakdown(
        self, request: api.GetTotalUsageRequest, _deadline: Deadline
    ) -> api.UsageBreakdownResponse:
        """The last days, by model and by task."""
        days = request.days or TOTAL_DAYS
        models = await _read(self._repository.by_model(days))
        tasks = await _read(self._repository.by_task(days))
        return api.UsageBreakdownResponse(
            days=days,
            by_model=tuple(_share(name, found) for name, found in models),
            by_task=tuple(_share(name, found) for name, found in tasks),
            cost_micro_usd=sum(found.cost_micro_usd for _, found in models),
        )

    async def of_process(self, _request: Nothing, _deadline: Deadline) -> api.ProcessUsageResponse:
        """Since the process began."""
        tokens = self._activity.tokens
        return api.ProcessUsageResponse(
            input_tokens=tokens.input,
            output_tokens=tokens.output,
            total_tokens=tokens.total,
            reasoning_tokens=tokens.reasoning,
            model=self._model,
        )

    async def metrics(self, _request: Nothing, _deadline: Deadline) -> api.LlmMetricsResponse:
        """Since the process began."""
        activity = self._activity
        tokens, milliseconds = activity.tokens, activity.seconds * 1000
        return api.LlmMetricsResponse(
            total_calls=activity.calls,
            total_errors=activity.errors,
            total_input_tokens=tokens.input,
            total_output_tokens=tokens.output,
            total_reasoning_tokens=tokens.reasoning,
            total_cached_tokens=tokens.cached,
            cache_hit_ratio=tokens.cached / tokens.input if tokens.input else 0.0,
            total_tokens=tokens.total,
            total_duration_ms=milliseconds,
            avg_duration_ms=milliseconds / activity.calls if activity.calls else 0.0,
        )

    def _day(self, day: Day) -> api.DailyUsageResponse:
        return api.DailyUsageResponse(
            usage_date=day.usage_date.isoformat(),
            input_tokens=day.input_tokens,
            output_tokens=day.output_tokens,
            total_tokens=day.total_tokens,
            reasoning_tokens=day.reasoning_tokens,
            request_count=day.request_count,
            model=self._model,
            cached_tokens=day.cached_tokens,
            cost_micro_usd=day.cost_micro_usd,
        )

    def _sum(self, found: Sum) -> api.UsageResponse:
        return api.UsageResponse(
            input_tokens=found.input_tokens,
            output_tokens=found.output_tokens,
            total_tokens=found.total_tokens,
            reasoning_tokens=found.reasoning_tokens,
            model=self._model,
            cached_tokens=found.cached_tokens,
            cost_micro_usd=found.cost_micro_usd,
        )


def _share(name: str, found: Sum) -> api.Share:
    return api.Share(name=name, total_tokens=found.total_tokens, **asdict(found))


async def _read(reading: Awaitable[T]) -> T:
    try:
        return await reading
    except UsageUnreadable:
        raise UsageUnavailable("the usage database does not answer") from None
