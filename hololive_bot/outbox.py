"""What is to be told waits in PostgreSQL until valkey-mq has taken it.

Rows come in with the transaction that decided them; a row is unique by its key, so that deciding twice adds
nothing. Rows of one room, stage and start that come together leave together, as one message.
"""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import asyncpg

from botkit.postgres.pool import Database
from hololive_bot import metrics
from hololive_bot.repository.link import Connection, connection, transaction

BATCH = 20
"""Messages that one transaction sends."""

KEPT_SECONDS = 14 * 86_400.0
LISTED = 200
ERROR_LENGTH = 500

PENDING, SENT, EXPIRED, FAILED, SKIPPED = "pending", "sent", "expired", "failed", "skipped"
STATUSES = (PENDING, SENT, EXPIRED, FAILED, SKIPPED)


@dataclass(frozen=True, slots=True)
class Row:
    """Something to be told to a room. Times are seconds since the epoch.

    `payload` is what the message is made of: `{"text": …, "folded": …}` is sent as it is.
    """

    key: str
    room: str
    stage: str
    payload: Mapping[str, Any]
    expires: float
    due: float | None = None
    """It is not sent before; None is now."""
    video: str = ""
    minute: int | None = None
    """The start that it is about, in minutes since the epoch."""
    together: int | None = None
    """Rows of a room and stage that have the same number here become one message; one without stays alone."""
    channels: tuple[str, ...] = ()
    """It is sent only while the room follows one of these; always when there are none."""
    skipped: bool = False
    """Only noted, so that it is never told."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row that has not been sent yet."""

    id: int
    message: int
    key: str
    room: str
    stage: str
    payload: Mapping[str, Any]
    attempts: int
    expires: float
    due: float


@dataclass(frozen=True, slots=True)
class End:
    """What became of a row; `pending` with the time of a further attempt."""

    row: int
    status: str
    again: float | None = None
    error: str = ""


@dataclass(frozen=True)
class Batch:
    """Messages that this process holds, and what became of their rows."""

    messages: Sequence[Sequence[Waiting]]
    ends: list[End] = field(default_factory=list)

    def settle(
        self, rows: Iterable[Waiting], status: str, *, again: float | None = None, error: str = ""
    ) -> None:
        """Write down at the end of the block what became of them."""
        for row in rows:
            self.ends.append(End(row.id, status, again, error[:ERROR_LENGTH]))
            if status != PENDING:
                metrics.alerts_sent.labels(kind_of(row.stage), status).inc()


class Outbox:
    """The table `alert_outbox`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, rows: Sequence[Row], *, now: float, link: Connection | None = None, fence: int = 0
    ) -> int:
        """Add the rows whose key is new; returns how many those are. With `link`, in its transaction.

        Raises:
            DatabaseAway: PostgreSQL cannot be reached; nobody knows whether they were added, but adding them
                again does no harm.
        """
        if not rows:
            return 0
        if link is None:
            async with transaction(self._database) as own:
                return await _insert(own, rows, now, fence)
        return await _insert(link, rows, now, fence)

    async def withdraw(
        self, withdrawn: Sequence[tuple[str, str | None]], *, now: float, link: Connection
    ) -> None:
        """What waits to be sent about a video (to one room, or to all) is not sent any more."""
        if withdrawn:
            videos, rooms = zip(*withdrawn, strict=True)
            await link.execute(_WITHDRAW, videos, rooms, _time(now))

    @asynccontextmanager
    async def take(self, now: float) -> AsyncIterator[Batch]:
        """Some of what is due, held until the block ends; what was settled in it is written down then.

        Several senders never hold the same message. After an error nothing is written, and all of it is taken
        again later.

        Raises:
            DatabaseAway: PostgreSQL cannot be reached.
        """
        async with transaction(self._database) as link:
            for row in await link.fetch(_DROP, _time(now)):
                metrics.alerts_sent.labels(kind_of(row["stage"]), row["status"]).inc()
            # The first row of a message stands for it, whatever has become of that row.
            leads = [row["id"] for row in await link.fetch(_LOCK, _time(now), BATCH)]
            rows = [_waiting(row) for row in await link.fetch(_TAKE, leads)] if leads else []
            batch = Batch([list(message) for _, message in groupby(rows, key=lambda row: row.message)])
            yield batch
            if batch.ends:
                await _settle(link, batch.ends, now)

    async def oldest(self, now: float) -> float:
        """Age in seconds of the oldest row that waits; 0 when none does."""
        async with connection(self._database) as link:
            found = await link.fetchval("SELECT min(due_at) FROM alert_outbox WHERE status = 'pending'")
        return max(0.0, now - found.timestamp()) if found else 0.0

    async def listed(self, status: str | None = None) -> list[dict[str, Any]]:
        """The latest rows, for operators; without what the messages say."""
        async with connection(self._database) as link:
            return [dict(row) for row in await link.fetch(_LIST, status, LISTED)]

    async def retry(self, row: int, *, now: float) -> bool:
        """Send a failed row once more; False when it has not failed, or it is too late for it."""
        async with connection(self._database) as link:
            return await link.fetchval(_RETRY, row, _time(now)) is not None

    async def tidy(self, now: float) -> None:
        """Forget what is finished for two weeks."""
        async with connection(self._database) as link:
            await link.execute(_TIDY, _time(now - KEPT_SECONDS))


def kind_of(stage: str) -> str:
    """The stage as a metric label: all lead times are one."""
    return "T" if stage.startswith("T-") else stage


async def _insert(link: Connection, rows: Sequence[Row], now: float, fence: int) -> int:
    values = [
        (
            row.key,
            row.room,
            row.video or None,
            row.stage,
            row.minute,
            json.dumps(row.payload, ensure_ascii=False),
            json.dumps(row.channels),
            SKIPPED if row.skipped else PENDING,
            _time(now if row.due is None else row.due),
            _time(row.expires),
        )
        for row in rows
    ]
    columns = [list(column) for column in zip(*values, strict=True)]
    added = await link.fetch(_INSERT, *columns, _time(now), fence)
    waiting = [row for row in added if row["status"] == PENDING]
    together = {row.key: (row.room, row.stage, row.together or row.key) for row in rows}
    heads: dict[object, int] = {}
    messages = [heads.setdefault(together[row["dedupe_key"]], row["id"]) for row in waiting]
    await link.execute(_GROUP, [row["id"] for row in waiting], messages)
    for row in added:
        metrics.alerts_planned.labels(kind_of(row["stage"]), row["status"]).inc()
    return len(added)


async def _settle(link: Connection, ends: Sequence[End], now: float) -> None:
    await link.execute(
        _SETTLE,
        [end.row for end in ends],
        [end.status for end in ends],
        [None if end.again is None else _time(end.again) for end in ends],
        [end.error or None for end in ends],
        _time(now),
    )


def _waiting(row: asyncpg.Record) -> Waiting:
    return Waiting(
        row["id"],
        row["message"],
        row["dedupe_key"],
        row["room_id"],
        row["stage"],
        json.loads(row["payload"]),
        row["attempts"],
        row["expires_at"].timestamp(),
        row["due_at"].timestamp(),
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


_INSERT = """
INSERT INTO alert_outbox (dedupe_key, room_id, video_id, stage, start_minute, payload, channels, status,
                          due_at, expires_at, next_attempt_at, created_at, fence)
SELECT dedupe_key, room_id, video_id, stage, start_minute, payload,
       ARRAY(SELECT jsonb_array_elements_text(channels)), status, due_at, expires_at,
       greatest(due_at, $11), $11, $12
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::jsonb[], $7::jsonb[],
            $8::text[], $9::timestamptz[], $10::timestamptz[])
    AS new (dedupe_key, room_id, video_id, stage, start_minute, payload, channels, status, due_at, expires_at)
ON CONFLICT (dedupe_key) DO NOTHING
RETURNING id, dedupe_key, stage, status
"""

_GROUP = """
UPDATE alert_outbox SET message = new.message
FROM unnest($1::bigint[], $2::bigint[]) AS new (id, message) WHERE alert_outbox.id = new.id
"""

_WITHDRAW = """
UPDATE alert_outbox SET status = 'skipped', finished_at = $3
FROM unnest($1::text[], $2::text[]) AS gone (video, room)
WHERE status = 'pending' AND video_id = gone.video AND (gone.room IS NULL OR room_id = gone.room)
"""

# Senders never wait for a row that somebody else holds: so no two of them can wait for each other.
_DROP = """
UPDATE alert_outbox SET finished_at = $1,
    status = CASE WHEN expires_at <= $1 THEN 'expired' ELSE 'skipped' END
WHERE id IN (
    SELECT id FROM alert_outbox AS waiting WHERE status = 'pending' AND (
        expires_at <= $1
        OR (next_attempt_at <= $1 AND channels <> '{}' AND NOT EXISTS (
            SELECT FROM alarms WHERE room_id = waiting.room_id AND channel_id = ANY (waiting.channels))))
    FOR UPDATE SKIP LOCKED)
RETURNING stage, status
"""

_LOCK = """
SELECT id FROM alert_outbox WHERE id IN (
    SELECT message FROM alert_outbox WHERE status = 'pending' AND next_attempt_at <= $1
    GROUP BY message ORDER BY min(next_attempt_at), message LIMIT $2)
ORDER BY id FOR UPDATE SKIP LOCKED
"""

_TAKE = """
SELECT id, message, dedupe_key, room_id, stage, payload, attempts, expires_at, due_at FROM alert_outbox
WHERE message = ANY ($1::bigint[]) AND status = 'pending' ORDER BY message, id FOR UPDATE SKIP LOCKED
"""

_SETTLE = """
UPDATE alert_outbox SET status = ended.status, last_error = coalesce(ended.error, last_error),
    attempts = attempts + (ended.again IS NOT NULL OR ended.status = 'failed')::int,
    next_attempt_at = coalesce(ended.again, next_attempt_at),
    finished_at = CASE WHEN ended.status <> 'pending' THEN $5::timestamptz END
FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::text[]) AS ended (id, status, again, error)
WHERE alert_outbox.id = ended.id
"""

_LIST = """
SELECT id, dedupe_key, room_id, video_id, stage, status, attempts, due_at, expires_at, created_at,
       finished_at, last_error
FROM alert_outbox WHERE $1::text IS NULL OR status = $1 ORDER BY created_at DESC, id DESC LIMIT $2
"""

_RETRY = """
UPDATE alert_outbox SET status = 'pending', attempts = 0, next_attempt_at = $2, finished_at = NULL
WHERE id = $1 AND status = 'failed' AND expires_at > $2 RETURNING id
"""

_TIDY = "DELETE FROM alert_outbox WHERE status <> 'pending' AND created_at < $1"
