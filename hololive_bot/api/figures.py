"""What is on air, channels, profiles, numbers. The same data as the commands show."""

import re
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query

from hololive_bot import milestones
from hololive_bot.api.parts import Parts, routed
from hololive_bot.broadcasts import FAR_HOURS
from hololive_bot.holodex.rows import Channel
from hololive_bot.holodex.shelf import Kept
from hololive_bot.index import Found, Group, Index, Nobody
from hololive_bot.members import Member
from hololive_bot.repository.operations import Operations
from hololive_bot.repository.rooms import RoomRepository
from hololive_bot.repository.statistics import Statistics
from hololive_bot.streams import Reading

CHANNEL_ID = r"UC[A-Za-z0-9_-]{1,62}"
MOST_CHANNELS = 100
MOST_NEAR = 6


class FigureRoutes:
    """The routes that only read."""

    def __init__(self, parts: Parts, rooms: RoomRepository, statistics: Statistics) -> None:
        self._parts = parts
        self._rooms = rooms
        self._statistics = statistics

    @property
    def _index(self) -> Index:
        return self._parts.directory.index

    def router(self) -> APIRouter:
        """All of them."""
        return routed(
            "figures",
            ("GET", "/stats", self.stats),
            ("GET", "/stats/channels", self.channel_stats),
            ("GET", "/streams/live", self.live),
            ("GET", "/streams/upcoming", self.upcoming),
            ("GET", "/channels", self.channels),
            ("GET", "/channels/search", self.search),
            ("GET", "/profiles", self.profiles),
            ("GET", "/profiles/name", self.profile),
            ("GET", "/milestones", self.reached),
            ("GET", "/milestones/near", self.near),
            ("GET", "/milestones/stats", self.counted),
        )

    async def stats(self) -> dict[str, Any]:
        """How much there is of everything."""
        alarms = await self._rooms.alarms()
        members = self._index.members
        return {
            "members": len(members),
            "active_members": sum(member.is_active for member in members),
            "rooms": len({one.room for one in alarms}),
            "alarms": len(alarms),
            "channels_differ": await Operations(self._parts.database).differences(),
        }

    async def channel_stats(self) -> list[dict[str, Any]]:
        """The last figures of every channel."""
        names = {one.channel_id: one.name for one in self._index.members if one.channel_id}
        last = await self._statistics.last(names)
        listed = sorted(last.items(), key=lambda item: -item[1])
        return [
            {"channel_id": channel, "member": names[channel], "subscribers": count}
            for channel, count in listed
        ]

    async def live(self) -> dict[str, Any]:
        """What is live."""
        return _reading(await self._parts.broadcasts.live())

    async def upcoming(self, hours: Annotated[int, Query(ge=1, le=FAR_HOURS)] = 24) -> dict[str, Any]:
        """What is coming."""
        return _reading(await self._parts.broadcasts.upcoming(hours))

    async def channels(
        self,
        channelId: str = "",  # noqa: N803 - a wire name
        channelIds: str = "",  # noqa: N803 - a wire name
    ) -> list[dict[str, Any]]:
        """Records of channels, of one or of several with commas."""
        wanted = [one.strip() for one in (channelIds or channelId).split(",") if one.strip()]
        if not 1 <= len(wanted) <= MOST_CHANNELS:
            raise HTTPException(400, f"channelId, or channelIds with at most {MOST_CHANNELS}")
        if wrong := [one for one in wanted if not re.fullmatch(CHANNEL_ID, one)]:
            raise HTTPException(400, f"{wrong[0][:40]!r} is no channel id")
        records = await self._records(wanted)
        return [asdict(one.value) | {"as_of": one.as_of, "stale": one.stale} for one in records]

    async def _records(self, wanted: list[str]) -> list[Kept[Channel]]:
        """Several are looked for in the list of the agency: one question instead of a hundred."""
        listed: dict[str, Kept[Channel]] = {}
        if len(wanted) > 1:
            every = await self._parts.broadcasts.channels()
            listed = {one.id: Kept(one, every.as_of, every.stale) for one in every.value}
        return [listed.get(one) or await self._parts.broadcasts.channel(one) for one in wanted]

    async def search(self, q: Annotated[str, Query(min_length=1, max_length=60)]) -> list[dict[str, Any]]:
        """Channels of the agency by name."""
        found = await self._parts.broadcasts.channels()
        said = q.casefold()
        hits = [one for one in found.value if said in f"{one.name} {one.english_name}".casefold()]
        return [asdict(one) for one in hits]

    async def profiles(self, channelId: str) -> list[Member]:  # noqa: N803 - a wire name
        """Who streams on a channel."""
        return [member for member in self._index.members if member.channel_id == channelId]

    async def profile(self, name: Annotated[str, Query(min_length=1)]) -> dict[str, Any]:
        """Who is meant by a name."""
        found = self._index.find(name)
        if isinstance(found, Nobody):
            raise HTTPException(404, "nobody is called so")
        kind = "found" if isinstance(found, Found) else "unit" if isinstance(found, Group) else "several"
        return {"result": kind, "members": [member.model_dump(mode="json") for member in found.members]}

    async def reached(
        self,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        offset: Annotated[int, Query(ge=0)] = 0,
        channelId: str = "",  # noqa: N803 - a wire name
        memberName: str = "",  # noqa: N803 - a wire name
    ) -> dict[str, Any]:
        """Round numbers that were reached."""
        channels = [channelId] if channelId else None
        if memberName:
            found = self._index.find(memberName)
            members = () if isinstance(found, Nobody) else found.members
            channels = [member.channel_id for member in members if member.channel_id]
        total, page = await self._statistics.milestones(limit=limit, offset=offset, channels=channels)
        return {
            "total": total,
            "milestones": [asdict(one) | {"member": self._name(one.channel)} for one in page],
        }

    async def near(
        self,
        threshold: Annotated[float, Query(ge=0, le=1)] = milestones.WATCHED_FROM,
    ) -> list[dict[str, Any]]:
        """Who comes near a round number."""
        streaming = {one.channel_id for one in self._index.members if one.channel_id and one.is_active}
        last = await self._statistics.last(streaming)
        ranked = sorted(last.items(), key=lambda item: -milestones.progress(item[1]))
        above = [item for item in ranked if milestones.progress(item[1]) >= threshold]
        return [
            {
                "channel_id": channel,
                "member": self._name(channel),
                "subscribers": count,
                "next": milestones.following(count),
                "progress": round(milestones.progress(count), 4),
            }
            for channel, count in (above or ranked)[:MOST_NEAR]
        ]

    async def counted(self) -> dict[str, int]:
        """How many round numbers there were."""
        return await self._statistics.milestone_counts()

    def _name(self, channel: str) -> str:
        return self._index.channel_name(channel, channel)


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "as_of": reading.as_of,
        "source": reading.source,
        "stale": reading.stale,
        "streams": [asdict(stream) | {"url": stream.url} for stream in reading.streams],
    }
