"""Schemas that callers bring: which are taken, and what fits them."""

from typing import Any

import pytest

from llm_server.chat.schemas import JsonObject, checker
from llm_server.errors import InvalidInput

NESTED = {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "object", "required": ["a"]}, {"a": 1}, {"b": 1}),
        (NESTED, {"a": 5}, {"a": "5"}),
        ({"properties": {"a": {"items": {"enum": ["x", "y"]}}}}, {"a": ["x"]}, {"a": ["z"]}),
        ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"b": 1}, {"c": 1}),
        ({"additionalProperties": False, "properties": {"a": {}}}, {"a": None}, {"b": 1}),
        ({"title": "t", "description": "d", "propertyOrdering": ["a"], "minItems": 1}, {}, None),
    ],
)
def test_what_fits(schema: dict[str, Any], good: dict[str, Any], bad: dict[str, Any] | None) -> None:
    fits = checker(schema)

    assert fits(JsonObject(good))
    assert bad is None or not fits(JsonObject(bad))


def deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "array", "items": schema}
    return schema


DOUBLING = {
    "$ref": "#/$defs/d0",
    "$defs": {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(30)}
    | {"d30": {"type": "null"}},
}

UNUSABLE: list[dict[str, Any]] = [
    {"type": "object", "pattern": "(a+)+$"},
    {"type": "nonsense"},
    {"properties": []},
    {"required": "a"},
    {"$ref": "#"},
    {"$ref": "https://example.com/x"},
    {"$ref": 5},
    {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
    {"$ref": "#/$defs/a", "$defs": []},
    {"properties": {"a": {"patternProperties": {}}}},
    {"anyOf": [{"items": {"not": {}}}]},
    deep(60),
    DOUBLING,
    {"enum": [], "additionalProperties": {"if": {}}},
]


@pytest.mark.parametrize("schema", UNUSABLE, ids=lambda schema: str(schema)[:40])
def test_what_is_not_taken(schema: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as raised:
        checker(schema)
    assert raised.value.details == {"field": "json_schema"}
