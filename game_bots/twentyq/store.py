"""What is remembered on valkey-cache: one record a room, renewed by each write."""

from redis.asyncio import Redis

from botkit.valkey.records import Records
from game_bots.twentyq.room import Room

ROOM_SECONDS = 48 * 3600
"""A room nobody plays in is forgotten: later than the day whose riddle it has played. Finished games are in
PostgreSQL by then.
"""

LEDGER = "20q:finished"
"""The stream of finished games on their way to PostgreSQL."""


class Store(Records[Room]):
    """The rooms of 스무고개."""

    def __init__(self, cache: Redis) -> None:
        super().__init__(
            cache, prefix="20q:room:", state=Room, initial=Room(), seconds=ROOM_SECONDS, ledger=LEDGER
        )
