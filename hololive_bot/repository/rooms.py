"""Which rooms follow which channels, and what they want to hear."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from botkit.postgres.pool import Database
from botkit.valkey.records import APPLIED_KEPT, Conflict, Fenced, Stored
from hololive_bot.preferences import BadPreference, Preferences
from hololive_bot.repository.link import Connection, connection, transaction

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Following:
    """A room that follows a channel, with what it wants to hear."""

    room: str
    channel: str
    preferences: Preferences


@dataclass(frozen=True, slots=True)
class Alarm:
    """A row of the operators' list."""

    id: int
    room: str
    room_name: str
    channel: str
    types: tuple[str, ...]
    created_at: float


class RoomRepository:
    """The rooms and their subscriptions. Every change locks the room's row, so that changes come in order."""

    def __init__(self, database: Database, *, defaults: Callable[[], Preferences]) -> None:
        """`defaults` are the operator's preferences as they are now."""
        self._database = database
        self._defaults = defaults

    # ---- what alerts ask ----------------------------------------------------------------------------

    async def rooms_following(self, channels: Collection[str]) -> tuple[Following, ...]:
        """Who follows any of the channels; rooms without access are left out, and keep their subscriptions.

        Raises:
            DatabaseAway: PostgreSQL cannot be reached.
        """
        async with connection(self._database) as link:
            rows = await link.fetch(_FOLLOWING, list(channels))
        return tuple(
            Following(row["room_id"], row["channel_id"], self._held(json.loads(row["settings"])))
            for row in rows
        )

    async def followed(self) -> frozenset[str]:
        """Every channel that some room follows.

        Raises:
            DatabaseAway: PostgreSQL cannot be reached.
        """
        async with connection(self._database) as link:
            rows = await link.fetch("SELECT DISTINCT channel_id FROM alarms")
        return frozenset(row["channel_id"] for row in rows)

    # ---- what a chat line does ----------------------------------------------------------------------

    async def load(self, room: str, *, entry: str, epoch: str) -> tuple[Stored, tuple[str, ...]]:
        """The room as the entry finds it, and the channels that it follows, in the order they were added.

        Earlier owners of the inbound stream are shut out from here on.

        Raises:
            Fenced: a later owner has been here.
            DatabaseAway: PostgreSQL cannot be reached.
        """
        async with transaction(self._database) as link:
            [row] = await link.fetch(_LOCK, room, int(epoch))
            if row["epoch"] > int(epoch):
                raise Fenced(row["epoch"])
            replies = await link.fetchval(_APPLIED, room, entry)
            alarms = await link.fetch(_CHANNELS, room)
        return Stored(str(row["version"]), replies), tuple(alarm["channel_id"] for alarm in alarms)

    async def save(
        self, room: str, stored: Stored, channels: Sequence[str], *, entry: str, replies: bytes, epoch: str
    ) -> None:
        """The room follows these channels from now on; the entry and its replies are kept with that.

        Raises:
            Conflict: the room has changed since it was loaded.
            Fenced: a later owner has been here.
            DatabaseAway: PostgreSQL cannot be reached, and nobody knows whether it was saved.
        """
        async with transaction(self._database) as link:
            row = await link.fetchrow("SELECT version, epoch FROM rooms WHERE room_id = $1 FOR UPDATE", room)
            if row is None:
                raise Conflict
            if row["epoch"] > int(epoch):
                raise Fenced(row["epoch"])
            if str(row["version"]) != stored.version:
                raise Conflict
            await link.execute(_TOUCH, room, int(epoch))
            await link.execute(
                "DELETE FROM alarms WHERE room_id = $1 AND channel_id <> ALL ($2)", room, channels
            )
            await link.execute(_ADD, room, list(channels))
            await link.execute(_NOTE, room, entry, replies)
            await link.execute(_FORGET, room, APPLIED_KEPT)

    # ---- what an operator does ----------------------------------------------------------------------

    async def alarms(self) -> list[Alarm]:
        """Every subscription, by room."""
        async with connection(self._database) as link:
            rows = await link.fetch(_ALARMS)
        return [
            Alarm(
                row["id"],
                row["room_id"],
                row["name"],
                row["channel_id"],
                tuple(row["types"]),
                row["created_at"].timestamp(),
            )
            for row in rows
        ]

    async def settings_of(self, room: str) -> tuple[dict[str, Any], Preferences]:
        """What the room has chosen itself, and what holds for it with the defaults."""
        async with connection(self._database) as link:
            chosen = await read_settings(link, room)
        return chosen, self._held(chosen)

    def _held(self, chosen: dict[str, Any]) -> Preferences:
        """What holds for a room that has chosen this; the defaults when it cannot be read."""
        defaults = self._defaults()
        try:
            return defaults.changed(chosen)
        except BadPreference as error:  # written by another release
            log.error("room_settings_unusable", reason=str(error))
            return defaults


async def remove_alarm(link: Connection, room: str, channel: str) -> bool:
    """End a subscription in a transaction; False when there was none."""
    await link.execute("UPDATE rooms SET version = version + 1 WHERE room_id = $1", room)
    return await link.fetchval(_REMOVE, room, channel) is not None


async def read_settings(link: Connection, room: str) -> dict[str, Any]:
    """What a room has chosen itself."""
    found = await link.fetchval("SELECT settings FROM rooms WHERE room_id = $1", room)
    return dict(json.loads(found)) if found else {}


async def change_settings(link: Connection, room: str, values: dict[str, Any]) -> None:
    """Change some of a room's choices; null takes one back."""
    kept = {name: value for name, value in values.items() if value is not None}
    dropped = [name for name, value in values.items() if value is None]
    await link.execute(_CHOOSE, room, json.dumps(kept), dropped)


async def name_room(link: Connection, room: str, name: str) -> None:
    """What operators see instead of the id."""
    await link.execute(_NAME, room, name)


_FOLLOWING = """
WITH access AS (
    SELECT coalesce((SELECT value FROM acl_settings WHERE key = 'enabled'), 'false') = 'true' AS enabled,
           coalesce((SELECT value FROM acl_settings WHERE key = 'mode'), 'whitelist') AS mode
), listed AS (
    SELECT room_id FROM acl_rooms, access WHERE list_type = mode
)
SELECT alarms.room_id, alarms.channel_id, rooms.settings
FROM alarms JOIN rooms USING (room_id), access
WHERE alarms.channel_id = ANY ($1) AND 'LIVE' = ANY (alarms.types)
  AND (NOT enabled
       OR (mode = 'blacklist' AND alarms.room_id NOT IN (SELECT room_id FROM listed))
       OR (mode = 'whitelist' AND (alarms.room_id IN (SELECT room_id FROM listed)
                                   OR NOT EXISTS (SELECT FROM listed))))
ORDER BY alarms.room_id, alarms.channel_id
"""

_LOCK = """
INSERT INTO rooms (room_id, epoch) VALUES ($1, $2)
ON CONFLICT (room_id) DO UPDATE SET epoch = greatest(rooms.epoch, excluded.epoch)
RETURNING version, epoch
"""

_APPLIED = "SELECT replies FROM applied_entries WHERE room_id = $1 AND entry = $2"

_CHANNELS = "SELECT channel_id FROM alarms WHERE room_id = $1 ORDER BY created_at, id"

_TOUCH = "UPDATE rooms SET version = version + 1, epoch = $2, last_seen_at = now() WHERE room_id = $1"

_ADD = """
INSERT INTO alarms (room_id, channel_id)
SELECT $1, channel FROM unnest($2::text[]) WITH ORDINALITY AS new (channel, place) ORDER BY place
ON CONFLICT (room_id, channel_id) DO NOTHING
"""

_NOTE = "INSERT INTO applied_entries (room_id, entry, replies) VALUES ($1, $2, $3)"

_FORGET = """
DELETE FROM applied_entries WHERE room_id = $1 AND entry NOT IN
    (SELECT entry FROM applied_entries WHERE room_id = $1 ORDER BY applied_at DESC, entry DESC LIMIT $2)
"""

_ALARMS = """
SELECT alarms.id, room_id, rooms.name, channel_id, types, created_at
FROM alarms JOIN rooms USING (room_id) ORDER BY room_id, created_at, alarms.id
"""

_REMOVE = "DELETE FROM alarms WHERE room_id = $1 AND channel_id = $2 RETURNING id"

_CHOOSE = """
INSERT INTO rooms (room_id, settings) VALUES ($1, $2::jsonb)
ON CONFLICT (room_id) DO UPDATE SET settings = (rooms.settings || excluded.settings) - $3::text[]
"""

_NAME = """
INSERT INTO rooms (room_id, name) VALUES ($1, $2) ON CONFLICT (room_id) DO UPDATE SET name = excluded.name
"""
