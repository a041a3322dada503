"""JSON schemas that callers bring: checked before they are sent, and the answers held against them. Pure.

A reference is put in place before an answer is checked, within a budget: references that branch or come back
to themselves could make the check take for ever.
"""

from collections.abc import Callable, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from pydantic import JsonValue, RootModel

from llm_server.errors import InvalidInput

MOST_NODES = 2000
"""Values of a schema, references put in place."""

DEEPEST = 40

_KEYWORDS = frozenset(
    [
        "type",
        "format",
        "title",
        "description",
        "enum",
        "items",
        "prefixItems",
        "minItems",
        "maxItems",
        "minimum",
        "maximum",
        "anyOf",
        "oneOf",
        "properties",
        "additionalProperties",
        "required",
        "propertyOrdering",
    ]
)
"""What Gemini understands, besides `$ref` and `$defs`. Patterns are missing: they could be slow."""

_LITERAL = frozenset({"enum", "required", "propertyOrdering"})
_REFERENCE = "#/$defs/"


class JsonObject(RootModel[dict[str, JsonValue]]):
    """A reply of any shape; the caller's schema says which."""


def checker(schema: Mapping[str, Any]) -> Callable[[JsonObject], bool]:
    """Whether a reply fits `schema`.

    Raises:
        InvalidInput: the schema is too large, uses other keywords than Gemini knows, or is none.
    """
    expanded = _Expansion(schema).of(schema, DEEPEST)
    try:
        Draft202012Validator.check_schema(expanded)
    except SchemaError as error:
        raise InvalidInput(f"not a JSON schema: {error.message[:200]}", field="json_schema") from None
    validator = Draft202012Validator(expanded)
    return lambda reply: bool(validator.is_valid(reply.root))


class _Expansion:
    """Puts references in place."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        definitions = schema.get("$defs")
        self._definitions = definitions if isinstance(definitions, Mapping) else {}
        self._nodes = 0

    def of(self, schema: Any, depth: int) -> Any:
        """A schema, or a list of schemas, without references; `depth` levels may still come."""
        self._nodes += 1
        if self._nodes > MOST_NODES or not depth:
            raise InvalidInput("the schema is too large, or refers to itself", field="json_schema")
        if isinstance(schema, list):
            return [self.of(item, depth - 1) for item in schema]
        if not isinstance(schema, Mapping):
            return schema
        if "$ref" in schema:
            return self.of(self._referred(str(schema["$ref"])), depth - 1)
        return {word: self._value(word, value, depth) for word, value in schema.items() if word != "$defs"}

    def _value(self, keyword: str, value: Any, depth: int) -> Any:
        if keyword not in _KEYWORDS:
            raise InvalidInput(f"the model does not know the keyword {keyword[:50]}", field="json_schema")
        if keyword in _LITERAL:
            return value
        if keyword == "properties" and isinstance(value, Mapping):
            return {name: self.of(inner, depth - 1) for name, inner in value.items()}
        return self.of(value, depth - 1)

    def _referred(self, reference: str) -> Any:
        name = reference.removeprefix(_REFERENCE)
        if name == reference or name not in self._definitions:
            raise InvalidInput(
                f"a reference may only name one of $defs: {reference[:50]}", field="json_schema"
            )
        return self._definitions[name]
