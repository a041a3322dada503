"""The requests and responses about usage. Days are calendar days in Asia/Seoul, today included."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from llm_server.contract import Message, Request, example

MOST_DAYS = 366


def _absent_unless_positive(value: Any) -> Any:
    """proto3 cannot leave out a number: zero and less mean the default there, and are mistakes in a query."""
    return None if isinstance(value, int) and value <= 0 else value


Days = Annotated[Annotated[int, Field(ge=1, le=MOST_DAYS)] | None, BeforeValidator(_absent_unless_positive)]


class GetRecentUsageRequest(Request):
    """How many days."""

    days: Days = None


class GetTotalUsageRequest(Request):
    """How many days."""

    days: Days = None


class DailyUsageResponse(Message):
    """One day. Output includes reasoning, input includes cached; the cost is in millionths of a US dollar."""

    model_config = example(
        {
            "usage_date": "2026-11-24",
            "input_tokens": 120_000,
            "output_tokens": 9_000,
            "total_tokens": 129_000,
            "reasoning_tokens": 6_000,
            "request_count": 100,
            "model": "gemini-3-flash-preview",
            "cached_tokens": 0,
            "cost_micro_usd": 87_000,
        }
    )

    usage_date: str
    input_tokens: int
    output_tokens: int
    total_tokens: int
    reasoning_tokens: int
    request_count: int
    model: str
    cached_tokens: int
    cost_micro_usd: int


class UsageListResponse(Message):
    """The days with usage, the newest first, and their sum."""

    model_config = example(
        {
            "usages": [],
            "total_input_tokens": 0,
            "total_output_tokens": 0,
            "total_tokens": 0,
            "total_request_count": 0,
            "model": "gemini-3-flash-preview",
            "total_cached_tokens": 0,
            "total_cost_micro_usd": 0,
        }
    )

    usages: tuple[DailyUsageResponse, ...]
    total_input_tokens: int
    total_output_tokens: int
    total_tokens: int
    total_request_count: int
    model: str
    total_cached_tokens: int
    total_cost_micro_usd: int


class UsageResponse(Message):
    """A sum."""

    model_config = example(
        {
            "input_tokens": 120_000,
            "output_tokens": 9_000,
            "total_tokens": 129_000,
            "reasoning_tokens": 6_000,
            "model": "gemini-3-flash-preview",
            "cached_tokens": 0,
            "cost_micro_usd": 87_000,
        }
    )

    input_tokens: int
    output_tokens: int
    total_tokens: int
    reasoning_tokens: int
    model: str
    cached_tokens: int
    cost_micro_usd: int


class ProcessUsageResponse(Message):
    """Since the process began."""

    model_config = example(
        {
            "input_tokens": 120_000,
            "output_tokens": 9_000,
            "total_tokens": 129_000,
            "reasoning_tokens": 6_000,
            "model": "gemini-3-flash-preview",
        }
    )

    input_tokens: int
    output_tokens: int
    total_tokens: int
    reasoning_tokens: int
    model: str


class LlmMetricsResponse(Message):
    """Since the process began; durations in milliseconds."""

    model_config = example(
        {
            "total_calls": 2,
            "total_errors": 0,
            "total_input_tokens": 2400,
            "total_output_tokens": 180,
            "total_reasoning_tokens": 120,
            "total_cached_tokens": 1200,
            "cache_hit_ratio": 0.5,
            "total_tokens": 2580,
            "total_duration_ms": 1800.0,
            "avg_duration_ms": 900.0,
        }
    )

    total_calls: int
    total_errors: int
    total_input_tokens: int
    total_output_tokens: int
    total_reasoning_tokens: int
    total_cached_tokens: int
    cache_hit_ratio: float
    total_tokens: int
    total_duration_ms: float
    avg_duration_ms: float


class Share(Message):
    """What one model or one task used."""

    name: str
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reasoning_tokens: int
    total_tokens: int
    request_count: int
    search_queries: int
    cost_micro_usd: int


class UsageBreakdownResponse(Message):
    """Who used what."""

    model_config = example({"days": 30, "by_model": [], "by_task": [], "cost_micro_usd": 0})

    days: int
    by_model: tuple[Share, ...]
    by_task: tuple[Share, ...]
    cost_micro_usd: int
