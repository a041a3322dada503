"""What a request costs, from a dated table that is data. Pure but for reading the file.

Money is counted in whole micro-USD. A price is an integer, micro-USD per million tokens or per thousand
searches, so a cost is exact up to the one rounding at its end: half up, once for each recorded request.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

SHIPPED = Path(__file__).parent / "prices.yml"

MILLION = 1_000_000
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_RELEASE = re.compile(r"preview|exp|latest|\d+")


class PricesError(Exception):
    """The price table is missing, malformed or has a gap; says which file and which key."""


@dataclass(frozen=True, slots=True)
class Price:
    """From `effective_from` (ISO) on: micro-USD per million tokens, for `search` per thousand queries."""

    effective_from: str
    input: int
    cached: int
    output: int
    search: int


@dataclass(frozen=True, slots=True)
class Cost:
    """In micro-USD. Not `priced`: nobody knows, and it is zero until the table says more."""

    micro_usd: int
    priced: bool


@dataclass(frozen=True, slots=True)
class Prices:
    """The price of every model that is listed, each model's in the order of their days."""

    version: str
    models: Mapping[str, tuple[Price, ...]]

    def price(self, model: str, day: str) -> Price | None:
        """What holds for `model` on `day` (ISO), when the table knows that.

        A name that is not listed counts as the longest listed one of which it is a release.
        """
        listed = self.models.get(_listed(model, self.models), ())
        begun = bisect_right(listed, day, key=lambda price: price.effective_from)
        return listed[begun - 1] if begun else None

    def cost(
        self,
        model: str,
        day: str,
        *,
        input_tokens: int = 0,
        cached_tokens: int = 0,
        output_tokens: int = 0,
        search_queries: int = 0,
    ) -> Cost:
        """The cost of one request on `day` (ISO); input includes cached, output includes reasoning.

        No count is negative, and `cached_tokens` is not above `input_tokens`. The demo model is free.
        """
        if "demo" in model:
            return Cost(0, priced=True)
        price = self.price(model, day)
        if price is None:
            return Cost(0, priced=False)
        millionths = (
            (input_tokens - cached_tokens) * price.input
            + cached_tokens * price.cached
            + output_tokens * price.output
            + search_queries * price.search * (MILLION // 1000)
        )
        return Cost((millionths + MILLION // 2) // MILLION, priced=True)


def load(path: Path = SHIPPED) -> Prices:
    """Read a table.

    Raises:
        PricesError: naming the file and the key.
    """
    try:
        table = _Table.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the table"
        raise PricesError(f"{path.name}: {key}: {first['msg']}") from None
    except (OSError, ValueError, yaml.YAMLError) as error:  # ValueError: a day such as 2026-13-01
        raise PricesError(f"{path.name}: {error}") from None
    models: dict[str, tuple[Price, ...]] = {}
    for entry in table.models:
        _check(path.name, entry, table.covers_from)
        for name in entry.names:
            if name in models:
                raise PricesError(f"{path.name}: {name} is there twice")
            models[name] = tuple(map(_price, entry.prices))
    return Prices(table.version, models)


def _day(value: Any) -> str:
    """YAML has made a date of it, or else it is none."""
    if isinstance(value, str) or not _DAY.fullmatch(str(value)):
        raise ValueError("wants a date, 2026-12-31")
    return str(value)


_Day = Annotated[str, BeforeValidator(_day)]
_Usd = Annotated[Decimal, Field(ge=0, decimal_places=6)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Row(_Part):
    effective_from: _Day
    input: _Usd
    cached: _Usd
    output: _Usd
    search: _Usd


class _Entry(_Part):
    names: Annotated[tuple[str, ...], Field(min_length=1)]
    prices: Annotated[tuple[_Row, ...], Field(min_length=1)]


class _Table(_Part):
    version: Annotated[str, Field(pattern=r"^\S{1,40}$")]
    covers_from: _Day
    models: tuple[_Entry, ...]


def _check(file: str, entry: _Entry, covers_from: str) -> None:
    days = [row.effective_from for row in entry.prices]
    if days != sorted(set(days)):
        raise PricesError(f"{file}: {entry.names[0]}: effective_from must ascend, is {', '.join(days)}")
    if days[0] > covers_from:
        raise PricesError(
            f"{file}: {entry.names[0]}: effective_from leaves a gap, {covers_from} to {days[0]}"
        )


def _price(row: _Row) -> Price:
    return Price(row.effective_from, *map(_micro, (row.input, row.cached, row.output, row.search)))


def _micro(usd: Decimal) -> int:
    return int(usd * MILLION)


def _listed(model: str, models: Mapping[str, object]) -> str:
    """`gemini-3.5-flash-preview-09` → `gemini-3.5-flash`; blank when not even a shorter name is listed."""
    name = model
    while name and name not in models:
        shorter, _, last = name.rpartition("-")
        name = shorter if _RELEASE.fullmatch(last) else ""
    return name
