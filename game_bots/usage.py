"""Asks the LLM server what was used. Shared by the game bots."""

from google.protobuf.empty_pb2 import Empty
from llm.v1 import llm_service_pb2 as pb

from botkit.llm.client import LlmClient
from game_bots.costs import Day, Period, Price, Report

WEEK, MONTH = 7, 30


async def report(llm: LlmClient, period: Period, *, price: Price | None, entry: str) -> Report:
    """Ask the server.

    Raises:
        UserError: see `botkit.llm.errors`.
    """
    if period is Period.TODAY:
        today = await llm.call(llm.rpc.GetDailyUsage, Empty(), request_id=entry)
        found = Report(
            period,
            today.usage_date,
            today.input_tokens,
            today.output_tokens,
            today.reasoning_tokens,
            today.total_tokens,
            today.request_count,
            today.model,
            today.cost_micro_usd,
        )
    elif period is Period.WEEK:
        week = await llm.call(llm.rpc.GetRecentUsage, pb.GetRecentUsageRequest(days=WEEK), request_id=entry)
        found = Report(
            period,
            "",
            week.total_input_tokens,
            week.total_output_tokens,
            sum(day.reasoning_tokens for day in week.usages),
            week.total_tokens,
            week.total_request_count,
            week.model,
            week.total_cost_micro_usd,
            tuple(Day(day.usage_date, day.total_tokens, day.request_count) for day in week.usages),
        )
    else:
        month = await llm.call(llm.rpc.GetTotalUsage, pb.GetTotalUsageRequest(days=MONTH), request_id=entry)
        found = Report(
            period,
            "",
            month.input_tokens,
            month.output_tokens,
            month.reasoning_tokens,
            month.total_tokens,
            -1,
            month.model,
            month.cost_micro_usd,
        )
    return found if price is None else found.priced(price)
