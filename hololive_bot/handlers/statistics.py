"""How many subscribers somebody has, and whose channels grew most."""

from collections.abc import Sequence

from botkit.chat.message import Reply, Scene
from hololive_bot import commands
from hololive_bot.broadcasts import Broadcasts
from hololive_bot.cards import page
from hololive_bot.directory import Directory
from hololive_bot.finding import Finder
from hololive_bot.messages import Say
from hololive_bot.repository.statistics import Statistics
from hololive_bot.wording import grouped, moment

TOP = 10


class Figures:
    """The handlers of numbers."""

    def __init__(
        self,
        *,
        say: Say,
        finder: Finder,
        directory: Directory,
        broadcasts: Broadcasts,
        statistics: Statistics,
        holostars: bool,
    ) -> None:
        """`holostars` takes their channels into the ranking."""
        self._say = say
        self._finder = finder
        self._directory = directory
        self._broadcasts = broadcasts
        self._statistics = statistics
        self._holostars = holostars

    async def subscribers(self, command: commands.ShowSubscribers, scene: Scene) -> Sequence[Reply]:
        """A channel's subscribers, with the time of the reading."""
        found, channel = self._finder.channel(command.member, command="구독자")
        notes = self._finder.assumed(command.member, found)
        record = await self._broadcasts.channel(channel)
        if record.value.subscribers is None:
            return [page(self._say.subscribers_hidden(name=found.name), (), notes=notes)]
        said = self._say.subscribers_stale if record.stale else self._say.subscribers
        count, time = grouped(record.value.subscribers), moment(record.as_of, scene.now)
        return [page(said(name=found.name, count=count, time=time), (), notes=notes)]

    async def ranking(self, command: commands.ShowRanking, scene: Scene) -> Sequence[Reply]:
        """Who grew most in the period."""
        say, index = self._say, self._directory.index
        since = command.period.since(scene.now)
        channels = {
            member.channel_id
            for member in index.members
            if member.channel_id and member.is_active and (self._holostars or not member.is_holostars)
        }
        found = await self._statistics.ranking(since, channels, TOP)
        if not found.grown:
            return [Reply(say.ranking_none())]
        entries = [
            say.ranking_entry(
                rank=rank,
                name=index.channel_name(one.channel, one.channel),
                growth=f"{one.growth:,}",
                current=grouped(one.current),
            )
            for rank, one in enumerate(found.grown, 1)
        ]
        # Readings come every six hours: the first one in the window is never older than that.
        late = found.oldest is not None and found.oldest > since + 6 * 3600 + 600
        notes = [say.ranking_since(time=moment(found.oldest, scene.now))] if late and found.oldest else []
        headline = say.ranking_head(count=len(entries), period=say.period(command.period))
        return [page(headline, ["\n".join(entries)], notes=notes)]
