"""Rule packs: YAML files with concepts (words), rules (concepts near each other) and structures (patterns).

Beside them stand the weights that were learned with these concepts.

A file that cannot be used is left out as a whole, a pattern that cannot be compiled only by itself; both are
named, and whoever loads them decides whether that is bad enough.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

SHIPPED = Path(__file__).parent / "rulepacks"
WORDING = "wording.json"

_Read = TypeVar("_Read")
Weight = Annotated[float, Field(gt=0, le=1)]


class PacksError(Exception):
    """The packs are not fit for production; says which and why."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Part):
    """`all` concepts within `within` letters of the first one; `ordered`: they follow it.

    `told`: a story, or a question about somebody else, is no attack, its weight counts a quarter; `asked`: no
    question is. `command`: it holds in an order only. `unless` names concepts whose presence makes it void.
    """

    id: str
    weight: Weight
    all: Annotated[tuple[str, ...], Field(min_length=1)]
    within: Annotated[int, Field(gt=0, le=200)] = 40
    ordered: bool = False
    told: bool = False
    asked: bool = False
    command: bool = False
    unless: tuple[str, ...] = ()


class Structure(_Part):
    """A pattern, in lower case, that never occurs in honest chat, with bounded repetitions only.

    Whatever fits has one of the characters `needs`, if there are any: most texts have none of them.
    """

    id: str
    weight: Weight
    pattern: str
    needs: str = ""


class Pack(_Part):
    """One file."""

    version: int
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.0
    concepts: Mapping[str, tuple[str, ...]] = {}
    rules: tuple[Rule, ...] = ()
    structures: tuple[Structure, ...] = ()


class Weights(_Part):
    """What `make guard-train` writes to `wording.json`: a bias in log odds, weights in hundredths of them."""

    version: int
    bias: float
    weights: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Packs:
    """Everything that could be read, by name, and what was left out."""

    packs: Mapping[str, Pack]
    wording: Weights | None
    broken: tuple[str, ...]

    @property
    def version(self) -> str:
        """Name and version of each."""
        versions = {name: pack.version for name, pack in self.packs.items()}
        if self.wording:
            versions["wording"] = self.wording.version
        return " ".join(f"{name}-{version}" for name, version in versions.items())

    @property
    def threshold(self) -> float:
        """The largest of the packs."""
        return max((pack.threshold for pack in self.packs.values()), default=0.0)


def load(directory: Path) -> Packs:
    """Read every `*.yml`, then `*.yaml`, and `wording.json`; a directory without packs is the shipped one."""
    files = [*sorted(directory.glob("*.yml")), *sorted(directory.glob("*.yaml"))]
    if not files:
        return load(SHIPPED)
    packs: dict[str, Pack] = {}
    broken: list[str] = []
    for path in files:
        if pack := _read(path, lambda text: Pack.model_validate(yaml.safe_load(text)), broken):
            packs[path.stem] = pack
    learned = directory / WORDING
    wording = _read(learned, Weights.model_validate_json, broken) if learned.exists() else None
    return Packs(packs, wording, tuple(broken))


def _read(path: Path, parse: Callable[[str], _Read], broken: list[str]) -> _Read | None:
    try:
        return parse(path.read_text("utf-8"))
    except ValidationError as error:
        first = error.errors()[0]
        broken.append(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}")
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        broken.append(f"{path.name}: {str(error)[:200]}")
    return None


def patterns(packs: Packs) -> tuple[list[tuple[Structure, re.Pattern[str]]], list[str]]:
    """The structures with their compiled patterns, and what was left out."""
    compiled: list[tuple[Structure, re.Pattern[str]]] = []
    broken: list[str] = []
    for name, pack in packs.packs.items():
        for structure in pack.structures:
            try:
                compiled.append((structure, re.compile(structure.pattern, re.MULTILINE)))
            except re.error as error:
                broken.append(f"{name}: {structure.id}: {error}")
    return compiled, broken
