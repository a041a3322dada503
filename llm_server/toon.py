"""TOON: a compact key/value text in which secrets are given to the model. Pure.

One `key: value` line per key in alphabetical order (equal values give equal prompts, which the provider's
cache rewards), nested maps indented by two spaces, lists with their length. A string is quoted only when it
could be misread.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

_MISREADABLE = frozenset(",:\n\r\"'\\")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


def dump(value: Any) -> str:
    """The text of a JSON value."""
    return "\n".join(_lines(value))


def _lines(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [line for key in sorted(value) for line in _entry(_string(str(key)), value[key])] or ["{}"]
    if isinstance(value, list | tuple):
        return _list_lines(value)
    return [_primitive(value)]


def _entry(key: str, value: Any) -> list[str]:
    first, *rest = _lines(value)
    if isinstance(value, Mapping) and value:
        return [f"{key}:", *_indented([first, *rest])]
    if isinstance(value, list | tuple) and value:
        return [f"{key}{first}", *_indented(rest)]
    return [f"{key}: {first}"]


def _list_lines(items: Sequence[Any]) -> list[str]:
    if not items:
        return ["[]"]
    count = f"[{len(items)}]"
    if all(map(_is_primitive, items)):
        return [f"{count}: {_row(items)}"]
    if _is_table(items):
        columns = sorted(items[0])
        header = f"{count}{{{','.join(map(_string, columns))}}}:"
        return [header, *(_row([item[column] for column in columns]) for item in items)]
    return [f"{count}:", *(line for item in items for line in _bullet(item))]


def _is_table(items: Sequence[Any]) -> bool:
    """Whether all items are maps of primitives with the same keys."""
    return all(
        isinstance(item, Mapping)
        and item.keys() == items[0].keys()
        and all(map(_is_primitive, item.values()))
        for item in items
    )


def _bullet(item: Any) -> list[str]:
    first, *rest = _lines(item)
    return [f" - {first}", *(f"   {line}" for line in rest)]


def _row(cells: Sequence[Any]) -> str:
    return ",".join(map(_primitive, cells))


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _is_primitive(value: Any) -> bool:
    return not isinstance(value, Mapping | list | tuple)


def _primitive(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    return str(value) if isinstance(value, int) else _string(str(value))


def _string(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"' if _MISREADABLE & set(text) else text
