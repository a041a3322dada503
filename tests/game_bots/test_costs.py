"""Prices that operators compare with; the rest of the report is played in tests/e2e."""

import pytest

from game_bots.costs import Period, PriceUnknown, Report, period_of, price_of


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("2.5flash", "2.5 Flash"),
        ("2.5 Flash", "2.5 Flash"),
        ("flash-30", "3.0 Flash"),
        ("3.0pro", "3.0 Pro"),
        ("PRO", "3.0 Pro"),
        ("2.5 pro", "2.5 Pro"),
    ],
)
def test_price_words(words: str, name: str) -> None:
    assert price_of(words).name == name


def test_an_unknown_price_is_not_dropped_in_silence() -> None:
    with pytest.raises(PriceUnknown) as raised:
        price_of("gpt")
    assert "3.0pro" in str(raised.value.values["known"])


@pytest.mark.parametrize(("words", "won"), [("3.0flash", 4_900), ("3.0pro", 19_600)])
def test_a_million_tokens_each_way(words: str, won: int) -> None:
    counted = Report(Period.TODAY, "", 1_000_000, 1_000_000, 0, 2_000_000, 1, "demo", 0)
    compared = counted.priced(price_of(words))

    assert compared.won(1400.0) == won
    assert compared.model == price_of(words).name
    assert counted.won(1400.0) == 0


@pytest.mark.parametrize(
    ("word", "period"),
    [(None, Period.TODAY), ("TODAY", Period.TODAY), ("주간", Period.WEEK), ("monthly", Period.MONTH)],
)
def test_period_words(word: str | None, period: Period) -> None:
    assert period_of(word) is period
