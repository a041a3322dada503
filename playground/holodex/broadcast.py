"""One broadcast and everything that happens to it, as a script: what Holodex shows of it at any moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from playground.holodex.members import Channel


@dataclass(frozen=True, slots=True)
class Move:
    """At `at` the planned start becomes `planned`. Times are seconds since the epoch."""

    at: float
    planned: float | None


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Times are seconds since the epoch; what never happens is None.

    `begins` is the real start, which Holodex notices `lag` seconds late. `removed` is when it is deleted
    or made private.
    """

    id: str
    channel: str
    title: str
    shown: float
    planned: float | None
    begins: float | None = None
    ends: float | None = None
    removed: float | None = None
    moves: tuple[Move, ...] = ()
    lag: float = 0.0
    topic: str = ""
    type: str = "stream"
    guests: tuple[str, ...] = ()
    duration: int = 0
    """Length in seconds of a video that is finished before it is shown: a premiere."""
    viewers: int = 4321
    link: str = ""

    def planned_at(self, now: float) -> float | None:
        """The planned start that is shown at `now`."""
        planned = self.planned
        for move in self.moves:
            if move.at <= now:
                planned = move.planned
        return planned

    def status_at(self, now: float) -> str:
        """`upcoming`, `live`, `past`, `missing`; empty before it is announced."""
        if now < self.shown:
            return ""
        if self.removed is not None and self.removed <= now:
            return "missing"
        if self.ends is not None and self.ends + self.lag <= now:
            return "past"
        if self.begins is not None and self.begins + self.lag <= now:
            return "live"
        return "upcoming"

    def row(self, now: float, channels: Mapping[str, Channel], *, mentions: bool) -> dict[str, Any]:
        """As the API writes it. Null fields are left out, as there."""
        status = self.status_at(now)
        planned = self.planned_at(now)
        started = self.begins if status in ("live", "past") else None
        ended = self.ends if status == "past" else None
        row: dict[str, Any] = {
            "id": self.id,
            "title": self.title,
            "type": self.type,
            "topic_id": self.topic or None,
            "published_at": iso(self.shown),
            "available_at": iso(started or planned or self.shown),
            "duration": self._duration(status),
            "status": status,
            "start_scheduled": iso(planned),
            "start_actual": iso(started),
            "end_actual": iso(ended),
            "live_viewers": self.viewers if status == "live" else 0,
            "channel": channels[self.channel].summary(),
        }
        if self.type == "placeholder":
            row |= {
                "link": self.link or None,
                "placeholderType": "scheduled-yt-stream",
                "certainty": "certain",
            }
        if mentions and self.guests:
            row["mentions"] = [channels[guest].summary() for guest in self.guests if guest in channels]
        return {name: value for name, value in row.items() if value is not None}

    def official_row(self, now: float, channels: Mapping[str, Channel]) -> dict[str, Any]:
        """As the agency's own schedule writes it; times are Japan's."""
        moment = self.planned_at(now) or self.shown
        local = datetime.fromtimestamp(moment + 9 * 3600, UTC)
        return {
            "displayDate": f"{local:%H:%M}",
            "datetime": f"{local:%Y/%m/%d %H:%M:%S}",
            "isLive": self.status_at(now) == "live",
            "platformType": 1,
            "url": self.link or f"https://www.youtube.com/watch?v={self.id}",
            "thumbnail": f"https://img.youtube.com/vi/{self.id}/mqdefault.jpg",
            "title": self.title,
            "name": channels[self.channel].talent,
            "talent": {"name": channels[self.channel].talent, "iconImageUrl": ""},
            "collaboTalents": [
                {"name": channels[guest].talent, "iconImageUrl": ""}
                for guest in self.guests
                if guest in channels
            ],
        }

    def _duration(self, status: str) -> int:
        if status == "past" and self.begins is not None and self.ends is not None:
            return int(self.ends - self.begins)
        return self.duration


def iso(seconds: float | None) -> str | None:
    """`2026-01-02T03:04:05.000Z`."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
