"""Who there is: one record a member, with one display name for every screen. Pure."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hololive_bot.seoul import Day, month_length

LEAP_YEAR = 2024
"""A birthday has no year, so that of 29 February needs one that has the day."""


class Kind(StrEnum):
    """What a record stands for."""

    TALENT = "talent"
    STAFF = "staff_talent"
    GROUP = "group_channel"
    """A channel of several, or of the agency."""


class Standing(StrEnum):
    """Whether a member still streams under the agency."""

    ACTIVE = "active"
    GRADUATED = "graduated"
    AFFILIATE = "affiliate"
    CONTRACT_ENDED = "contract_ended"
    RETIRED = "retired"
    BRANCH_CLOSED = "branch_closed"


def _month_and_day(text: str) -> str:
    _of_year(LEAP_YEAR, text)
    return text


def _date(text: str) -> str:
    year, _, rest = text.partition("-")
    if not re.fullmatch(r"20[0-9]{2}", year):
        raise ValueError("is not like 2019-07-17")
    _of_year(int(year), rest)
    return text


def _of_year(year: int, text: str) -> Day:
    if not (found := re.fullmatch(r"([0-9]{2})-([0-9]{2})", text)):
        raise ValueError("is not like 07-17")
    month, day = int(found[1]), int(found[2])
    if not (1 <= month <= 12 and 1 <= day <= month_length(year, month)):
        raise ValueError("is no date of the calendar")
    return Day(year, month, day)


Text = Annotated[str, Field(min_length=1, max_length=200)]
Texts = tuple[Text, ...]
MonthAndDay = Annotated[str, AfterValidator(_month_and_day)]
Date = Annotated[str, AfterValidator(_date)]


class Record(BaseModel):
    """Read from files and from people: what is unknown is refused, so that a slip of the pen is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Aliases(Record):
    """Names and short names, by language."""

    ko: Texts = ()
    ja: Texts = ()
    en: Texts = ()

    def every(self) -> Texts:
        """All of them."""
        return (*self.ko, *self.ja, *self.en)


class Nicknames(Record):
    """Everyday words, looked at only when no name fits."""

    ko: Texts = ()
    ja: Texts = ()


class Facts(Record):
    """What a profile shows."""

    height_cm: Annotated[int, Field(strict=True, gt=0, lt=1000)] | None = None
    illustrators: Texts = ()
    fan_names: Texts = ()
    oshi_mark: Texts = ()
    hashtags: Texts = ()


class Member(Record):
    """A talent, an announcer, or a channel of several."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,60}$")]
    type: Kind = Kind.TALENT
    english_name: Text
    japanese_name: Text | None = None
    japanese_reading: Text | None = None
    korean_name: Text | None = None
    short_korean_name: Text | None = None
    channel_id: Annotated[str, Field(pattern=r"^UC[\w-]{1,62}$")] | None = None
    """Not unique: twins share one."""
    branch: Text
    units: Texts = ()
    debut_date: Date | None = None
    birthday: MonthAndDay | None = None
    status: Standing = Standing.ACTIVE
    activity_end: Text | None = None
    aliases: Aliases = Aliases()
    nicknames: Nicknames = Nicknames()
    channel_titles: Texts = ()
    facts: Facts = Facts()
    links: dict[str, str] = {}
    photo: str | None = None
    summary_ko: str | None = None

    @property
    def name(self) -> str:
        """What every screen calls the member."""
        return self.short_korean_name or self.korean_name or self.english_name

    @property
    def is_active(self) -> bool:
        """Everybody else counts as graduated."""
        return self.status is Standing.ACTIVE

    @property
    def is_holostars(self) -> bool:
        """Left out of the lists unless an operator wants them."""
        return self.branch.startswith("HOLOSTARS")

    @property
    def born(self) -> tuple[int, int] | None:
        """Month and day."""
        if self.birthday is None:
            return None
        day = _of_year(LEAP_YEAR, self.birthday)
        return day.month, day.day

    @property
    def debut(self) -> Day | None:
        """The day of the first stream."""
        return _of_year(int(self.debut_date[:4]), self.debut_date[5:]) if self.debut_date else None

    def names(self) -> list[str]:
        """Everything the member is called by name."""
        spelled = [
            self.english_name,
            self.japanese_name,
            self.japanese_reading,
            self.korean_name,
            self.short_korean_name,
            *self.aliases.every(),
        ]
        given = self.english_name.split()[-1] if self.type is not Kind.GROUP else None
        return list(dict.fromkeys(name for name in (*spelled, given) if name))

    def also_called(self, more: Aliases, nicknames: Nicknames) -> Self:
        """With further names."""
        aliases = {
            language: tuple(dict.fromkeys((*getattr(self.aliases, language), *getattr(more, language))))
            for language in Aliases.model_fields
        }
        everyday = {
            language: tuple(
                dict.fromkeys((*getattr(self.nicknames, language), *getattr(nicknames, language)))
            )
            for language in Nicknames.model_fields
        }
        return self.model_copy(update={"aliases": Aliases(**aliases), "nicknames": Nicknames(**everyday)})


class Unit(Record):
    """A generation or a named unit."""

    label: Text
    branch: Text
    en: Text | None = None
    ja: Text | None = None
    aliases: Texts = ()

    def names(self) -> list[str]:
        """Everything the unit is called."""
        return [name for name in (self.label, self.en, self.ja, *self.aliases) if name]


def joined(members: Iterable[Member]) -> str:
    """The names of several, as they stand on a channel that they share."""
    return "·".join(member.name for member in members)
