"""What the alert loop knows of each stream, so that a process that starts anew knows it, too."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import asyncpg

from botkit.postgres.pool import Database
from botkit.valkey.records import Fenced
from hololive_bot.alerts import CANCELLED, LIVE
from hololive_bot.outbox import PENDING, SENT
from hololive_bot.repository.link import Connection, connection, transaction
from hololive_bot.streams import DAY, Kind, Status, Stream
from hololive_bot.watch import FORGOTTEN_SECONDS, Heard, Mark, Watched, settled

KEPT_SECONDS = 400 * DAY


class WatchRepository:
    """The table `streams`, with what the outbox says about it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, *, fence: int, now: float) -> dict[str, Watched]:
        """Everything that is still watched. Earlier leaders are shut out from here on.

        Raises:
            Fenced: a later leader has been here.
            DatabaseAway: PostgreSQL cannot be reached.
        """
        async with transaction(self._database) as link:
            await lead(link, fence)
            rows = await link.fetch(_OPEN, _time(now - FORGOTTEN_SECONDS))
            watch = {row["video_id"]: _watched(row) for row in rows}
            marks = await link.fetch(_MARKS, list(watch))
        for row in marks:
            video = row["video_id"]
            watch[video] = settled(watch[video], [_mark(row)], _heard(row))
        return watch

    async def write(
        self, link: Connection, altered: Sequence[Watched], *, seen: Iterable[str], now: float
    ) -> None:
        """Write down what has changed, and which streams were seen just now."""
        if altered:
            await link.executemany(_UPSERT, [_values(found, now) for found in altered])
        await link.execute(_SEEN, list(seen), _time(now))

    async def tidy(self, now: float) -> None:
        """Forget streams that ended more than 400 days ago."""
        async with connection(self._database) as link:
            await link.execute(_TIDY, _time(now - KEPT_SECONDS))


async def lead(link: Connection, fence: int) -> None:
    """Make sure that no later leader has written anything.

    Raises:
        Fenced: one has.
    """
    if await link.fetchval(_LEAD, fence) is None:
        raise Fenced(await link.fetchval("SELECT fence FROM alert_leader"))


def _watched(row: asyncpg.Record) -> Watched:
    stream = Stream(
        id=row["video_id"],
        title=row["title"],
        channel_id=row["channel_id"],
        topic=row["topic_id"],
        kind=Kind.PREMIERE if row["is_premiere"] else Kind.STREAM,
        status=Status(row["status"]),
        planned=_seconds(row["start_scheduled"]),
        started=_seconds(row["start_actual"]),
        ended=_seconds(row["ended_at"]),
        mentioned=tuple(row["guests"]),
        members_only=row["is_members_only"],
    )
    seen = row["last_seen_at"].timestamp()
    return Watched(stream, seen, _seconds(row["told_start"]), _seconds(row["lost_since"]))


def _mark(row: asyncpg.Record) -> Mark:
    once = row["stage"] in (LIVE, CANCELLED)
    return Mark(row["room_id"], row["stage"], None if once else row["start_minute"])


def _heard(row: asyncpg.Record) -> Iterable[Heard]:
    if row["stage"].startswith("T-") and row["status"] in (PENDING, SENT):
        yield Heard(row["room_id"], row["start_minute"])


def _values(found: Watched, now: float) -> tuple[object, ...]:
    stream = found.stream
    return (
        stream.id,
        stream.channel_id,
        stream.title,
        stream.status.value,
        stream.topic,
        _time(stream.planned),
        _time(stream.started),
        _time(stream.ended),
        stream.kind is Kind.PREMIERE,
        stream.members_only,
        list(stream.mentioned),
        _time(now),
        _time(found.seen),
        _time(found.told_start),
        _time(found.lost_since),
    )


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


_LEAD = "UPDATE alert_leader SET fence = $1 WHERE fence <= $1 RETURNING fence"

_OPEN = """
SELECT video_id, channel_id, title, status, topic_id, start_scheduled, start_actual, ended_at, is_premiere,
       is_members_only, guests, last_seen_at, told_start, lost_since
FROM streams WHERE status IN ('upcoming', 'live') OR last_seen_at > $1
"""

_MARKS = """
SELECT video_id, room_id, stage, start_minute, status FROM alert_outbox WHERE video_id = ANY ($1::text[])
"""

_UPSERT = """
INSERT INTO streams (video_id, channel_id, title, status, topic_id, start_scheduled, start_actual,
                     ended_at, is_premiere, is_members_only, guests, first_seen_at, last_seen_at, told_start,
                     lost_since)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (video_id) DO UPDATE SET
    channel_id = excluded.channel_id, title = excluded.title, status = excluded.status,
    topic_id = excluded.topic_id, start_scheduled = excluded.start_scheduled,
    start_actual = coalesce(excluded.start_actual, streams.start_actual), ended_at = excluded.ended_at,
    is_premiere = excluded.is_premiere, is_members_only = excluded.is_members_only, guests = excluded.guests,
    last_seen_at = excluded.last_seen_at, told_start = excluded.told_start, lost_since = excluded.lost_since,
    previous_start = CASE WHEN streams.told_start <> excluded.told_start
                          THEN streams.told_start ELSE streams.previous_start END
"""

_SEEN = "UPDATE streams SET last_seen_at = $2 WHERE video_id = ANY ($1::text[])"

_TIDY = """
DELETE FROM streams WHERE status IN ('ended', 'missing')
    AND coalesce(ended_at, start_actual, start_scheduled, last_seen_at) < $1
"""
