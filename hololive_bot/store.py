"""What is remembered of a room: whom it follows. In PostgreSQL, saved with the line that changed it."""

from dataclasses import dataclass

from botkit.valkey.records import Stored
from hololive_bot.repository.rooms import RoomRepository

MOST_FOLLOWED = 100


@dataclass(frozen=True, slots=True)
class Room:
    """A room's channels, in the order in which it began to follow them."""

    channels: tuple[str, ...] = ()

    def following(self, channel: str) -> "Room":
        """With one more channel."""
        return self if channel in self.channels else Room((*self.channels, channel))

    def without(self, channel: str) -> "Room":
        """With one channel less."""
        return Room(tuple(one for one in self.channels if one != channel))

    @property
    def is_full(self) -> bool:
        """Whether it may follow nobody else."""
        return len(self.channels) >= MOST_FOLLOWED


class Store:
    """The kit's store of rooms, on the repository: state, entry and replies in one transaction.

    While PostgreSQL is away both methods raise DatabaseAway, a connection error: the turn tries again, and a
    line that was not judged yet is answered with an apology.
    """

    def __init__(self, rooms: RoomRepository) -> None:
        self._rooms = rooms

    async def load(self, room: str, *, entry: str, epoch: str) -> tuple[Stored, Room]:
        """The room as the entry finds it; raises Fenced, DatabaseAway."""
        stored, channels = await self._rooms.load(room, entry=entry, epoch=epoch)
        return stored, Room(channels)

    async def save(
        self,
        room: str,
        stored: Stored,
        state: Room,
        *,
        entry: str,
        replies: bytes,
        epoch: str,
        finished: bytes | None,  # noqa: ARG002 - the kit's signature; nothing here is ever finished
    ) -> None:
        """Write the state over what was loaded; raises Conflict, Fenced, DatabaseAway."""
        await self._rooms.save(room, stored, state.channels, entry=entry, replies=replies, epoch=epoch)
