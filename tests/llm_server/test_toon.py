"""The text in which the model gets its secrets."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_server.toon import dump


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (2010.0, "2010"),
        (1.5, "1.5"),
        (1e22, "10000000000000000000000"),
        (1e-7, "0.0000001"),
        ("사과", "사과"),
        ("a,b", '"a,b"'),
        ("말: 뜻", '"말: 뜻"'),
        ('그는 "예"라 했다', '"그는 \\"예\\"라 했다"'),
        ("둘\n셋", '"둘\\n셋"'),
        ("c:\\x", '"c:\\\\x"'),
        ({}, "{}"),
        ([], "[]"),
        ([1, "둘", None], "[3]: 1,둘,null"),
        ({"b": 1, "a": 2}, "a: 2\nb: 1"),
        ({"details": {"b": [1], "a": {}}}, "details:\n  a: {}\n  b[1]: 1"),
        ({"empty": []}, "empty: []"),
        ({"a:b": 1}, '"a:b": 1'),
        ([{"k": 1, "j": "x"}, {"j": "y", "k": 2}], "[2]{j,k}:\nx,1\ny,2"),
        ({"rows": [{"k": 1}, {"k": 2}]}, "rows[2]{k}:\n  1\n  2"),
        ([{"k": 1}, {"j": 2}], "[2]:\n - k: 1\n - j: 2"),
        ([{"k": [1]}, {"k": [2]}], "[2]:\n - k[1]: 1\n - k[1]: 2"),
        ([{"a": 1, "b": {"c": 2}}, 3], "[2]:\n - a: 1\n   b:\n     c: 2\n - 3"),
    ],
)
def test_forms(value: Any, text: str) -> None:
    assert dump(value) == text


@given(st.dictionaries(st.text(), st.text()))
def test_a_value_never_makes_a_line_of_its_own(details: dict[str, str]) -> None:
    assert len(dump(details).split("\n")) == max(1, len(details))


@given(st.dictionaries(st.text(min_size=1), st.integers(), min_size=2))
def test_equal_maps_give_equal_texts(details: dict[str, int]) -> None:
    assert dump(details) == dump(dict(reversed(details.items())))
