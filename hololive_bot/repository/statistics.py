"""Readings of channels over time, who grew most, and which milestones have been told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from botkit.postgres.pool import Database
from hololive_bot.repository.link import Connection, connection, transaction

RAW_DAYS = 90
"""Readings older than this are kept once a day."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a channel had at a time (seconds since the epoch)."""

    channel: str
    time: float
    subscribers: int
    videos: int | None = None
    views: int | None = None


@dataclass(frozen=True, slots=True)
class Growth:
    """How much a channel grew, and what it has now."""

    channel: str
    growth: int
    current: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """Who grew most; `oldest` is the first reading that was compared, in seconds since the epoch."""

    grown: tuple[Growth, ...]
    oldest: float | None


@dataclass(frozen=True, slots=True)
class Milestone:
    """A round number that a channel reached."""

    channel: str
    value: int
    achieved_at: float
    told: bool


class Statistics:
    """The history of the channels."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ranking(self, since: float, channels: Collection[str], most: int) -> Ranking:
        """The channels that grew most since then; of equal ones the larger comes first.

        Raises:
            DatabaseAway: PostgreSQL cannot be reached.
        """
        async with connection(self._database) as link:
            rows = await link.fetch(_RANKING, _time(since), list(channels), most)
            oldest = await link.fetchval(_OLDEST, _time(since), list(channels))
        grown = tuple(Growth(row["channel_id"], row["growth"], row["current"]) for row in rows)
        return Ranking(grown, oldest.timestamp() if oldest else None)

    async def last(self, channels: Collection[str]) -> Mapping[str, int]:
        """The newest count of each channel that has been read.

        Raises:
            DatabaseAway: PostgreSQL cannot be reached.
        """
        async with connection(self._database) as link:
            rows = await link.fetch(_LAST, list(channels))
        return {row["channel_id"]: row["subscribers"] for row in rows}

    async def append(self, readings: Sequence[Figures]) -> None:
        """Keep readings; one that is there already is left alone.

        Raises:
            DatabaseAway: PostgreSQL cannot be reached.
        """
        rows = [(one.channel, _time(one.time), one.subscribers, one.videos, one.views) for one in readings]
        async with transaction(self._database) as link:
            await link.executemany(_APPEND, rows)

    async def thin_out(self, now: float) -> int:
        """Of old readings keep the last of each day in Seoul; returns how many went.

        Raises:
            DatabaseAway: PostgreSQL cannot be reached.
        """
        async with connection(self._database) as link:
            gone = await link.fetchval(_THIN_OUT, _time(now) - timedelta(days=RAW_DAYS))
        return int(gone)

    async def readings_of(self, channel: str, most: int) -> list[Figures]:
        """The newest readings of a channel, the last first."""
        async with connection(self._database) as link:
            rows = await link.fetch(_READINGS, channel, most)
        return [
            Figures(channel, row["time"].timestamp(), row["subscribers"], row["videos"], row["views"])
            for row in rows
        ]

    # ---- milestones ---------------------------------------------------------------------------------

    @staticmethod
    async def note_reached(link: Connection, channel: str, value: int, at: float) -> bool:
        """Write down that a value was reached; False when it stands there already."""
        return await link.fetchval(_REACHED, channel, value, _time(at)) is not None

    @staticmethod
    async def note_near(link: Connection, channel: str, value: int, count: int, at: float) -> bool:
        """Write down that a value is near; False when it stands there already."""
        return await link.fetchval(_NEAR, channel, value, count, _time(at)) is not None

    async def milestones(
        self, *, limit: int, offset: int, channels: Collection[str] | None = None
    ) -> tuple[int, list[Milestone]]:
        """How many there are, and a page of them, the newest first; of these channels only, when given."""
        wanted = None if channels is None else list(channels)
        async with connection(self._database) as link:
            total = await link.fetchval(_MILESTONE_COUNT, wanted)
            rows = await link.fetch(_MILESTONES, wanted, limit, offset)
        return int(total), [_milestone(row) for row in rows]

    async def milestone_counts(self) -> dict[str, int]:
        """How many were reached in all, and in the last 30 and 365 days."""
        async with connection(self._database) as link:
            [row] = await link.fetch(_COUNTS)
        return dict(row)


def _milestone(row: asyncpg.Record) -> Milestone:
    return Milestone(row["channel_id"], row["value"], row["achieved_at"].timestamp(), row["notified"])


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


_RANKING = """
SELECT channel_id, growth, current FROM (
    SELECT channel_id, (array_agg(subscribers ORDER BY time DESC))[1] AS current,
           (array_agg(subscribers ORDER BY time DESC))[1]
           - (array_agg(subscribers ORDER BY time))[1] AS growth
    FROM youtube_stats_history WHERE time >= $1 AND channel_id = ANY ($2) GROUP BY channel_id
) AS grown WHERE growth > 0 ORDER BY growth DESC, current DESC, channel_id LIMIT $3
"""

_OLDEST = "SELECT min(time) FROM youtube_stats_history WHERE time >= $1 AND channel_id = ANY ($2)"

_LAST = """
SELECT DISTINCT ON (channel_id) channel_id, subscribers FROM youtube_stats_history
WHERE channel_id = ANY ($1) ORDER BY channel_id, time DESC
"""

_APPEND = """
INSERT INTO youtube_stats_history (channel_id, time, subscribers, videos, views) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (channel_id, time) DO NOTHING
"""

_THIN_OUT = """
WITH gone AS (
    DELETE FROM youtube_stats_history AS old WHERE time < $1 AND EXISTS (
        SELECT FROM youtube_stats_history AS later
        WHERE later.channel_id = old.channel_id AND later.time > old.time AND later.time < $1
          AND (later.time AT TIME ZONE 'Asia/Seoul')::date = (old.time AT TIME ZONE 'Asia/Seoul')::date)
    RETURNING 1
) SELECT count(*) FROM gone
"""

_READINGS = """
SELECT time, subscribers, videos, views FROM youtube_stats_history
WHERE channel_id = $1 ORDER BY time DESC LIMIT $2
"""

_REACHED = """
INSERT INTO youtube_milestones (channel_id, value, achieved_at, notified) VALUES ($1, $2, $3, true)
ON CONFLICT (channel_id, type, value) DO NOTHING RETURNING value
"""

_NEAR = """
INSERT INTO youtube_milestone_approaching
    (channel_id, milestone_value, current_subs, notified_at, chat_notified)
VALUES ($1, $2, $3, $4, true)
ON CONFLICT (channel_id, milestone_value) DO NOTHING RETURNING milestone_value
"""

_MILESTONE_COUNT = "SELECT count(*) FROM youtube_milestones WHERE $1::text[] IS NULL OR channel_id = ANY ($1)"

_COUNTS = """
SELECT count(*) AS total, count(*) FILTER (WHERE achieved_at > now() - interval '30 days') AS last_30_days,
       count(*) FILTER (WHERE achieved_at > now() - interval '365 days') AS last_365_days
FROM youtube_milestones
"""

_MILESTONES = """
SELECT channel_id, value, achieved_at, notified FROM youtube_milestones
WHERE $1::text[] IS NULL OR channel_id = ANY ($1)
ORDER BY achieved_at DESC, value DESC, channel_id LIMIT $2 OFFSET $3
"""
