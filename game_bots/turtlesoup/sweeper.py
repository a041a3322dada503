"""Ends games in which nothing has happened for a day, in rooms where nobody types any more.

Where somebody does, the next command ends the game; both by compare-and-set, so it is counted once.
"""

import asyncio

import structlog

from botkit.runtime.clock import Clock, wall
from botkit.valkey.clients import FAILED
from botkit.valkey.records import Conflict, Unreadable
from game_bots.turtlesoup import events
from game_bots.turtlesoup.store import Store

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 3600.0


class Sweeper:
    """Looks through all rooms now and then."""

    def __init__(self, store: Store, *, clock: Clock = wall) -> None:
        self._store = store
        self._clock = clock

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            try:
                if ended := await self.sweep():
                    log.info("games_expired", games=ended)
            except FAILED as error:
                log.warning("sweep_failed", error=type(error).__name__)
            except Exception:  # a bug: tried again, as without a sweep no game would ever be over
                log.exception("sweep_failed")
            await asyncio.sleep(PAUSE_SECONDS)

    async def sweep(self) -> int:
        """End what is overdue; returns how many games that were."""
        now = self._clock()
        overdue = [
            listed.name async for listed in self._store.all() if listed.state.expired(listed.name, now)
        ]
        return sum([await self._end(name, now) for name in overdue])

    async def _end(self, name: str, now: float) -> bool:
        try:
            stored, room = await self._store.look(name)
            game = room.expired(name, now)
            if game is None:
                return False
            await self._store.save(name, stored, room.ended(game), finished=events.dump(game))
        except (Conflict, Unreadable):
            return False  # somebody plays there after all, or another process was faster
        return True
