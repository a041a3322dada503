"""Reading what was counted: Korean calendar days, and a clear word when PostgreSQL is away."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from asyncpg import Pool, UndefinedColumnError, UndefinedTableError

from botkit.chat.errors import Failed
from botkit.postgres.pool import AWAY, Database
from game_bots.spans import Span

SEOUL = ZoneInfo("Asia/Seoul")

T = TypeVar("T")
Row = Mapping[str, Any]


class RecordsUnavailable(Failed):
    """PostgreSQL is away; play goes on without it."""

    code = "records_unavailable"


def beginning(span: Span, now: float) -> datetime:
    """When a span began: midnight, Monday, the first of the month; `now` in seconds since the epoch."""
    today = datetime.fromtimestamp(now, SEOUL).replace(hour=0, minute=0, second=0, microsecond=0)
    if span is Span.DAY:
        return today
    if span is Span.WEEK:
        return today - timedelta(days=today.weekday())
    if span is Span.MONTH:
        return today.replace(day=1)
    return datetime.fromtimestamp(0, UTC)


def day_of(now: float) -> str:
    """The day (YYYY-MM-DD) in Seoul; `now` in seconds since the epoch."""
    return datetime.fromtimestamp(now, SEOUL).date().isoformat()


async def query(database: Database, run: Callable[[Pool], Awaitable[T]]) -> T:
    """Have PostgreSQL do something.

    Raises:
        RecordsUnavailable: it is away, or the bot's tables are not there yet.
    """
    try:
        return await run(await database.pool())
    except (*AWAY, UndefinedTableError, UndefinedColumnError):
        raise RecordsUnavailable from None


async def rows(database: Database, sql: str, *args: object) -> Sequence[Row]:
    """What a query finds; raises as `query` does."""

    async def run(pool: Any) -> Any:
        return await pool.fetch(sql, *args)

    found: Sequence[Row] = await query(database, run)
    return found


async def slice_of(
    database: Database, sql: str, *args: object, limit: int, offset: int
) -> tuple[Sequence[Row], int]:
    """A piece of what a query finds, and the length of the whole; raises as `query` does."""
    places = f"LIMIT ${len(args) + 1} OFFSET ${len(args) + 2}"
    found = await rows(database, f"{sql} {places}", *args, limit, offset)
    [whole] = await rows(database, f"SELECT count(*) AS total FROM ({sql}) AS whole", *args)  # noqa: S608 - ours
    return found, whole["total"]
