"""Rows of Holodex, as its clients know them, become streams and channels. A broken row harms only itself."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hololive_bot import metrics
from hololive_bot.holodex.errors import Unreachable
from hololive_bot.streams import (
    MOST_COUNT,
    Kind,
    Reading,
    Source,
    Status,
    Stream,
    clean,
    is_marked_members_only,
    is_marked_premiere,
)

ORG = "Hololive"
HOLOSTARS = "holostars"
CLIP = "clip"

STATUSES = {
    "new": Status.UPCOMING,
    "upcoming": Status.UPCOMING,
    "live": Status.LIVE,
    "past": Status.ENDED,
    "missing": Status.MISSING,
}

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""A moment outside is a slip, and might not be storable."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Ids stand in links and in the keys of tables."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Channel:
    """What Holodex knows about a channel; a count that it does not know is None."""

    id: str
    name: str
    english_name: str = ""
    org: str = ""
    suborg: str = ""
    group: str = ""
    photo: str = ""
    subscribers: int | None = None
    videos: int | None = None
    views: int | None = None
    inactive: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose streams are wanted."""

    holostars: bool = False

    def takes(self, channel: Row) -> bool:
        """Whether the channel is one of those."""
        if channel.get("org") != ORG:
            return False
        said = " ".join(str(channel.get(name) or "") for name in ("suborg", "name", "english_name"))
        return self.holostars or HOLOSTARS not in said.lower()


class _Broken(ValueError):
    """A row that cannot be read; says what is wrong."""


def reading(data: Any, wanted: Wanted, *, as_of: float) -> Reading:
    """The streams of an answer, those of other channels left out.

    Raises:
        Unreachable: it is no list of rows at all.
    """
    streams: dict[str, Stream] = {}
    unread: set[str] = set()
    whole = True
    for row in rows_of(data):
        try:
            if (stream := _stream(row, wanted)) is not None:
                streams[stream.id] = stream
        except _Broken:
            metrics.rows_broken.labels("holodex").inc()
            name = row.get("id") if isinstance(row, Mapping) else None
            if isinstance(name, str) and name:
                unread.add(name)
            else:
                whole = False
    return Reading(
        tuple(streams.values()),
        as_of,
        Source.HOLODEX,
        unread=frozenset(unread).difference(streams),
        whole=whole,
    )


def channels(data: Any, wanted: Wanted) -> list[Channel]:
    """The channels of an answer, others left out.

    Raises:
        Unreachable: it is no list of rows at all.
    """
    found = []
    for row in rows_of(data):
        try:
            if isinstance(row, Mapping) and not wanted.takes(row):
                continue
            found.append(channel(row))
        except Unreachable:
            metrics.rows_broken.labels("holodex").inc()
    return found


def channel(row: Any) -> Channel:
    """One channel record.

    Raises:
        Unreachable: it is none.
    """
    if not isinstance(row, Mapping) or not _id(row):
        raise Unreachable("a channel record without id")
    return Channel(
        id=_text(row, "id"),
        name=_text(row, "name"),
        english_name=_text(row, "english_name"),
        org=_text(row, "org"),
        suborg=_text(row, "suborg"),
        group=_text(row, "group"),
        photo=_text(row, "photo"),
        subscribers=_count(row, "subscriber_count"),
        videos=_count(row, "video_count"),
        views=_count(row, "view_count"),
        inactive=row.get("inactive") is True,
    )


def rows_of(data: Any) -> Sequence[Any]:
    """The rows of an answer: a list, or a page `{total, items}`.

    Raises:
        Unreachable: neither.
    """
    items = data.get("items") if isinstance(data, Mapping) else data
    if not isinstance(items, list):
        raise Unreachable("an answer that is no list")
    return items


def _stream(row: Any, wanted: Wanted) -> Stream | None:
    """The stream of a row; None when nobody here wants it.

    Raises:
        _Broken: an essential part is missing or cannot be read.
    """
    if not isinstance(row, Mapping):
        raise _Broken("no object")
    owner = row.get("channel")
    if not isinstance(owner, Mapping) or not _id(owner) or not _id(row):
        raise _Broken("id or channel")
    kind = _text(row, "type")
    if kind == CLIP or not wanted.takes(owner):
        return None
    status = STATUSES.get(_text(row, "status"))
    if status is None:
        raise _Broken("status")
    title, topic = _text(row, "title"), _text(row, "topic_id")
    return Stream(
        id=_text(row, "id"),
        title=title,
        channel_id=_text(owner, "id"),
        channel_name=_text(owner, "name"),
        topic=topic,
        kind=_kind(row, kind, title, status),
        status=status,
        planned=_time(row, "start_scheduled"),
        started=_time(row, "start_actual"),
        ended=_time(row, "end_actual"),
        viewers=_count(row, "live_viewers") if status is Status.LIVE else None,
        mentioned=_guests(row.get("mentions"), besides=_text(owner, "id")),
        members_only=is_marked_members_only(topic, title),
        link=_text(row, "link") if kind == Kind.PLACEHOLDER else "",
    )


def _kind(row: Row, kind: str, title: str, status: Status) -> Kind:
    """What cannot be told from a stream by its type: only a finished video has a length before its end."""
    if kind == Kind.PLACEHOLDER:
        return Kind.PLACEHOLDER
    has_length = (_count(row, "duration") or 0) > 0 and status in (Status.UPCOMING, Status.LIVE)
    return Kind.PREMIERE if has_length or is_marked_premiere(title) else Kind.STREAM


def _guests(mentions: Any, *, besides: str) -> tuple[str, ...]:
    rows: Iterable[Any] = mentions if isinstance(mentions, list) else ()
    ids = (_id(row) for row in rows if isinstance(row, Mapping))
    return tuple(dict.fromkeys(found for found in ids if found and found != besides))


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return clean(value) if isinstance(value, str) else ""


def _id(row: Row) -> str:
    """The row's id; empty when it is none."""
    found = _text(row, "id")
    return found if _ID.fullmatch(found) else ""


def _count(row: Row, name: str) -> int | None:
    """Counts come as numbers or as strings."""
    try:
        count = int(row[name])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return count if 0 <= count <= MOST_COUNT else None


def _time(row: Row, name: str) -> float | None:
    """ISO 8601 in UTC.

    Raises:
        _Broken: it is something else.
    """
    value = row.get(name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise _Broken(name) from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not EARLIEST <= moment < LATEST:
        raise _Broken(name)
    return moment.timestamp()
