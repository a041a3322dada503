"""Timed work beside the chat: figures, milestones, celebrations, what changed at the agency.

Every job may be begun twice or broken off anywhere: what it writes is unique. When it last ended well stands
in PostgreSQL, so that a restart does not begin it anew.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog

from botkit.chat.errors import UserError
from botkit.postgres.pool import Database
from botkit.runtime.clock import Clock
from hololive_bot import milestones
from hololive_bot.broadcasts import Broadcasts
from hololive_bot.directory import Directory
from hololive_bot.holodex.rows import Channel
from hololive_bot.repository import members as members_repository
from hololive_bot.repository.link import DatabaseAway, transaction
from hololive_bot.repository.operations import Operations, put_differences
from hololive_bot.repository.statistics import Figures, Statistics
from hololive_bot.seoul import DAY, day_of
from hololive_bot.tellings import Tellings
from hololive_bot.youtube import YouTube, YouTubeFailed

log = structlog.get_logger(__name__)

MINUTE, HOUR = 60.0, 3600.0
LOOK_SECONDS = 20.0

CELEBRATED_AT = 5 * MINUTE
"""After midnight in Seoul."""

PHOTO_HOSTS = ("ggpht.com", "googleusercontent.com")
SMALL_PHOTO, LARGE_PHOTO = "=s800", "=s1024"


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is done again and again; `first` is how long after the start it may begin (seconds)."""

    name: str
    every: float
    first: float
    work: Callable[[float], Awaitable[None]]


class Jobs:
    """Looks what is due, and does it."""

    def __init__(
        self,
        database: Database,
        *,
        broadcasts: Broadcasts,
        youtube: YouTube | None,
        directory: Directory,
        statistics: Statistics,
        tellings: Tellings,
        clock: Clock,
    ) -> None:
        """Without `youtube` Holodex says the figures."""
        self._database = database
        self._operations = Operations(database)
        self._broadcasts = broadcasts
        self._youtube = youtube
        self._directory = directory
        self._statistics = statistics
        self._tellings = tellings
        self._clock = clock
        self._jobs = (
            Job("celebrations", DAY, MINUTE, self.celebrate),  # what administrators changed is read by then
            Job("figures", 6 * HOUR, 2 * MINUTE, self.count_everybody),
            Job("near_milestones", HOUR, 4 * MINUTE, self.count_watched),
            Job("old_figures", DAY, 10 * MINUTE, self.thin_out),
            Job("channels", 7 * DAY, 10.0, self.compare_channels),
        )

    async def run(self) -> None:
        """Until cancelled."""
        began = self._clock()
        rests: dict[str, float] = {}
        while True:
            now = self._clock()
            for job in self._jobs:
                if now >= max(began + job.first, rests.get(job.name, 0.0)):
                    rests[job.name] = now + await self._do(job, now)
            await asyncio.sleep(LOOK_SECONDS)

    async def _do(self, job: Job, now: float) -> float:
        """Do a job if it is due; returns how long it need not be looked at."""
        try:
            if not await self._operations.is_due(job.name, since=self._since(job, now)):
                return 0.0
            await job.work(now)
            await self._operations.note_run(job.name, now)
            log.info("job_done", job=job.name)
        except (DatabaseAway, UserError, YouTubeFailed) as error:
            log.warning("job_delayed", job=job.name, error=type(error).__name__)
            return MINUTE
        except Exception:  # a bug in one job holds up no other
            log.exception("job_failed", job=job.name)
            return 5 * MINUTE
        return 0.0

    @staticmethod
    def _since(job: Job, now: float) -> float:
        """It is due when it has not run since then."""
        if job.name != "celebrations":
            return now - job.every
        today = day_of(now).begins + CELEBRATED_AT
        return today if now >= today else 0.0

    # ---- the jobs -----------------------------------------------------------------------------------

    async def celebrate(self, now: float) -> None:
        """Birthdays and anniversaries of today."""
        await self._tellings.celebrate(now)

    async def count_everybody(self, now: float) -> None:
        """Read all channels, keep the figures, tell what they mean."""
        channels = {member.channel_id for member in self._directory.index.members if member.channel_id}
        await self._take(await self._read(sorted(channels), now))

    async def count_watched(self, now: float) -> None:
        """The same, for channels that come near a round number."""
        last = await self._statistics.last(self._streaming())
        watched = [c for c, count in last.items() if milestones.progress(count) >= milestones.WATCHED_FROM]
        if watched:
            await self._take(await self._read(sorted(watched), now))

    async def thin_out(self, now: float) -> None:
        """Old readings become one a day."""
        await self._statistics.thin_out(now)

    async def compare_channels(self, _now: float) -> None:
        """New photos; who is new at the agency or gone is reported, never changed by itself."""
        found = await self._broadcasts.channels()
        tracked = {member.channel_id: member for member in self._directory.index.members if member.channel_id}
        photos = [(one.id, photo) for one in found.value if one.id in tracked and (photo := _photo(one))]
        unknown = sorted(one.id for one in found.value if one.id not in tracked and not one.inactive)
        silent = sorted(
            one.id for one in found.value if one.inactive and one.id in tracked and tracked[one.id].is_active
        )
        if unknown or silent:
            log.warning("channels_differ", unknown=unknown, inactive=silent)
        async with transaction(self._database) as link:
            await members_repository.set_photos(link, photos)
            await put_differences(link, {"unknown": unknown, "inactive": silent})

    # ---- figures ------------------------------------------------------------------------------------

    async def _read(self, channels: list[str], now: float) -> list[Figures]:
        if self._youtube:
            try:
                return await self._youtube.figures(channels)
            except YouTubeFailed as failure:
                log.warning("youtube_failed", reason=str(failure))
        found = await self._broadcasts.channels()
        if found.stale:
            return []
        wanted = set(channels)
        return [
            Figures(one.id, now, one.subscribers, one.videos, one.views)
            for one in found.value
            if one.id in wanted and one.subscribers is not None
        ]

    async def _take(self, readings: list[Figures]) -> None:
        """Told first, kept then: after a crash between the two it is told by what was known before."""
        before = await self._statistics.last([one.channel for one in readings])
        streaming = self._streaming()
        for one in readings:
            if one.channel in streaming:
                await self._tellings.tell_change(before.get(one.channel), one)
        await self._statistics.append(readings)

    def _streaming(self) -> set[str]:
        """Channels of members who still stream."""
        return {m.channel_id for m in self._directory.index.members if m.channel_id and m.is_active}


def _photo(channel: Channel) -> str | None:
    """The channel's photo in a good size; None when it is not where such photos are."""
    parts = urlsplit(channel.photo)
    host = parts.hostname or ""
    if parts.scheme != "https" or not any(host.endswith(f".{known}") for known in PHOTO_HOSTS):
        return None
    return channel.photo.replace(SMALL_PHOTO, LARGE_PHOTO)
