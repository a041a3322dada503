"""The agency's own schedule, for when Holodex says nothing: names instead of channels, no real starts."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlparse
from zoneinfo import ZoneInfo

import aiohttp
import structlog
from pydantic import TypeAdapter

from botkit.runtime.clock import Clock
from hololive_bot import metrics
from hololive_bot.holodex.shelf import Kept, Shelf
from hololive_bot.streams import Reading, Source, Status, Stream, clean, is_marked_members_only

log = structlog.get_logger(__name__)

BASE_URL = "https://schedule.hololive.tv"
PATH = "/api/list/7"
"""All groups."""

DEADLINE_SECONDS = 15.0
GAP_SECONDS = 120.0
"""Between two requests, failed ones included."""
FRESH_SECONDS = 300.0
NAME = "holo:official:list"

JAPAN = ZoneInfo("Asia/Tokyo")
SHAPE = TypeAdapter(tuple[Stream, ...])

Talents = Callable[[str], str | None]
"""The channel of a talent by the name on the page: exact, and only when one fits."""


class OfficialUnavailable(Exception):
    """No list, or an empty one, which this page never is; says why."""


class Official:
    """The page's list; equal questions share one request."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        shelf: Shelf,
        *,
        talents: Talents,
        clock: Clock,
        base_url: str = BASE_URL,
        is_left_out: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """The page shows all groups; `is_left_out` says of a channel that nobody here wants it."""
        self._http = http
        self._shelf = shelf
        self._talents = talents
        self._clock = clock
        self._url = base_url.rstrip("/") + PATH
        self._is_left_out = is_left_out
        self._asking = asyncio.Lock()
        self._next = 0.0

    async def reading(self) -> Reading:
        """What the page says, at most five minutes old.

        Raises:
            OfficialUnavailable: it cannot be read now.
        """
        async with self._asking:
            kept = await self._shelf.find(NAME, SHAPE)
            if kept is None:
                if self._clock() < self._next:
                    raise OfficialUnavailable("asked too recently")
                self._next = self._clock() + GAP_SECONDS
                kept = Kept(await self._asked(), self._clock())
                await self._shelf.put(NAME, SHAPE, kept, seconds=FRESH_SECONDS)
        return Reading(kept.value, kept.as_of, Source.OFFICIAL)

    async def _asked(self) -> tuple[Stream, ...]:
        try:
            async with (
                asyncio.timeout(DEADLINE_SECONDS),
                self._http.get(self._url, raise_for_status=True) as answer,
            ):
                streams = streams_of(json.loads(await answer.read()), self._talents, now=self._clock())
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, KeyError, TypeError) as error:
            log.warning("official_schedule_unread", error=type(error).__name__)
            raise OfficialUnavailable(type(error).__name__) from None
        if not streams:
            raise OfficialUnavailable("an empty list")
        return tuple(stream for stream in streams if not self._is_left_out(stream.channel_id))


def streams_of(data: Any, talents: Talents, *, now: float) -> tuple[Stream, ...]:
    """The rows of all days; those that cannot be read are left out.

    Raises:
        KeyError, TypeError: it is no such list.
    """
    days = data["dateGroupList"]
    found: dict[str, Stream] = {}
    for day in days:
        rows = day.get("videoList") if isinstance(day, Mapping) else None
        for row in rows if isinstance(rows, list) else ():
            try:
                stream = _stream(row, talents, now)
            except (KeyError, TypeError, ValueError, AttributeError):
                metrics.rows_broken.labels("official").inc()
            else:
                found[stream.id] = stream
    return tuple(found.values())


def _stream(row: Mapping[str, Any], talents: Talents, now: float) -> Stream:
    name, title, url = clean(row["name"]), clean(row["title"]), clean(row["url"])
    planned = datetime.strptime(row["datetime"], "%Y/%m/%d %H:%M:%S").replace(tzinfo=JAPAN).timestamp()
    channel = talents(name) or ""
    guests = [talents(clean(guest["name"])) for guest in row.get("collaboTalents") or () if "name" in guest]
    video = _video(url)
    live = row.get("isLive") is True
    return Stream(
        id=video or url,
        title=title,
        channel_id=channel,
        channel_name=name,
        status=Status.LIVE if live else Status.UPCOMING if planned > now else Status.ENDED,
        planned=planned,
        started=planned if live else None,  # the page knows no better
        mentioned=tuple(dict.fromkeys(guest for guest in guests if guest and guest != channel)),
        members_only=is_marked_members_only("", title),
        link="" if video else url,
    )


def _video(url: str) -> str:
    """The id of a YouTube video, empty for anything else."""
    parts = urlparse(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if host == "youtu.be":
        return parts.path.strip("/")
    if host != "youtube.com":
        return ""
    if parts.path.startswith("/live/"):
        return parts.path.removeprefix("/live/").strip("/")
    return parse_qs(parts.query).get("v", [""])[0]
