"""A stream as everything here sees it, whichever source it was read from. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

MINUTE = 60.0
HOUR = 3600.0
DAY = 24 * HOUR

LATE_SECONDS = HOUR
"""How long after its planned start a stream that has not begun still counts as coming."""

FAR_SECONDS = 14 * DAY
"""A frame planned further ahead is a place to chat in, not a stream."""

MOST_COUNT = 10**12
"""Nobody has so many viewers, subscribers or views: a larger number is nonsense, and would fill no column."""


class Kind(StrEnum):
    """What will be shown."""

    STREAM = "stream"
    PREMIERE = "premiere"
    """A finished video that everybody watches at the same time."""
    PLACEHOLDER = "placeholder"
    """An announcement without a video: an event, or a stream on another platform."""


class Status(StrEnum):
    """How far a stream has got."""

    UPCOMING = "upcoming"
    LIVE = "live"
    ENDED = "ended"
    MISSING = "missing"
    """Deleted, or made private."""


class Source(StrEnum):
    """Who said so."""

    HOLODEX = "holodex"
    OFFICIAL = "official"
    """The agency's own schedule page; it knows no channel ids and no real starts."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One video that is, was or will be a live broadcast. Times are seconds since the epoch."""

    id: str
    title: str
    channel_id: str
    """Empty when the official schedule names somebody whom nobody knows."""
    channel_name: str = ""
    """As the source writes it; players are shown the member's name where the channel id is known."""
    topic: str = ""
    kind: Kind = Kind.STREAM
    status: Status = Status.UPCOMING
    planned: float | None = None
    started: float | None = None
    ended: float | None = None
    viewers: int | None = None
    mentioned: tuple[str, ...] = ()
    """Channel ids of guests."""
    members_only: bool = False
    link: str = ""
    """Where to watch, when that is not YouTube."""

    @property
    def begins(self) -> float | None:
        """The real start, else the planned one."""
        return self.planned if self.started is None else self.started

    @property
    def url(self) -> str:
        """Where to watch."""
        return self.link or f"https://youtube.com/watch?v={self.id}"

    @property
    def is_live(self) -> bool:
        """On air: said to be live, with a real start, which a frame to chat in never has."""
        return self.status is Status.LIVE and self.started is not None

    def concerns(self, channel_id: str) -> bool:
        """Whether it is on that channel or has it as a guest."""
        return channel_id == self.channel_id or channel_id in self.mentioned


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source said, when, and whether that is older than it should be."""

    streams: tuple[Stream, ...]
    as_of: float
    source: Source
    stale: bool = False
    """Kept from an earlier answer, because the source cannot be reached now."""
    unread: frozenset[str] = frozenset()
    """Ids of rows that are there and could not be read: nobody can say that these streams are gone."""
    whole: bool = True
    """False when a row could not even be told from the others: then no stream can be said to be gone."""

    def showing(self, streams: Iterable[Stream]) -> "Reading":
        """The same reading, of these streams only."""
        return replace(self, streams=tuple(streams))


def is_free_chat(stream: Stream, now: float) -> bool:
    """Whether it is a frame to chat in: marked as one, or planned for weeks ahead, and never begun."""
    return stream.started is None and (
        is_marked_free_chat(stream.topic, stream.title)
        or (stream.planned is not None and stream.planned > now + FAR_SECONDS)
    )


def is_marked_free_chat(topic: str, title: str) -> bool:
    """Whether topic or title says so."""
    return _squeezed(topic) in _FREE_CHAT_TOPICS or _FREE_CHAT.search(title) is not None


def is_marked_members_only(topic: str, title: str) -> bool:
    """Whether topic or title says that only paying members may watch."""
    return _squeezed(topic) in _MEMBERS_TOPICS or _MEMBERS.search(title) is not None


def is_marked_premiere(title: str) -> bool:
    """Whether the title says that a finished video is shown."""
    return _PREMIERE.search(title) is not None


def is_coming(stream: Stream, now: float) -> bool:
    """Whether a list of what is coming shows it; late starts stay for an hour."""
    return (
        stream.status is Status.UPCOMING
        and stream.started is None
        and not is_free_chat(stream, now)
        and (stream.planned is None or stream.planned > now - LATE_SECONDS)
    )


def within(streams: Iterable[Stream], now: float, hours: float) -> tuple[Stream, ...]:
    """What is coming in that window, soonest first; what has no fixed time comes last."""
    ends = now + hours * HOUR
    found = [s for s in streams if is_coming(s, now) and (s.planned is None or s.planned <= ends)]
    return tuple(sorted(found, key=lambda s: (s.planned is None, s.planned or 0.0, s.id)))


def on_air(streams: Iterable[Stream]) -> tuple[Stream, ...]:
    """What is live: most viewers first, then what began last."""
    found = [s for s in streams if s.is_live]
    return tuple(sorted(found, key=lambda s: (-(s.viewers or 0), -(s.started or 0.0), s.id)))


def clean(text: str) -> str:
    """A text of a source without what no store takes: NUL, and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode().strip()


def _squeezed(topic: str) -> str:
    return re.sub(r"[\W_]", "", topic).lower()


_FREE_CHAT_TOPICS = frozenset({"freechat", "schedule"})
_FREE_CHAT = re.compile(
    r"フリー\s*チャット|フリチャ|free\s*-?\s*chat|자유\s*채팅|프리\s*챗|\bschedules?\b",
    re.IGNORECASE,
)
_MEMBERS_TOPICS = frozenset({"membersonly", "membership"})
_MEMBERS = re.compile(
    r"メン限|メンバー(?:シップ)?\s*限定|メン[バシ]?限|members?\s*-?\s*only|membership\s*only"
    r"|[\[【(]\s*members?(?:hip)?\s*[\])】]|멤버(?:십|쉽)?\s*(?:한정|전용)",
    re.IGNORECASE,
)
_PREMIERE = re.compile(r"プレミア(?:公開|ム公開)|premi[eè]re|프리미어", re.IGNORECASE)
