"""Streams that are over, newest first, page by page."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

import asyncpg

from botkit.postgres.pool import Database
from hololive_bot.repository.link import connection, transaction
from hololive_bot.streams import Kind, Status, Stream

PAGE = 200

Mark = tuple[datetime, str]
"""Where a page ended: time and id of its last stream."""


class Ended:
    """The streams of the past."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, since: float, *, channels: Collection[str] | None, topic: str = "", after: Mark | None = None
    ) -> tuple[list[Stream], Mark | None]:
        """The next streams that ended since then, and where to go on; None when there are no more.

        `channels` leaves out other channels, and streams without one of them as a guest.

        Raises:
            DatabaseAway: PostgreSQL cannot be reached.
        """
        wanted = None if channels is None else list(channels)
        before, last_id = after or (None, None)
        async with connection(self._database) as link:
            rows = await link.fetch(_PAGE, _time(since), wanted, topic or None, before, last_id, PAGE)
        more = (rows[-1]["over"], rows[-1]["video_id"]) if len(rows) == PAGE else None
        return [_stream(row) for row in rows], more

    async def take_in(self, streams: Iterable[Stream]) -> None:
        """Write down streams that are over, or what is better known of them now.

        Raises:
            DatabaseAway: PostgreSQL cannot be reached.
        """
        rows = [
            (
                stream.id,
                stream.channel_id,
                stream.title,
                stream.topic,
                _time(stream.planned),
                _time(stream.started),
                _time(stream.ended),
                stream.kind is Kind.PREMIERE,
                stream.members_only,
                list(stream.mentioned),
            )
            for stream in streams
            if stream.status is Status.ENDED and stream.channel_id and (stream.ended or stream.begins)
        ]
        async with transaction(self._database) as link:
            await link.executemany(_TAKE_IN, rows)


def _stream(row: asyncpg.Record) -> Stream:
    return Stream(
        id=row["video_id"],
        title=row["title"],
        channel_id=row["channel_id"],
        topic=row["topic_id"],
        kind=Kind.PREMIERE if row["is_premiere"] else Kind.STREAM,
        status=Status.ENDED,
        planned=_seconds(row["start_scheduled"]),
        started=_seconds(row["start_actual"]),
        ended=_seconds(row["ended_at"]),
        mentioned=tuple(row["guests"]),
        members_only=row["is_members_only"],
    )


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _seconds(time: datetime | None) -> float | None:
    return None if time is None else time.timestamp()


_PAGE = """
SELECT *, coalesce(ended_at, start_actual, start_scheduled) AS over FROM streams
WHERE status = 'ended' AND coalesce(ended_at, start_actual, start_scheduled) >= $1
  AND ($2::text[] IS NULL OR channel_id = ANY ($2) OR guests && $2)
  AND ($3::text IS NULL OR lower(topic_id) = lower($3))
  AND ($4::timestamptz IS NULL
       OR (coalesce(ended_at, start_actual, start_scheduled), video_id) < ($4, $5::text))
ORDER BY coalesce(ended_at, start_actual, start_scheduled) DESC, video_id DESC LIMIT $6
"""

_TAKE_IN = """
INSERT INTO streams (video_id, channel_id, title, status, topic_id, start_scheduled, start_actual, ended_at,
                     is_premiere, is_members_only, guests)
VALUES ($1, $2, $3, 'ended', $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (video_id) DO UPDATE SET
    title = excluded.title, status = 'ended',
    topic_id = coalesce(nullif(excluded.topic_id, ''), streams.topic_id),
    start_scheduled = coalesce(excluded.start_scheduled, streams.start_scheduled),
    start_actual = coalesce(excluded.start_actual, streams.start_actual),
    ended_at = coalesce(excluded.ended_at, streams.ended_at), guests = excluded.guests, last_seen_at = now()
"""
