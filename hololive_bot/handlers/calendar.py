"""Birthdays and anniversaries of a month, as a text and as a picture."""

from collections import defaultdict
from collections.abc import Sequence

from botkit.chat.message import Reply, Scene
from hololive_bot import commands
from hololive_bot.calendar import Celebration, Occasion, month_shifted, of_month
from hololive_bot.directory import Directory
from hololive_bot.messages import Say
from hololive_bot.picture import LINES, Gallery, Label, Sheet
from hololive_bot.seoul import day_of
from hololive_bot.wording import FOLDED_FROM


class Almanac:
    """The handler of the calendar."""

    def __init__(self, *, say: Say, directory: Directory, gallery: Gallery | None, holostars: bool) -> None:
        """Without a `gallery` there are no pictures; `holostars` lists their days, too."""
        self._say = say
        self._directory = directory
        self._gallery = gallery
        self._holostars = holostars

    async def calendar(self, command: commands.ShowCalendar, scene: Scene) -> Sequence[Reply]:
        """A month of this year, or one counted from now."""
        say, today = self._say, day_of(scene.now)
        year, month = month_shifted(today, command.shift)
        if command.month is not None:
            year, month = today.year, command.month
        members = [m for m in self._directory.index.members if self._holostars or not m.is_holostars]
        days = of_month(year, month, members)
        if not days:
            return [Reply(say.calendar_none(year=year, month=month))]
        lines = [say.calendar_head(year=year, month=month, count=len(days)), *map(self._line, days)]
        text = "\n".join(lines)
        image = ""
        if self._gallery:
            image = await self._gallery.hang(self._sheet(year, month, days, scene))
        return [Reply(text, folded=len(text) > FOLDED_FROM, image=image)]

    def _line(self, one: Celebration) -> str:
        say = self._say
        weekday = say.calendar_weekdays()[one.day.weekday]
        date = say.calendar_date(month=f"{one.day.month:02}", day=f"{one.day.day:02}", weekday=weekday)
        if one.occasion is Occasion.BIRTHDAY:
            return say.calendar_birthday(date=date, name=one.member.name)
        return say.calendar_anniversary(date=date, name=one.member.name, years=one.years)

    def _sheet(self, year: int, month: int, days: Sequence[Celebration], scene: Scene) -> Sheet:
        say = self._say
        labels: defaultdict[int, list[Label]] = defaultdict(list)
        for one in days:
            text = say.picture_birthday(name=one.member.name)
            if one.occasion is Occasion.ANNIVERSARY:
                text = say.picture_anniversary(name=one.member.name, years=one.years)
            labels[one.day.day].append(Label(one.occasion, text))
        more = {day: say.picture_more(count=len(of_day) - LINES + 1) for day, of_day in labels.items()}
        title = say.picture_title(year=year, month=month)
        return Sheet(year, month, title, say.calendar_weekdays(), labels, more, day_of(scene.now))
