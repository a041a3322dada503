"""Days and clock times of Seoul, by arithmetic: the city has had no summer time since 1988. Pure."""

from dataclasses import dataclass

OFFSET = 9 * 3600
DAY = 86_400


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """A date of the calendar."""

    year: int
    month: int
    day: int

    @property
    def number(self) -> int:
        """Days since 1970-01-01."""
        year, month = (self.year, self.month) if self.month > 2 else (self.year - 1, self.month + 12)
        leaps = year // 4 - year // 100 + year // 400
        return 365 * year + leaps + (153 * (month - 3) + 2) // 5 + self.day - 719_469

    @property
    def weekday(self) -> int:
        """0 is Monday."""
        return (self.number + 3) % 7

    @property
    def begins(self) -> float:
        """Its midnight in Seoul, in seconds since the epoch."""
        return float(self.number * DAY - OFFSET)

    def plus(self, days: int) -> "Day":
        """The day so many days later."""
        return day_number(self.number + days)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}-{self.day:02}"


def day_number(number: int) -> Day:
    """The day so many days after 1970-01-01 (Howard Hinnant's civil_from_days)."""
    shifted = number + 719_468
    era, of_era = divmod(shifted, 146_097)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    return Day(year + era * 400 + (month <= 2), month, day)


def day_of(seconds: float) -> Day:
    """The day in Seoul at a time in seconds since the epoch."""
    return day_number(int((seconds + OFFSET) // DAY))


def minute_of(seconds: float) -> int:
    """Minutes since midnight in Seoul."""
    return int((seconds + OFFSET) % DAY // 60)


def is_leap(year: int) -> bool:
    """Whether the year has a 29 February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    """How many days the month has."""
    following = Day(year + month // 12, month % 12 + 1, 1)
    return following.number - Day(year, month, 1).number
