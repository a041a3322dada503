"""What the model has cost, as the LLM server counts it; asked over gRPC like a bot does."""

from typing import Any

from llm.v1 import llm_service_pb2 as pb

from workspace.links import Links

MICRO = 1_000_000


async def recent(links: Links, *, days: int) -> list[dict[str, Any]]:
    """A row a day that had any, and their sum."""
    llm = await links.llm()
    found = await llm.call(llm.rpc.GetRecentUsage, pb.GetRecentUsageRequest(days=days))
    rows = [
        {
            "day": day.usage_date,
            "requests": day.request_count,
            "input": day.input_tokens,
            "cached": day.cached_tokens,
            "output": day.output_tokens,
            "reasoning": day.reasoning_tokens,
            "total": day.total_tokens,
            "usd": day.cost_micro_usd / MICRO,
        }
        for day in found.usages
    ]
    if not rows:
        return []
    numbers = [name for name in rows[0] if name != "day"]
    return [*rows, {"day": "sum", **{name: sum(row[name] for row in rows) for name in numbers}}]
