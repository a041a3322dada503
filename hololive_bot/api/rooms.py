"""Rooms: who is listened to, what they follow, what they have chosen."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException
from pydantic import AfterValidator, Field, StrictBool

from hololive_bot.access import AccessList, Mode, chat_id
from hololive_bot.api.members import Body
from hololive_bot.api.parts import Parts, changing, routed
from hololive_bot.preferences import BadPreference, Preferences
from hololive_bot.repository import operations
from hololive_bot.repository import rooms as repository
from hololive_bot.repository.rooms import RoomRepository

RoomId = Annotated[str, AfterValidator(chat_id)]


class Room(Body):
    """A room, by its chat id."""

    room_id: RoomId


class NamedRoom(Room):
    """What operators see instead of the id."""

    name: Annotated[str, Field(max_length=200)]


class Alarm(Body):
    """A subscription."""

    room_id: Annotated[str, Field(min_length=1, max_length=100)]
    channel_id: Annotated[str, Field(min_length=1, max_length=64)]


class Switch(Body):
    """Whether the list counts, and what for; what is left out stays."""

    enabled: StrictBool | None = None
    mode: Mode | None = None


class RoomRoutes:
    """The routes of rooms."""

    def __init__(self, parts: Parts, rooms: RoomRepository) -> None:
        self._parts = parts
        self._rooms = rooms

    def router(self) -> APIRouter:
        """All of them."""
        return routed(
            "rooms",
            ("GET", "/alarms", self.alarms),
            ("DELETE", "/alarms", self.end_alarm),
            ("GET", "/rooms", self.access),
            ("POST", "/rooms", self.add),
            ("DELETE", "/rooms", self.remove),
            ("POST", "/rooms/acl", self.switch),
            ("GET", "/rooms/{room_id}/settings", self.settings),
            ("PATCH", "/rooms/{room_id}/settings", self.choose),
            ("POST", "/names/room", self.name),
        )

    async def alarms(self) -> list[dict[str, Any]]:
        """Every subscription."""
        index = self._parts.directory.index
        return [
            {
                "id": one.id,
                "room_id": one.room,
                "room_name": one.room_name,
                "channel_id": one.channel,
                "member": index.channel_name(one.channel, one.channel),
                "types": one.types,
                "created_at": one.created_at,
            }
            for one in await self._rooms.alarms()
        ]

    async def end_alarm(self, alarm: Alarm) -> list[dict[str, Any]]:
        """End a subscription."""
        async with changing(self._parts, "remove_alarm", f"room {alarm.room_id}") as change:
            if not await repository.remove_alarm(change.link, alarm.room_id, alarm.channel_id):
                raise HTTPException(404, "the room does not follow that channel")
            change.difference = {"channel_id": [alarm.channel_id, None]}
        return await self.alarms()

    async def access(self) -> dict[str, Any]:
        """Who is listened to."""
        return _shown(await operations.Operations(self._parts.database).access())

    async def add(self, room: Room) -> dict[str, Any]:
        """Add a room to the list."""
        async with changing(self._parts, "add_room", f"room {room.room_id}") as change:
            before = await operations.read_access(change.link)
            after = before.with_room(room.room_id)
            await operations.write_access(change.link, after)
            change.difference = {before.mode.value: [None, room.room_id]}
        return _shown(after)

    async def remove(self, room: Room) -> dict[str, Any]:
        """Take a room off the list."""
        async with changing(self._parts, "remove_room", f"room {room.room_id}") as change:
            before = await operations.read_access(change.link)
            if room.room_id not in before.rooms:
                raise HTTPException(404, "the room is not on the list")
            after = before.without_room(room.room_id)
            await operations.write_access(change.link, after)
            change.difference = {before.mode.value: [room.room_id, None]}
        return _shown(after)

    async def switch(self, body: Switch) -> dict[str, Any]:
        """Switch the list on or off, or turn its meaning."""
        async with changing(self._parts, "access", "list") as change:
            before = await operations.read_access(change.link)
            enabled = before.enabled if body.enabled is None else body.enabled
            await operations.set_access(change.link, enabled=enabled, mode=body.mode or before.mode)
            after = await operations.read_access(change.link)
            change.difference = {
                "enabled": [before.enabled, after.enabled],
                "mode": [before.mode, after.mode],
            }
        return _shown(after)

    async def settings(self, room_id: str) -> dict[str, Any]:
        """What a room has chosen, and what holds for it."""
        chosen, holds = await self._rooms.settings_of(room_id)
        return {"room_id": room_id, "chosen": chosen, "holds": holds.as_json()}

    async def choose(self, room_id: RoomId, values: dict[str, Any]) -> dict[str, Any]:
        """Choose for a room; null takes a choice back."""
        try:
            Preferences().changed(values)
        except BadPreference as error:
            raise HTTPException(400, str(error)) from None
        async with changing(self._parts, "room_settings", f"room {room_id}") as change:
            before = await repository.read_settings(change.link, room_id)
            await repository.change_settings(change.link, room_id, values)
            change.difference = {name: [before.get(name), value] for name, value in values.items()}
        return await self.settings(room_id)

    async def name(self, body: NamedRoom) -> dict[str, Any]:
        """Name a room."""
        async with changing(self._parts, "name_room", f"room {body.room_id}") as change:
            await repository.name_room(change.link, body.room_id, body.name)
            change.difference = {"name": body.name}
        return body.model_dump()


def _shown(access: AccessList) -> dict[str, Any]:
    return {"enabled": access.enabled, "mode": access.mode, "rooms": sorted(access.rooms)}
