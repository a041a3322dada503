"""Work that no room waits for: the next puzzle, the word that a vote has lapsed. Lost with the process."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from botkit.runtime.clock import Clock, wall
from botkit.runtime.tasks import cancel
from botkit.stream.announcements import Announce
from game_bots.surrender import VOTE_SECONDS, Vote
from game_bots.turtlesoup.store import Store

log = structlog.get_logger(__name__)


class Chores:
    """Tasks that run beside the chat until `close`."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Start with something; a failure is logged and nobody's concern."""
        task = asyncio.create_task(_watched(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop whatever is unfinished."""
        await cancel(self._tasks)


async def tell_lapsed(
    vote: Vote, room: str, text: str, *, store: Store, announce: Announce, clock: Clock = wall
) -> None:
    """Wait until a vote's time is over, and say so if it is still the one that stands."""
    await asyncio.sleep(max(0.0, vote.opened_at + VOTE_SECONDS - clock()))
    soup = (await store.peek(room)).soup
    if soup and soup.vote and soup.vote.opened_at == vote.opened_at:
        await announce(room, text)


async def _watched(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:  # a bug in what nobody waits for: told in the log, the bot goes on
        log.exception("chore_failed")
