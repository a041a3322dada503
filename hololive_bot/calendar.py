"""Birthdays and debut anniversaries: what a month holds, and who is congratulated on a day. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hololive_bot.members import Kind, Member
from hololive_bot.seoul import Day, is_leap


class Occasion(StrEnum):
    """What is celebrated."""

    BIRTHDAY = "birthday"
    ANNIVERSARY = "anniversary"


@dataclass(frozen=True, slots=True)
class Celebration:
    """A member's day; `years` since the debut, zero for a birthday."""

    day: Day
    occasion: Occasion
    member: Member
    years: int = 0

    @property
    def key(self) -> str:
        """The same for the same celebration, and for no other."""
        return f"{self.occasion}|{self.member.id}|{self.day}"


def of_month(year: int, month: int, members: Iterable[Member]) -> tuple[Celebration, ...]:
    """Everything in a month, by day; birthdays first, then by name."""
    found = [celebration for member in members for celebration in _of_year(year, member)]
    return tuple(sorted((one for one in found if one.day.month == month), key=_order))


def on_day(day: Day, members: Iterable[Member]) -> tuple[Celebration, ...]:
    """Who is congratulated that day."""
    return tuple(one for one in of_month(day.year, day.month, members) if one.day == day)


def next_birthday(member: Member, today: Day) -> Day | None:
    """The member's next birthday, today included."""
    if member.born is None:
        return None
    days = (_in_year(year, *member.born) for year in (today.year, today.year + 1))
    return next(day for day in days if day >= today)


def years_since_debut(member: Member, today: Day) -> int | None:
    """Full years since the debut."""
    debut = member.debut
    if debut is None or debut > today:
        return None
    return today.year - debut.year - (_in_year(today.year, debut.month, debut.day) > today)


def month_shifted(today: Day, months: int) -> tuple[int, int]:
    """Year and month so many months from now."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return year, month + 1


def _of_year(year: int, member: Member) -> list[Celebration]:
    """Graduated members and channels of several have no days."""
    if not member.is_active or member.type is Kind.GROUP:
        return []
    found = []
    if member.born:
        found.append(Celebration(_in_year(year, *member.born), Occasion.BIRTHDAY, member))
    debut = member.debut
    if debut and year > debut.year:
        day = _in_year(year, debut.month, debut.day)
        found.append(Celebration(day, Occasion.ANNIVERSARY, member, year - debut.year))
    return found


def _in_year(year: int, month: int, day: int) -> Day:
    """The day of that year; 29 February is celebrated on the 28th in other years."""
    return Day(year, month, 28 if (month, day) == (2, 29) and not is_leap(year) else day)


def _order(celebration: Celebration) -> tuple[Day, bool, str]:
    return celebration.day, celebration.occasion is not Occasion.BIRTHDAY, celebration.member.name
