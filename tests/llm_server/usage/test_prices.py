"""What a request costs: to the micro-dollar, by the day, and never guessed."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from llm_server.usage.prices import Cost, Price, Prices, PricesError, load

SHIPPED = load()
DAY = "2026-11-24"
FLASH = "gemini-3-flash-preview"

ODD = Price("2026-01-01", input=333_333, cached=33_331, output=2_999_999, search=13_999_999)
ODD_PRICES = Prices("odd", {"odd": (ODD,)})

counts = st.integers(0, 10**9)


@st.composite
def requests(draw: st.DrawFn) -> dict[str, int]:
    used_in = draw(counts)
    return {
        "input_tokens": used_in,
        "cached_tokens": draw(st.integers(0, used_in)),
        "output_tokens": draw(counts),
        "search_queries": draw(st.integers(0, 1000)),
    }


def exact(request: dict[str, int], price: Price = ODD) -> Fraction:
    """By the words of the price list, in fractions of a micro-dollar."""
    fresh = request["input_tokens"] - request["cached_tokens"]
    return (
        Fraction(fresh * price.input, 1_000_000)
        + Fraction(request["cached_tokens"] * price.cached, 1_000_000)
        + Fraction(request["output_tokens"] * price.output, 1_000_000)
        + Fraction(request["search_queries"] * price.search, 1000)
    )


@pytest.mark.parametrize(
    ("model", "day", "request_", "micro_usd"),
    [
        (FLASH, DAY, {"input_tokens": 1_000_000}, 500_000),
        (FLASH, DAY, {"input_tokens": 1_000_000, "cached_tokens": 1_000_000}, 50_000),
        (FLASH, DAY, {"input_tokens": 1_000_000, "cached_tokens": 400_000}, 320_000),
        (FLASH, DAY, {"output_tokens": 1_000_000}, 3_000_000),
        (FLASH, DAY, {"search_queries": 1}, 14_000),
        (FLASH, DAY, {"input_tokens": 1200, "cached_tokens": 1000, "output_tokens": 70}, 360),
        (FLASH, DAY, {"input_tokens": 1}, 1),  # 0.5, half up
        (FLASH, DAY, {"input_tokens": 1, "cached_tokens": 1}, 0),  # 0.05
        (FLASH, DAY, {}, 0),
        ("gemini-3.1-flash-lite", DAY, {"input_tokens": 1000, "output_tokens": 1000}, 1750),
        ("gemini-3.5-flash-lite", DAY, {"input_tokens": 1000, "output_tokens": 1000}, 2800),
        ("gemini-3.5-flash", DAY, {"input_tokens": 1000, "output_tokens": 1000}, 10_500),
        ("gemini-2.5-flash", DAY, {"output_tokens": 1000, "search_queries": 2}, 72_500),
        ("gemini-2.5-flash-lite", DAY, {"output_tokens": 1000}, 400),
    ],
)
def test_a_request_costs_what_the_price_list_says(
    model: str, day: str, request_: dict[str, int], micro_usd: int
) -> None:
    assert SHIPPED.cost(model, day, **request_) == Cost(micro_usd, priced=True)


@pytest.mark.parametrize(
    ("model", "last_day", "first_day"),
    [
        ("gemini-3.6-flash", "2026-12-31", "2027-01-01"),
        ("gemini-3.7-flash", "2026-12-31", "2027-01-01"),
        ("gemini-3.8-flash", "2026-12-31", "2027-01-01"),
        ("gemini-4-argon", "2026-11-30", "2026-12-01"),
    ],
)
def test_an_introductory_price_doubles_on_its_day(model: str, last_day: str, first_day: str) -> None:
    request = {"input_tokens": 10_000, "cached_tokens": 4000, "output_tokens": 1000}
    before, after = (SHIPPED.cost(model, day, **request) for day in (last_day, first_day))
    assert before.priced
    assert after.micro_usd == 2 * before.micro_usd > 0
    assert SHIPPED.cost(model, "2030-01-01", **request) == after


@pytest.mark.parametrize(
    ("model", "listed"),
    [
        ("gemini-3-flash-preview-09-2026", FLASH),
        ("gemini-3.5-flash-001", "gemini-3.5-flash"),
        ("gemini-3.5-flash-lite-preview-11", "gemini-3.5-flash-lite"),
        ("gemini-3.5-flash-latest", "gemini-3.5-flash"),
        ("gemini-3.1-flash-lite-exp", "gemini-3.1-flash-lite"),
        ("gemini-4-argon-preview", "gemini-4-argon"),
    ],
)
def test_a_release_costs_what_the_longest_listed_name_does(model: str, listed: str) -> None:
    assert SHIPPED.price(model, DAY) is SHIPPED.price(listed, DAY) is not None


@pytest.mark.parametrize(
    "model",
    [
        "gemini-3-flash",  # shorter than what is listed
        "gemini-3.5-flash-image",  # another product at another price
        "gemini-3.5-flashy",
        "gemini-4-argonaut",
        "gemini-9-ultra",
        "preview",
        "",
        "-",
    ],
)
def test_a_model_that_is_not_listed_is_not_priced(model: str) -> None:
    assert SHIPPED.cost(model, DAY, input_tokens=1000) == Cost(0, priced=False)


def test_a_day_before_the_first_price_is_not_priced() -> None:
    assert SHIPPED.cost(FLASH, "2025-12-16", input_tokens=1000) == Cost(0, priced=False)
    assert SHIPPED.cost(FLASH, "2025-12-17", input_tokens=1000) == Cost(500, priced=True)


@pytest.mark.parametrize("model", ["demo-kb-1", "gemini-demo-kb-1"])
def test_the_demo_model_is_free(model: str) -> None:
    assert SHIPPED.cost(model, DAY, input_tokens=10**6, search_queries=9) == Cost(0, priced=True)


@given(requests())
def test_a_cost_is_exact_and_rounded_half_up_once(request_: dict[str, int]) -> None:
    cost = ODD_PRICES.cost("odd", DAY, **request_).micro_usd
    assert Fraction(-1, 2) < cost - exact(request_) <= Fraction(1, 2)


@given(st.lists(requests(), max_size=20))
def test_a_sum_of_costs_is_off_by_half_a_micro_dollar_a_request_at_most(
    several: list[dict[str, int]],
) -> None:
    each = sum(ODD_PRICES.cost("odd", DAY, **request).micro_usd for request in several)
    together = sum(map(exact, several), Fraction())
    assert abs(each - together) <= Fraction(len(several), 2)


@given(st.lists(requests(), min_size=1, max_size=20))
def test_round_prices_add_up_exactly(several: list[dict[str, int]]) -> None:
    round_prices = Prices("round", {"m": (Price("2026-01-01", 2_000_000, 1_000_000, 10_000_000, 14_000),)})
    each = sum(round_prices.cost("m", DAY, **request).micro_usd for request in several)
    summed = {name: sum(request[name] for request in several) for name in several[0]}
    assert round_prices.cost("m", DAY, **summed).micro_usd == each


@given(
    requests(), st.integers(1, 10**6), st.sampled_from(["input_tokens", "output_tokens", "search_queries"])
)
def test_using_more_never_costs_less(request_: dict[str, int], more: int, what: str) -> None:
    less = ODD_PRICES.cost("odd", DAY, **request_).micro_usd
    assert ODD_PRICES.cost("odd", DAY, **{**request_, what: request_[what] + more}).micro_usd >= less


@given(st.dates().map(str), st.lists(st.dates().map(str), min_size=1, unique=True).map(sorted))
def test_the_price_of_a_day_is_the_last_that_has_begun(day: str, begins: list[str]) -> None:
    prices = Prices("v", {"m": tuple(Price(begin, n, 0, 0, 0) for n, begin in enumerate(begins))})
    begun = [begin for begin in begins if begin <= day]
    found = prices.price("m", day)
    assert (found.effective_from if found else None) == (begun[-1] if begun else None)


ROW = {"effective_from": "D2026-01-01", "input": 1, "cached": 0.1, "output": 2, "search": 14}
GOOD = {
    "version": "v1",
    "covers_from": "D2026-02-01",
    "models": [{"names": ["a", "b"], "prices": [ROW, {**ROW, "effective_from": "D2027-01-01"}]}],
}


def written(tmp_path: Path, table: Any) -> Path:
    """`D2026-01-01` becomes a date, as an operator writes it."""
    path = tmp_path / "prices.yml"
    path.write_text(yaml.safe_dump(table).replace("D20", "20"), "utf-8")
    return path


def with_row(**changes: Any) -> dict[str, Any]:
    return {**GOOD, "models": [{"names": ["a"], "prices": [{**ROW, **changes}]}]}


def test_a_table_can_be_written(tmp_path: Path) -> None:
    prices = load(written(tmp_path, GOOD))
    assert prices.version == "v1"
    assert prices.models["a"] == prices.models["b"]
    assert prices.price("b", "2026-03-01") == Price("2026-01-01", 1_000_000, 100_000, 2_000_000, 14_000_000)


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        (None, "prices.yml: the table: "),
        ([1], "prices.yml: the table: "),
        ({k: v for k, v in GOOD.items() if k != "version"}, "prices.yml: version: Field required"),
        ({**GOOD, "version": ""}, "prices.yml: version: "),
        ({**GOOD, "version": "two words"}, "prices.yml: version: "),
        ({**GOOD, "version": "D2026-01-01"}, "prices.yml: version: "),
        ({**GOOD, "currency": "KRW"}, "prices.yml: currency: "),
        ({**GOOD, "covers_from": "soon"}, "prices.yml: covers_from: .*wants a date"),
        ({**GOOD, "models": [{"names": [], "prices": [ROW]}]}, r"prices.yml: models\.0\.names: "),
        ({**GOOD, "models": [{"names": ["a"], "prices": []}]}, r"prices.yml: models\.0\.prices: "),
        (with_row(input=-0.01), r"prices.yml: models\.0\.prices\.0\.input: .*greater than or equal to 0"),
        (with_row(cached=float("inf")), r"prices.yml: models\.0\.prices\.0\.cached: "),
        (with_row(output="cheap"), r"prices.yml: models\.0\.prices\.0\.output: "),
        (with_row(output=None), r"prices.yml: models\.0\.prices\.0\.output: "),
        (with_row(search=0.1234567), r"prices.yml: models\.0\.prices\.0\.search: .*6 decimal places"),
        (with_row(audio=1), r"prices.yml: models\.0\.prices\.0\.audio: "),
        (with_row(effective_from="X2026-01-01"), r"prices\.0\.effective_from: .*wants a date"),
        (with_row(effective_from=20260101), r"prices\.0\.effective_from: .*wants a date"),
        (with_row(effective_from="D2026-13-01"), "prices.yml: month must be"),
        (with_row(effective_from="D2026-02-02"), "prices.yml: a: effective_from leaves a gap, 2026-02-01 to 2026-02-02"),
        (
            {**GOOD, "models": [{"names": ["a"], "prices": [{**ROW, "effective_from": "D2026-01-02"}, ROW]}]},
            "prices.yml: a: effective_from must ascend, is 2026-01-02, 2026-01-01",
        ),
        ({**GOOD, "models": [{"names": ["a"], "prices": [ROW, ROW]}]}, "prices.yml: a: effective_from must ascend"),
        ({**GOOD, "models": [*GOOD["models"], *GOOD["models"]]}, "prices.yml: a is there twice"),
    ],
)  # fmt: skip
def test_a_table_with_a_mistake_is_refused(tmp_path: Path, table: Any, complaint: str) -> None:
    with pytest.raises(PricesError, match=complaint):
        load(written(tmp_path, table))


def test_a_table_that_is_missing_or_no_yaml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PricesError, match=r"^none\.yml: "):
        load(tmp_path / "none.yml")
    (tmp_path / "prices.yml").write_text("a: [", "utf-8")
    with pytest.raises(PricesError, match=r"^prices\.yml: "):
        load(tmp_path / "prices.yml")
