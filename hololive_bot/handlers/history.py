"""What was on air."""

from collections.abc import Sequence

import structlog

from botkit.chat.errors import UserError
from botkit.chat.message import Reply, Scene
from hololive_bot import commands
from hololive_bot.broadcasts import Broadcasts
from hololive_bot.cards import Cards, page
from hololive_bot.directory import Directory
from hololive_bot.finding import Finder
from hololive_bot.history import HistoryQuery
from hololive_bot.messages import Say
from hololive_bot.repository.ended import Ended, Mark
from hololive_bot.repository.operations import Operations
from hololive_bot.streams import DAY, Stream
from hololive_bot.wording import Span, moment

log = structlog.get_logger(__name__)

FRESH_SECONDS = 3600.0
READ_ANEW, PAGE = 100, 50
"""Streams of a channel that are read anew, and how many at a time."""

MOST_PAGES = 50
"""Ten thousand streams are looked at for a rare kind, and no more."""


class Past:
    """The handler of streams that are over."""

    def __init__(
        self,
        *,
        say: Say,
        finder: Finder,
        cards: Cards,
        directory: Directory,
        broadcasts: Broadcasts,
        ended: Ended,
        operations: Operations,
    ) -> None:
        self._say = say
        self._finder = finder
        self._cards = cards
        self._directory = directory
        self._broadcasts = broadcasts
        self._ended = ended
        self._operations = operations

    async def history(self, command: commands.ShowHistory, scene: Scene) -> Sequence[Reply]:
        """The last streams of somebody, of a kind, about a topic.

        Raises:
            SourceUnavailable, SourceBusy: Holodex is away, and nothing was kept.
        """
        say, query = self._say, command.query
        channels, who, notes, failure = None, "", [], None
        if query.member and (group := self._finder.group(query.member)):
            channels = [member.channel_id for member in group.members if member.channel_id]
            who = group.unit.label
        elif query.member:
            found, channel = self._finder.streamed(query.member, command="방송이력")
            channels, who = [channel], found.name
            failure = await self._read_anew(channel, scene.now)
            notes = self._finder.assumed(query.member, found)
        streams = await self._find(query, scene.now, channels)
        if failure and not streams:
            raise failure  # that nothing was kept does not mean that nothing was on air
        if failure:
            notes.append(say.history_kept())
        if not streams:
            return [page(say.history_none(days=query.days), (), notes=notes)]
        filters = [who, say.genre(query.genre) if query.genre else "", query.topic]
        return [page(self._headline(len(streams), query, filters), self._blocks(streams, scene), notes=notes)]

    async def _find(self, query: HistoryQuery, now: float, channels: Sequence[str] | None) -> list[Stream]:
        """Filtered while paging: a kind is computed, and a rare one may stand far back."""
        found: list[Stream] = []
        since = now - query.days * DAY
        mark: Mark | None = None
        for _ in range(MOST_PAGES):
            page_of, mark = await self._ended.page(since, channels=channels, topic=query.topic, after=mark)
            found += [stream for stream in page_of if self._fits(stream, query)]
            if mark is None or len(found) >= query.limit:
                break
        return found[: query.limit]

    async def _read_anew(self, channel: str, now: float) -> UserError | None:
        """Take in what Holodex knows of a channel's past, once an hour: the alert loop saw only a part.

        When that fails, which is what is returned, the table alone answers.
        """
        job = f"ended:{channel}"
        if not await self._operations.is_due(job, since=now - FRESH_SECONDS):
            return None
        try:
            for place in range(0, READ_ANEW, PAGE):
                reading = await self._broadcasts.ended(channel, limit=PAGE, offset=place)
                await self._ended.take_in(reading.streams)
                if len(reading.streams) < PAGE:
                    break
        except UserError as error:
            log.info("past_not_read", code=error.code)
            return error
        await self._operations.note_run(job, now)
        return None

    def _fits(self, stream: Stream, query: HistoryQuery) -> bool:
        return query.genre is None or self._directory.genres.of(stream.topic, stream.title) is query.genre

    def _headline(self, count: int, query: HistoryQuery, filters: Sequence[str]) -> str:
        chosen = ", ".join(part for part in filters if part)
        if not chosen:
            return self._say.history_head(count=count, days=query.days)
        return self._say.history_head_filtered(count=count, days=query.days, filters=chosen)

    def _blocks(self, streams: Sequence[Stream], scene: Scene) -> list[str]:
        say = self._say
        blocks = []
        for stream in streams:
            genre = say.genre(self._directory.genres.of(stream.topic, stream.title))
            began = stream.begins or stream.ended or scene.now
            time = moment(began, scene.now)
            when = say.history_when(time=time)
            if stream.ended and stream.started and stream.ended > stream.started:
                length = Span.between(stream.started, stream.ended).said(say)
                when = say.history_when_long(time=time, length=length)
            lines = [
                say.history_entry(name=self._cards.host(stream), genre=genre),
                say.stream_title(title=self._cards.title(stream)),
                when,
                say.stream_link(url=stream.url),
            ]
            blocks.append("\n".join(lines))
        return blocks
