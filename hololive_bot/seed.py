"""The members that come with the program, and what an operator's files add to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from hololive_bot.genres import Genre, Rule
from hololive_bot.members import Aliases, Member, Nicknames, Record, Unit

DATA = Path(__file__).parent / "data"


class BadData(Exception):
    """A data file cannot be used; says which and why."""


class Names(Record):
    """Further names of a member who is there already."""

    ko: tuple[str, ...] = ()
    ja: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    nicknames: Nicknames = Nicknames()


class DataFile(Record):
    """What a file may hold."""

    members: tuple[Member, ...] = ()
    units: dict[str, Unit] = Field(default_factory=dict)
    aliases: dict[str, Names] = Field(default_factory=dict)
    genres: dict[Genre, Rule] = Field(default_factory=dict)


@dataclass(frozen=True)
class Seed:
    """Members by id, units by key, and what makes a genre."""

    members: Mapping[str, Member]
    units: Mapping[str, Unit]
    genres: Mapping[Genre, Rule]


def load(extra: str = "") -> Seed:
    """The built-in files, then those of the folder `extra` over them, in the order of their names.

    Raises:
        BadData: a file cannot be read, holds something unknown, or names a member who is not there.
    """
    folders = [DATA, *([Path(extra)] if extra else [])]
    if missing := [folder for folder in folders if not folder.is_dir()]:
        raise BadData(f"{missing[0]} is no folder")
    members: dict[str, Member] = {}
    units: dict[str, Unit] = {}
    genres: dict[Genre, Rule] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("*.yml"))):
        found = _read(path)
        members |= {member.id: member for member in found.members}
        units |= found.units
        genres |= {genre: genres.get(genre, Rule()).extended(rule) for genre, rule in found.genres.items()}
        for slug, names in found.aliases.items():
            if slug not in members:
                raise BadData(f"{path.name}: aliases of {slug}, who is not there")
            more = Aliases(ko=names.ko, ja=names.ja, en=names.en)
            members[slug] = members[slug].also_called(more, names.nicknames)
    _check_units(members.values(), units)
    return Seed(members, units, genres)


def _read(path: Path) -> DataFile:
    try:
        parsed: Any = yaml.load(path.read_text("utf-8"), _LOADER)  # noqa: S506 - both are safe loaders
        return DataFile.model_validate(parsed or {})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadData(f"{path.name}: {where}: {first['msg']}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadData(f"{path.name}: {error}") from None


def _check_units(members: Iterable[Member], units: Mapping[str, Unit]) -> None:
    for member in members:
        if unknown := [unit for unit in member.units if unit not in units]:
            raise BadData(f"{member.id} is of {unknown[0]}, which is no unit")


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
