"""Everything a bot says stands in one YAML file; this makes sure at start that nothing is missing.

A bot declares its texts as attributes of a `Texts` class, each with the names it will be given:

    class Say(Texts):
        ready = Text("start.ready", "category")

`Say(catalog)` fails unless the file has exactly these keys (and one for each error) with these placeholders.
"""

import string
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Protocol

import yaml

from botkit.chat.errors import UserError


class CatalogError(Exception):
    """The messages file and the code disagree; says where."""


class Sentence(Protocol):
    """A text that wants its values."""

    def __call__(self, **values: object) -> str:
        """The text with its values put in."""
        ...


class Catalog:
    """Dotted keys → templates with `{name}` placeholders."""

    def __init__(self, templates: Mapping[str, str]) -> None:
        self._templates = dict(templates)
        self._names = {key: _placeholders(key, text) for key, text in self._templates.items()}

    @classmethod
    def load(cls, *paths: Path) -> "Catalog":
        """Read YAML files of nested mappings; a later file may not repeat a key of an earlier one."""
        templates: dict[str, str] = {}
        for path in paths:
            found = dict(_flatten(yaml.safe_load(path.read_text("utf-8"))))
            if twice := templates.keys() & found.keys():
                raise CatalogError(f"{path.name} repeats {sorted(twice)}")
            templates |= found
        return cls(templates)

    def __contains__(self, key: object) -> bool:
        return key in self._templates

    def overlaid(self, changes: Mapping[str, str]) -> "Catalog":
        """With some texts said differently; whether they fit is checked by the `Texts` made of it.

        Raises:
            CatalogError: a template cannot be read.
        """
        return Catalog({**self._templates, **changes})

    def render(self, key: str, values: Mapping[str, object]) -> str:
        """The text of `key`; values are inserted as they are and never read again for placeholders."""
        return self._templates[key].format_map(dict(values))

    def below(self, path: str) -> dict[str, str]:
        """The texts without placeholders under a path, by their last word, in the file's order."""
        keys = [key for key in self._templates if key.startswith(f"{path}.")]
        return {key.removeprefix(f"{path}."): self.render(key, {}) for key in keys}

    def error(self, error: UserError) -> str:
        """What a player reads about an error."""
        return self.render(f"error.{error.code}", error.values)

    def check(self, needed: Mapping[str, Iterable[str]]) -> None:
        """Compare with what the code will ask for.

        Raises:
            CatalogError: a key is missing or unused, or a placeholder is unknown.
        """
        missing = sorted(needed.keys() - self._templates.keys())
        unused = sorted(self._templates.keys() - needed.keys())
        unknown = [
            f"{key}: {sorted(extra)}"
            for key, names in needed.items()
            if (extra := self._names.get(key, frozenset()) - set(names))
        ]
        if missing or unused or unknown:
            raise CatalogError(f"missing {missing}, unused {unused}, unknown placeholders {unknown}")


class Text:
    """A declared text: its key and the values it will be given."""

    def __init__(self, key: str, *names: str) -> None:
        self.key = key
        self.names = names

    def __get__(self, texts: "Texts", _owner: type | None = None) -> Sentence:
        def render(**values: object) -> str:
            if set(values) != set(self.names):
                raise TypeError(f"{self.key} takes {self.names}, got {tuple(values)}")
            return texts.catalog.render(self.key, values)

        return render


class Texts:
    """Base of a bot's declared texts, checked against its catalogue when it is made."""

    errors: ClassVar[tuple[type[UserError], ...]] = ()

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        needed = {text.key: text.names for text in self.declared()}
        catalog.check(needed | {f"error.{error.code}": error.variables for error in self.errors})

    @classmethod
    def declared(cls) -> list[Text]:
        """Every text of the class and its bases."""
        return [item for base in cls.__mro__ for item in vars(base).values() if isinstance(item, Text)]


def _flatten(node: Any, path: str = "") -> Iterable[tuple[str, str]]:
    if isinstance(node, Mapping):
        for key, child in node.items():
            yield from _flatten(child, f"{path}.{key}" if path else str(key))
    elif isinstance(node, str):
        yield path, node.removesuffix("\n")
    else:
        raise CatalogError(f"{path or 'the file'} is no text")


def _placeholders(key: str, text: str) -> frozenset[str]:
    try:
        fields = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise CatalogError(f"{key}: {error}") from None
    if wrong := [name for name in fields if not name.isidentifier()]:
        raise CatalogError(f"{key}: {wrong} is no placeholder name")
    return frozenset(fields)
