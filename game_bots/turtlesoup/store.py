"""What is remembered on valkey-cache: one record a room, renewed by each write.

It outlives the game by far: the record knows which puzzles the room has had, and a game in which nothing
happens for a day is ended by whoever finds it.
"""

from redis.asyncio import Redis

from botkit.valkey.records import Records
from game_bots.turtlesoup.room import Room

ROOM_SECONDS = 90 * 24 * 3600
"""A room nobody plays in is forgotten; finished games are in PostgreSQL by then."""

LEDGER = "turtle:events"
"""The stream of what is counted for ever, on its way to PostgreSQL."""


class Store(Records[Room]):
    """The rooms of 바다거북수프."""

    def __init__(self, cache: Redis) -> None:
        super().__init__(
            cache, prefix="turtle:room:", state=Room, initial=Room(), seconds=ROOM_SECONDS, ledger=LEDGER
        )
