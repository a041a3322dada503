"""The alert loop: look, decide, write down; in one process at a time.

What is decided is written in one transaction with what is known afterwards. So a process that dies at any
moment leaves either a whole round or none, and the next one goes on from there.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from botkit.chat.errors import Failed
from botkit.postgres.pool import Database
from botkit.runtime.clock import Clock
from botkit.runtime.health import Degraded
from botkit.runtime.tasks import cancel
from botkit.stream.owner import LeaseLost, Owner
from botkit.valkey.lease import Lease
from botkit.valkey.records import Fenced
from hololive_bot import alerts, metrics
from hololive_bot.alerts import Alert, Plan, Room
from hololive_bot.announcements import payload_of
from hololive_bot.broadcasts import FAR_HOURS, Broadcasts
from hololive_bot.holodex.errors import HolodexFailed
from hololive_bot.outbox import Outbox, Row
from hololive_bot.preferences import Preferences
from hololive_bot.repository.link import DatabaseAway, transaction
from hololive_bot.repository.rooms import Following, RoomRepository
from hololive_bot.repository.watch import WatchRepository, lead
from hololive_bot.streams import HOUR, Reading
from hololive_bot.watch import Watch

log = structlog.get_logger(__name__)

LEASE = "holo:alert"
"""The lease that makes one process the leader stands beside this name."""

AGAIN_SECONDS = 5.0
"""After PostgreSQL was away."""

STALE_SECONDS = 10 * 60.0
"""A leader without a reading for so long is not ready."""


@dataclass(frozen=True)
class Desk:
    """Where the loop reads and writes."""

    database: Database
    rooms: RoomRepository
    watch: WatchRepository
    outbox: Outbox
    broadcasts: Broadcasts


class Poller:
    """Rounds of the alert loop, as long as this process leads."""

    def __init__(
        self,
        desk: Desk,
        lease: Lease,
        *,
        interval: Callable[[], float],
        written: Callable[[], None],
        clock: Clock,
    ) -> None:
        """`interval` is the operator's, in seconds; `written` is called when the outbox has something new."""
        self._desk = desk
        self._lease = lease
        self._owner = Owner(lease, stream=LEASE)
        self._interval = interval
        self._written = written
        self._clock = clock
        self._watch: Watch | None = None
        self._chores_at = 0.0
        self._read_at: float | None = None

    async def run(self) -> None:
        """Lead whenever possible, until cancelled."""
        while True:
            await self._owner.acquire(lambda: None)
            keeping = asyncio.create_task(self._owner.keep())
            leading = asyncio.create_task(self._lead())
            try:
                await asyncio.wait({keeping, leading}, return_when=asyncio.FIRST_COMPLETED)
                for task in (leading, keeping):
                    if task.done():
                        task.result()
            except LeaseLost:
                log.warning("alert_leadership_lost")
            finally:
                await cancel({keeping, leading})
                await self._owner.release()
                self._watch = self._read_at = None

    async def tick(self) -> float:
        """One round; returns the seconds from its beginning to the next one's.

        Raises:
            Fenced: another process leads now.
            DatabaseAway: PostgreSQL is away; the next round begins with what is written there.
        """
        began, fence = self._clock(), int(self._lease.epoch)
        desk = self._desk
        try:
            if self._watch is None:
                self._watch = await desk.watch.load(fence=fence, now=began)
            followed = await desk.rooms.followed()
            reading = await self._read()
            following = await desk.rooms.rooms_following(alerts.channels_of(self._watch, reading))
            now = self._clock()
            decided = alerts.plan(self._watch, reading, _rooms(following), now)
            await self._write(decided, reading, fence=fence, now=now)
        except BaseException:
            self._watch = None  # whether it was written is unknown
            raise
        self._watch = decided.watch
        if decided.alerts:
            self._written()
        metrics.ticks.labels("read" if reading else "blind").inc()
        return alerts.pause(self._watch, followed, began, interval=self._interval())

    async def check(self) -> None:
        """For the readiness check.

        Raises:
            Degraded: this process leads and has not read anything for a while.
        """
        if self._read_at is not None and self._clock() - self._read_at > STALE_SECONDS:
            raise Degraded("alerts go by what was read more than ten minutes ago")

    async def _lead(self) -> None:
        self._read_at = self._clock()
        while True:
            began = self._clock()
            try:
                wait = await self.tick()
                await self._chores(began)
            except Fenced as fenced:
                self._owner.refused(fenced.epoch)
                raise LeaseLost from None
            except DatabaseAway as error:
                log.warning("alerts_not_decided", error=str(error))
                metrics.ticks.labels("database_away").inc()
                wait = AGAIN_SECONDS
            except Exception:  # a bug in one round: alerts of the next one still come
                log.exception("alert_round_failed")
                metrics.ticks.labels("bug").inc()
                wait = self._interval()
            await asyncio.sleep(max(0.0, began + wait - self._clock()))

    async def _read(self) -> Reading | None:
        """What is live and coming; None while Holodex is away: lead times go on without it."""
        try:
            found = await self._desk.broadcasts.alert_reading()
        except HolodexFailed as failure:
            log.warning("alert_reading_failed", reason=failure.outcome)
            return None
        self._read_at = self._clock()
        return found

    async def _write(self, decided: Plan, reading: Reading | None, *, fence: int, now: float) -> None:
        desk = self._desk
        seen = [stream.id for stream in reading.streams] if reading else []
        withdrawn = [(withdrawal.video, withdrawal.room) for withdrawal in decided.withdrawals]
        async with transaction(desk.database) as link:
            await lead(link, fence)
            await desk.outbox.withdraw(withdrawn, now=now, link=link)
            await desk.outbox.add([_row(alert) for alert in decided.alerts], now=now, link=link, fence=fence)
            await desk.watch.write(link, decided.altered, seen=seen, now=now)

    async def _chores(self, now: float) -> None:
        """Once an hour: the week's list for players is renewed, and what is old forgotten."""
        if now < self._chores_at:
            return
        self._chores_at = now + HOUR
        try:
            await self._desk.broadcasts.upcoming(FAR_HOURS)
        except Failed as failure:
            log.info("week_not_read", reason=failure.code)
        await self._desk.outbox.tidy(now)
        await self._desk.watch.tidy(now)


def _rooms(following: Iterable[Following]) -> list[Room]:
    channels: dict[str, set[str]] = defaultdict(set)
    preferences: dict[str, Preferences] = {}
    for each in following:
        channels[each.room].add(each.channel)
        preferences[each.room] = each.preferences
    return [Room(room, frozenset(found), preferences[room]) for room, found in channels.items()]


def _row(alert: Alert) -> Row:
    stream = alert.announcement.stream
    return Row(
        key=alert.key,
        room=alert.room,
        stage=alert.announcement.stage,
        payload=payload_of(alert.announcement),
        expires=alert.expires,
        due=alert.due,
        video=stream.id,
        channels=(stream.channel_id, *stream.mentioned),
        minute=alert.minute,
        together=alert.together,
        skipped=alert.skipped,
    )
