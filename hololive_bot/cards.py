"""How a stream stands in a list, and how a list becomes a reply. Pure."""

from collections.abc import Iterable, Sequence

from botkit.chat.message import Reply
from hololive_bot.directory import Directory
from hololive_bot.messages import Say
from hololive_bot.streams import Kind, Reading, Source, Stream
from hololive_bot.wording import FOLDED_FROM, SHORT_TITLE, TITLE, Span, grouped, is_soon, moment, title


def page(headline: str, blocks: Iterable[str], *, notes: Sequence[str] = ()) -> Reply:
    """A headline, remarks, and the entries; folded when it is long."""
    said = "\n".join(notes)
    text = "\n\n".join(part for part in (headline, said, *blocks) if part)
    return Reply(text, folded=len(text) > FOLDED_FROM)


class Cards:
    """Streams as entries of lists."""

    def __init__(self, directory: Directory, say: Say) -> None:
        self._directory = directory
        self._say = say

    def live(self, stream: Stream) -> str:
        """Who, what, how many watch, where."""
        say = self._say
        lines = [say.stream_name(name=self.host(stream)), say.stream_title(title=self.title(stream))]
        if stream.viewers:
            lines.append(say.stream_viewers(viewers=grouped(stream.viewers)))
        return "\n".join([*lines, say.stream_link(url=stream.url)])

    def coming(self, stream: Stream, now: float) -> str:
        """Who, what, when, where."""
        say = self._say
        lines = [
            say.stream_name(name=self.host(stream)),
            say.stream_title(title=self.title(stream)),
            self.when(stream, now),
            say.stream_link(url=stream.url),
        ]
        return "\n".join(lines)

    def scheduled(self, stream: Stream, channel_id: str, now: float) -> str:
        """What and when, on a list of one member; with the host when it is somebody else's stream."""
        say = self._say
        lines = []
        if stream.is_live:
            lines.append(say.schedule_live(title=self.title(stream)))
            lines.append(say.stream_live_since(time=moment(stream.started or now, now)))
        elif stream.begins is None:
            lines += [say.schedule_coming(title=self.title(stream)), say.stream_when_unknown()]
        else:
            time, relative = moment(stream.begins, now), self.relative(stream.begins, now)
            lines.append(say.schedule_coming(title=self.title(stream)))
            lines.append(say.schedule_time(time=time, relative=relative))
        if stream.channel_id != channel_id:
            lines.append(say.stream_hosted_by(name=self.host(stream)))
        return "\n".join([*lines, say.stream_link(url=stream.url)])

    def following(self, stream: Stream | None, now: float) -> str:
        """One line about the next stream of somebody."""
        say = self._say
        if stream is None:
            return say.next_none()
        named = self.title(stream, SHORT_TITLE)
        if stream.is_live:
            return say.next_live(title=named)
        if stream.begins is None:
            return say.next_unknown(title=named)
        time, relative = moment(stream.begins, now), self.relative(stream.begins, now)
        return say.next_at(time=time, relative=relative, title=named)

    def remarks(self, reading: Reading, now: float) -> list[str]:
        """Where the list comes from, when that is not as usual."""
        time = moment(reading.as_of, now)
        if reading.source is Source.OFFICIAL:
            return [self._say.official(time=time)]
        return [self._say.stale(time=time)] if reading.stale else []

    def host(self, stream: Stream) -> str:
        """Whose channel it is on."""
        otherwise = title(stream.channel_name or stream.channel_id, SHORT_TITLE)
        return self._directory.index.channel_name(stream.channel_id, otherwise)

    def title(self, stream: Stream, limit: int = TITLE) -> str:
        """The title, with a mark for what is not an ordinary stream."""
        text = title(stream.title, limit) or self._say.untitled()
        if stream.members_only:
            return self._say.members_only(title=text)
        if stream.kind is Kind.PREMIERE:
            return self._say.premiere(title=text)
        if stream.kind is Kind.PLACEHOLDER:
            return self._say.placeholder(title=text)
        return text

    def when(self, stream: Stream, now: float) -> str:
        """The line with the planned time."""
        if stream.begins is None:
            return self._say.stream_when_unknown()
        time, relative = moment(stream.begins, now), self.relative(stream.begins, now)
        return self._say.stream_when(time=time, relative=relative)

    def relative(self, then: float, now: float) -> str:
        """How long it is until then."""
        if is_soon(now, then):
            return self._say.soon()
        return self._say.later(span=Span.between(now, then).said(self._say))
