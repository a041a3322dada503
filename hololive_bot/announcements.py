"""How an alert is written: one stream in its own words, several that begin together as one list.

It is written at the moment it is sent, so that the minutes in it are right.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from botkit.chat.catalog import Catalog, Text, Texts
from botkit.chat.message import Reply
from hololive_bot.alerts import CANCELLED, LIVE, MOVED, Announcement
from hololive_bot.streams import Kind, Stream
from hololive_bot.wording import Span, Spans, is_soon, moment, title

FOLDED_FROM = 4
"""A list of so many streams is folded; a single alert never is."""

GUESTS_SHOWN = 6

ANNOUNCEMENT = TypeAdapter(Announcement)

NameOf = Callable[[str], str | None]
"""What a channel's owner is called; None for somebody unknown."""


class AlertTexts(Texts):
    """Everything that alerts say."""

    head_before = Text("alert.head_before", "name", "mark")
    head_live = Text("alert.head_live", "name", "mark")
    head_moved = Text("alert.head_moved", "name", "mark")
    head_cancelled = Text("alert.head_cancelled", "name", "mark")
    time_left = Text("alert.time_left", "left", "moment")
    time_soon = Text("alert.time_soon", "moment")
    time_begun = Text("alert.time_begun")
    moved_later = Text("alert.moved_later", "old", "new", "span")
    moved_earlier = Text("alert.moved_earlier", "old", "new", "span")
    cancelled = Text("alert.cancelled", "old")
    guests = Text("alert.guests", "names")
    guests_more = Text("alert.guests_more", "names", "count")
    title = Text("alert.title", "title")
    untitled = Text("alert.untitled")
    link = Text("alert.link", "url")
    mark_premiere = Text("alert.mark_premiere")
    mark_members = Text("alert.mark_members")
    group_before = Text("group.head_before", "count")
    group_live = Text("group.head_live", "count")
    group_moved = Text("group.head_moved", "count")
    group_cancelled = Text("group.head_cancelled", "count")
    entry = Text("group.entry", "number", "name", "mark", "title", "url")
    cut = Text("cut")


def load() -> AlertTexts:
    """The texts, checked against the file.

    Raises:
        CatalogError: they disagree.
    """
    return AlertTexts(Catalog.load(Path(__file__).with_name("alerts.yml")))


def payload_of(announcement: Announcement) -> dict[str, Any]:
    """As it waits in the outbox."""
    return {"announcement": ANNOUNCEMENT.dump_python(announcement, mode="json")}


@dataclass(frozen=True)
class Announcer:
    """Writes messages. `spans` says how long something is; `name_of` whom a channel belongs to."""

    say: AlertTexts
    spans: Spans
    name_of: NameOf

    def compose(self, payloads: Sequence[Mapping[str, Any]], now: float) -> Reply:
        """The message of one or more rows of the outbox, as it reads at `now`."""
        first = payloads[0]
        if "announcement" not in first:
            return Reply(
                str(first["text"]), folded=bool(first.get("folded")), image=str(first.get("image", ""))
            )
        about = [ANNOUNCEMENT.validate_python(payload["announcement"]) for payload in payloads]
        if len(about) == 1:
            return Reply(self._single(about[0], now))
        return Reply(self._several(about, now), folded=len(about) >= FOLDED_FROM)

    def _single(self, about: Announcement, now: float) -> str:
        stream = about.stream
        say = self.say
        heads = {LIVE: say.head_live, MOVED: say.head_moved, CANCELLED: say.head_cancelled}
        lines = [
            heads.get(about.stage, say.head_before)(name=self._name(stream), mark=self._mark(stream)),
            self._time(about, now),
            self._change(about, now),
            self._guests(stream),
            say.title(title=self._title(stream)),
            say.link(url=stream.url) if about.stage != CANCELLED else "",
        ]
        return "\n".join(line for line in lines if line)

    def _several(self, about: Sequence[Announcement], now: float) -> str:
        say, stage = self.say, about[0].stage
        heads = {LIVE: say.group_live, MOVED: say.group_moved, CANCELLED: say.group_cancelled}
        streams = sorted((each.stream for each in about), key=lambda s: (self._name(s), s.title, s.id))
        entries = [
            say.entry(
                number=number,
                name=self._name(stream),
                mark=self._mark(stream),
                title=self._title(stream),
                url=_short(stream),
            )
            for number, stream in enumerate(streams, 1)
        ]
        head = heads.get(stage, say.group_before)(count=len(about))
        when = self._change(about[0], now) if stage == CANCELLED else self._time(about[0], now)
        return "\n".join((head, when, *entries))

    def _time(self, about: Announcement, now: float) -> str:
        """When it begins, or that it has."""
        start = about.stream.planned
        if about.stage == LIVE:
            return self.say.time_begun()
        if about.stage == CANCELLED or start is None:
            return ""
        if is_soon(now, start):
            return self.say.time_soon(moment=moment(start, now))
        return self.say.time_left(left=Span.between(now, start).said(self.spans), moment=moment(start, now))

    def _change(self, about: Announcement, now: float) -> str:
        """What has become of the start that the room knew."""
        old, new = about.old, about.stream.planned
        if old is None:
            return ""
        if about.stage == CANCELLED:
            return self.say.cancelled(old=moment(old, now))
        if new is None:
            return ""
        said = self.say.moved_later if new > old else self.say.moved_earlier
        span = Span.between(min(old, new), max(old, new)).said(self.spans)
        return said(old=moment(old, now), new=moment(new, now), span=span)

    def _guests(self, stream: Stream) -> str:
        names = [name for name in map(self.name_of, stream.mentioned) if name]
        shown = ", ".join(names[:GUESTS_SHOWN])
        if not names:
            return ""
        if len(names) <= GUESTS_SHOWN:
            return self.say.guests(names=shown)
        return self.say.guests_more(names=shown, count=len(names) - GUESTS_SHOWN)

    def _name(self, stream: Stream) -> str:
        return self.name_of(stream.channel_id) or stream.channel_name or stream.channel_id

    def _title(self, stream: Stream) -> str:
        return title(stream.title) or self.say.untitled()

    def _mark(self, stream: Stream) -> str:
        premiere = self.say.mark_premiere() if stream.kind is Kind.PREMIERE else ""
        return premiere + (self.say.mark_members() if stream.members_only else "")


def _short(stream: Stream) -> str:
    """A link of which the messenger makes no preview that is larger than the list."""
    return stream.link or f"https://youtu.be/{stream.id}"
