"""What is counted, as values: sums, the key they are kept under, and batches that are written once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from typing import Annotated
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from pydantic import Field

from botkit.runtime.clock import Clock

SEOUL = ZoneInfo("Asia/Seoul")

Count = Annotated[int, Field(ge=0, le=2**63 - 1)]
"""What fits into PostgreSQL's bigint."""


@dataclass(frozen=True, slots=True)
class Sum:
    """What requests used and cost. Input includes cached, output includes reasoning."""

    input_tokens: Count = 0
    cached_tokens: Count = 0
    output_tokens: Count = 0
    reasoning_tokens: Count = 0
    request_count: Count = 0
    search_queries: Count = 0
    cost_micro_usd: Count = 0

    @property
    def total_tokens(self) -> int:
        """In and out."""
        return self.input_tokens + self.output_tokens

    def plus(self, other: "Sum") -> "Sum":
        """Both together."""
        return Sum(
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.output_tokens + other.output_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.request_count + other.request_count,
            self.search_queries + other.search_queries,
            self.cost_micro_usd + other.cost_micro_usd,
        )


def together(sums: Iterable[Sum]) -> Sum:
    """All of them."""
    return reduce(Sum.plus, sums, Sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Sum):
    """What one calendar day used and cost."""

    usage_date: date


@dataclass(frozen=True, slots=True)
class Key:
    """What is summed up in one row."""

    usage_date: date
    model: str
    task: str
    price_version: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Sums to be added to the rows, all of them and once: whoever writes it again is recognised by its id."""

    id: UUID
    rows: tuple[tuple[Key, Sum], ...]

    @classmethod
    def frozen(cls, sums: Mapping[Key, Sum]) -> "Batch":
        """A new batch."""
        return cls(uuid4(), tuple(sums.items()))

    @property
    def total(self) -> Sum:
        """All its rows together."""
        return together(found for _, found in self.rows)


def seoul_today(clock: Clock) -> Callable[[], date]:
    """Tells which day it is in Asia/Seoul, whatever the zone of the machine and of the database."""
    return lambda: datetime.fromtimestamp(clock(), SEOUL).date()
