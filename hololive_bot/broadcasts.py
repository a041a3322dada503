"""What is live, coming and over, from the best source that answers.

Holodex, fresh or kept for a moment; else its last good answer with its time; else the agency's schedule. An
outage is never "nothing is live".
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic import TypeAdapter

from botkit.runtime.clock import Clock
from botkit.runtime.health import Degraded
from hololive_bot import metrics
from hololive_bot.holodex import rows
from hololive_bot.holodex.client import REQUEST_SECONDS, Client, Params
from hololive_bot.holodex.errors import HolodexFailed, for_players
from hololive_bot.holodex.rows import Channel, Wanted
from hololive_bot.holodex.shelf import Kept, Shelf
from hololive_bot.official import Official, OfficialUnavailable
from hololive_bot.streams import Reading, on_air, within

T = TypeVar("T")

PATIENCE_SECONDS = 10.0
"""For one list that a player waits for; the rest of their 15 seconds is for the other source."""

PAGE = 100
MOST_PAGES = 5
RECORD_KEPT = 24 * 3600.0
NEAR_HOURS, FAR_HOURS, MONTH_HOURS = 48, 168, 720
"""Lists are asked for these spans only and cut down here, so that different questions share an answer."""

READING = TypeAdapter(Reading)
CHANNEL = TypeAdapter(Channel)
CHANNELS = TypeAdapter(tuple[Channel, ...])

SORTED = {"sort": "start_scheduled", "order": "asc"}
ORG = {"org": rows.ORG, "include": "mentions"} | SORTED
WITH_PLACEHOLDERS = {"type": "placeholder,stream"}


@dataclass(frozen=True, slots=True)
class _List:
    """A list of streams: its name on the shelf, the question, and how long an answer stands (seconds)."""

    kind: str
    name: str
    params: Params
    fresh: float
    kept: float


LIVE = _List("live", "holo:hx:live", ORG | {"type": "stream", "status": "live"}, 60.0, 15 * 60.0)


def _upcoming(hours: float) -> _List:
    span = NEAR_HOURS if hours <= NEAR_HOURS else FAR_HOURS
    params = ORG | WITH_PLACEHOLDERS | {"status": "upcoming", "max_upcoming_hours": str(span)}
    return _List("upcoming", f"holo:hx:upcoming:{span}", params, 300.0, 3600.0)


NEAR = _upcoming(NEAR_HOURS)


def _schedule(channel_id: str, hours: float) -> _List:
    span = FAR_HOURS if hours <= FAR_HOURS else MONTH_HOURS
    params = SORTED | WITH_PLACEHOLDERS
    params |= {"channel_id": channel_id, "status": "live,upcoming", "max_upcoming_hours": str(span)}
    return _List("schedule", f"holo:hx:schedule:{channel_id}:{span}:live", params, 300.0, 3600.0)


ALERTS: Params = ORG | WITH_PLACEHOLDERS | {"status": "live,upcoming", "max_upcoming_hours": str(NEAR_HOURS)}


class Broadcasts:
    """The streams and channels of the members."""

    def __init__(
        self, client: Client, shelf: Shelf, official: Official, *, wanted: Wanted, clock: Clock
    ) -> None:
        self._client = client
        self._shelf = shelf
        self._official = official
        self._wanted = wanted
        self._clock = clock

    async def live(self) -> Reading:
        """Who is live: most viewers first, then the latest.

        Raises:
            SourceUnavailable, SourceBusy: no source answers.
        """
        found = await self._list(LIVE)
        return found.showing(on_air(found.streams))

    async def upcoming(self, hours: float) -> Reading:
        """What begins within so many hours (168 at most), soonest first, unknown times last.

        Raises:
            SourceUnavailable, SourceBusy: no source answers.
        """
        found = await self._list(_upcoming(hours))
        return found.showing(within(found.streams, self._clock(), min(hours, FAR_HOURS)))

    async def schedule(self, channel_id: str, hours: float) -> Reading:
        """What is on a channel now and within so many hours (720 at most), a live stream first.

        Raises:
            SourceUnavailable, SourceBusy: no source answers.
        """
        found = await self._list(_schedule(channel_id, hours), channel_id=channel_id)
        mine = [stream for stream in found.streams if stream.concerns(channel_id)]
        return found.showing((*on_air(mine), *within(mine, self._clock(), min(hours, MONTH_HOURS))))

    async def alert_reading(self) -> Reading:
        """Everything live or beginning within 48 hours, asked anew; players' lists are renewed with it.

        Raises:
            HolodexFailed: Holodex does not answer; no other source is good enough for alerts.
        """
        found = await self._ask_all(ALERTS, seconds=REQUEST_SECONDS)
        for wanted in (LIVE, NEAR):
            await self._keep(wanted, found)
        return found

    async def ended(self, channel_id: str, *, limit: int = 50, offset: int = 0) -> Reading:
        """What was on a channel, the latest first.

        Raises:
            SourceUnavailable, SourceBusy: Holodex does not answer.
        """
        params = {"channel_id": channel_id, "status": "past", "type": "stream", "include": "mentions"}
        params |= {"limit": str(min(limit, 50)), "offset": str(offset)}
        try:
            data = await self._client.get("videos", params, seconds=PATIENCE_SECONDS)
            return rows.reading(data, self._wanted, as_of=self._clock())
        except HolodexFailed as failure:
            raise for_players(failure) from None

    async def channel(self, channel_id: str) -> Kept[Channel]:
        """The record of a channel: at most 20 minutes old, or up to a day while Holodex is away.

        Raises:
            SourceUnavailable, SourceBusy: it cannot be read now, which says nothing about the channel.
        """
        return await self._record(
            f"holo:hx:channel:{channel_id}",
            CHANNEL,
            lambda: self._ask_channel(channel_id),
            fresh=20 * 60.0,
        )

    async def channels(self) -> Kept[tuple[Channel, ...]]:
        """The records of all channels of the agency: at most ten minutes old, or up to a day.

        Raises:
            SourceUnavailable, SourceBusy: they cannot be read now.
        """
        return await self._record("holo:hx:channels", CHANNELS, self._ask_channels, fresh=600.0)

    async def check(self) -> None:
        """For the readiness check.

        Raises:
            Degraded: Holodex cannot be asked; says why.
        """
        if not self._client.has_keys:
            raise Degraded(
                "no HOLODEX_API_KEY_1: lists come from the official schedule, and there are no alerts"
            )
        if not self._client.breaker.is_closed:
            raise Degraded("Holodex does not answer")

    # ---- lists --------------------------------------------------------------------------------------

    async def _list(self, wanted: _List, *, channel_id: str = "") -> Reading:
        """The list, or what is left of it when Holodex does not answer."""
        kept = await self._shelf.find(wanted.name, READING)
        if kept and self._clock() - kept.as_of < wanted.fresh:
            return _counted(wanted, kept.value, "shelf")
        try:
            found = await self._ask_all(wanted.params, seconds=PATIENCE_SECONDS)
        except HolodexFailed as failure:
            left = kept.value if kept else await self._org_wide() if channel_id else None
            if left is None:
                return _counted(wanted, await self._official_list(failure), "official")
            return _counted(wanted, replace(left, stale=True), "last_good")
        await self._keep(wanted, found)
        return _counted(wanted, found, "holodex")

    async def _org_wide(self) -> Reading | None:
        """The lists of all channels as they were kept: one channel's streams are among them."""
        found = [
            await self._shelf.find(wanted.name, READING) for wanted in (LIVE, _upcoming(FAR_HOURS), NEAR)
        ]
        kept = [each for each in found if each]
        if not kept:
            return None
        streams = {stream.id: stream for each in reversed(kept) for stream in each.value.streams}
        return replace(kept[0].value, streams=tuple(streams.values()), as_of=min(each.as_of for each in kept))

    async def _official_list(self, failure: HolodexFailed) -> Reading:
        try:
            return await self._official.reading()
        except OfficialUnavailable:
            raise for_players(failure) from None

    async def _keep(self, wanted: _List, found: Reading) -> None:
        await self._shelf.put(wanted.name, READING, Kept(found, found.as_of), seconds=wanted.kept)

    async def _ask_all(self, params: Params, *, seconds: float) -> Reading:
        """All pages of an answer: only of a whole list can be said what is not in it."""
        as_of, pages = self._clock(), []
        for page in range(MOST_PAGES):
            asked = {**params, "limit": str(PAGE), "offset": str(page * PAGE)}
            data = await self._client.get("live", asked, seconds=seconds)
            pages.append(rows.reading(data, self._wanted, as_of=as_of))
            if len(rows.rows_of(data)) < PAGE:
                break
        else:  # there is more than was read
            pages.append(replace(pages[-1], whole=False))
        streams = {stream.id: stream for each in pages for stream in each.streams}
        return replace(
            pages[0],
            streams=tuple(streams.values()),
            unread=pages[0].unread.union(*(each.unread for each in pages)).difference(streams),
            whole=all(each.whole for each in pages),
        )

    # ---- records ------------------------------------------------------------------------------------

    async def _record(
        self, name: str, shape: TypeAdapter[T], ask: Callable[[], Awaitable[T]], *, fresh: float
    ) -> Kept[T]:
        kept = await self._shelf.find(name, shape)
        if kept and self._clock() - kept.as_of < fresh:
            return kept
        try:
            found = Kept(await ask(), self._clock())
        except HolodexFailed as failure:
            if kept is None:
                raise for_players(failure) from None
            return replace(kept, stale=True)
        await self._shelf.put(name, shape, found, seconds=RECORD_KEPT)
        return found

    async def _ask_channel(self, channel_id: str) -> Channel:
        return rows.channel(await self._client.get(f"channels/{channel_id}", {}, seconds=PATIENCE_SECONDS))

    async def _ask_channels(self) -> tuple[Channel, ...]:
        found: dict[str, Channel] = {}
        for page in range(MOST_PAGES):
            params = {"org": rows.ORG, "type": "vtuber", "limit": str(PAGE), "offset": str(page * PAGE)}
            data = await self._client.get("channels", params, seconds=PATIENCE_SECONDS)
            found |= {channel.id: channel for channel in rows.channels(data, self._wanted)}
            if len(rows.rows_of(data)) < PAGE:
                break
        return tuple(found.values())


def _counted(wanted: _List, found: Reading, came_from: str) -> Reading:
    metrics.readings.labels(wanted.kind, came_from).inc()
    return found
