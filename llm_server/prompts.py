"""Prompt files, checked at start, so that no player meets a typo in a prompt. Pure but for reading the files.

A file has the keys `system` and `user`. `{name}` stands for a value, `{{` and `}}` for literal braces. Every
value is put in as `<name>escaped text</name>`: whatever a player types, it cannot close its own tag. Values
are never read again for placeholders.
"""

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import yaml

_QUOTES = {'"': "&quot;", "'": "&apos;"}


class PromptError(Exception):
    """A prompt file is missing, malformed, or has other placeholders than the code fills; says where."""


@dataclass(frozen=True, slots=True)
class Template:
    """A text with gaps: each literal is followed by the name that stands after it, or by none."""

    parts: tuple[tuple[str, str | None], ...]

    @classmethod
    def parse(cls, text: str) -> "Template":
        """Read the placeholders.

        Raises:
            ValueError: a brace stands alone, or a placeholder is not a plain name.
        """
        parts = []
        for literal, name, spec, conversion in string.Formatter().parse(text):
            if name is not None and (not name.isidentifier() or spec or conversion):
                raise ValueError(f"{{{name}}} is no placeholder name")
            parts.append((literal, name))
        return cls(tuple(parts))

    @property
    def names(self) -> frozenset[str]:
        """The placeholders."""
        return frozenset(name for _, name in self.parts if name is not None)

    def render(self, values: Mapping[str, str]) -> str:
        """The text with each value tagged and escaped."""
        return "".join(
            literal if name is None else literal + tagged(name, values[name]) for literal, name in self.parts
        )


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the model is told once (`system`) and what it is asked (`user`)."""

    system: Template
    user: Template


@dataclass(frozen=True, slots=True)
class Gaps:
    """The placeholders that the code fills in a prompt. A player's words never belong into `system`."""

    system: frozenset[str]
    user: frozenset[str]


def gaps(*, system: Iterable[str] = (), user: Iterable[str]) -> Gaps:
    """The placeholders of one prompt."""
    return Gaps(frozenset(system), frozenset(user))


def tagged(tag: str, value: str) -> str:
    """`<tag>value</tag>`, the value escaped; a block of lines stands on lines of its own."""
    safe = escape(value, _QUOTES)
    return f"<{tag}>\n{safe}\n</{tag}>" if "\n" in safe else f"<{tag}>{safe}</{tag}>"


def numbered(items: Iterable[str]) -> str:
    """One line each, to be referred to by its number, from 1."""
    return "\n".join(f"{number}: {item}" for number, item in enumerate(items, 1))


def load(directory: Path, wanted: Mapping[str, Gaps]) -> dict[str, Prompt]:
    """Read `<name>.yml` for each wanted name; the directory may hold nothing else.

    Raises:
        PromptError: naming the file and the key.
    """
    found = {path.stem: path for path in sorted(directory.glob("*.yml"))}
    if missing := sorted(wanted.keys() - found.keys()):
        raise PromptError(f"{directory}: no file for {missing}")
    if unused := sorted(found.keys() - wanted.keys()):
        raise PromptError(f"{directory}: nothing uses {unused}")
    return {name: _read(found[name], wanted[name]) for name in wanted}


def _read(path: Path, wanted: Gaps) -> Prompt:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PromptError(f"{path.name}: {error}") from None
    if not isinstance(content, dict) or content.keys() != {"system", "user"}:
        raise PromptError(f"{path.name}: wants the keys system and user, nothing else")
    return Prompt(
        system=_template(path.name, "system", content["system"], wanted.system),
        user=_template(path.name, "user", content["user"], wanted.user),
    )


def _template(file: str, key: str, text: Any, wanted: frozenset[str]) -> Template:
    if not isinstance(text, str) or not text.strip():
        raise PromptError(f"{file}: {key} is no text")
    try:
        template = Template.parse(text.strip())
    except ValueError as error:
        raise PromptError(f"{file}: {key}: {error}") from None
    if template.names != wanted:
        raise PromptError(f"{file}: {key} has {sorted(template.names)}, the code fills {sorted(wanted)}")
    return template
