"""Tokens and cost as an operator reads them: periods, prices to compare with, the report. Pure."""

from dataclasses import dataclass, replace
from enum import Enum

from botkit.chat.errors import Refused

_MICRO = 1_000_000


class Period(Enum):
    """How far back the report looks, with the words for it."""

    TODAY = ("오늘", "today")
    WEEK = ("주간", "weekly")
    MONTH = ("월간", "monthly")


PERIOD_WORDS = "|".join(word for period in Period for word in period.value)


class PriceUnknown(Refused):
    """No price model of that name."""

    code = "price_unknown"
    variables = ("known",)


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens."""

    name: str
    input: float
    output: float

    def micro_usd(self, tokens_in: int, tokens_out: int) -> int:
        """What the tokens cost in millionths of a dollar; thoughts are among `tokens_out`."""
        return round(tokens_in * self.input + tokens_out * self.output)


PRICES = {
    ("2.5flash", "flash-25"): Price("2.5 Flash", 0.30, 2.50),
    ("3.0flash", "flash-30", "flash"): Price("3.0 Flash", 0.50, 3.00),
    ("2.5pro", "pro-25"): Price("2.5 Pro", 1.25, 10.00),
    ("3.0pro", "pro-30", "pro"): Price("3.0 Pro", 2.00, 12.00),
}
"""What an operator may compare with; what was really paid is counted by the server with its dated prices."""


@dataclass(frozen=True, slots=True)
class Day:
    """Tokens of one day."""

    date: str
    total: int
    requests: int


@dataclass(frozen=True, slots=True)
class Report:
    """Tokens and cost of a period. Requests are -1 when the server does not count them for it."""

    period: Period
    date: str
    input: int
    output: int
    reasoning: int
    total: int
    requests: int
    model: str
    micro_usd: int
    days: tuple[Day, ...] = ()

    def won(self, krw: float) -> int:
        """The cost in won, rounded down, at so many won for a dollar."""
        return int(self.micro_usd * krw / _MICRO)

    def priced(self, price: Price) -> "Report":
        """As if the tokens had cost that."""
        return replace(self, model=price.name, micro_usd=price.micro_usd(self.input, self.output))


def period_of(word: str | None) -> Period:
    """The period a word means; today when none is said."""
    said = (word or "").casefold()
    return next((period for period in Period if said in period.value), Period.TODAY)


def price_of(words: str) -> Price:
    """The price model of an operator's words, case and spaces aside.

    Raises:
        PriceUnknown: there is none.
    """
    said = "".join(words.casefold().split())
    for names, price in PRICES.items():
        if said in names:
            return price
    raise PriceUnknown(known=", ".join(names[0] for names in PRICES))
