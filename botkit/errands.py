"""Commands from elsewhere than a chat: the same handlers and the same compare-and-set, without a stream."""

import asyncio
import secrets
from typing import Any, Generic, TypeVar

import structlog

from botkit.chat.errors import AiTimeout, StoreUnavailable, UserError
from botkit.chat.message import Player, Scene
from botkit.llm.client import tally
from botkit.runtime.clock import Clock, wall
from botkit.turn import COMMAND_SECONDS, Afterwards, Handlers, Outcome
from botkit.valkey.clients import UNREACHABLE
from botkit.valkey.records import Conflict, Records

log = structlog.get_logger(__name__)

S = TypeVar("S")


class Errands(Generic[S]):
    """Runs commands for callers who are answered directly, by HTTP."""

    def __init__(self, store: Records[S], handlers: Handlers[S], *, clock: Clock = wall) -> None:
        self._store = store
        self._handlers = handlers
        self._clock = clock

    async def run(self, command: Any, *, room: str, player: Player) -> Outcome[S]:
        """Handle a command as if it had been typed, within COMMAND_SECONDS; what it came to.

        Raises:
            UserError: nothing was changed.
        """
        now = self._clock()
        scene = Scene(room, player, now, f"{int(now * 1000)}-{secrets.token_hex(4)}")
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                if answer := self._handlers.answers.get(type(command)):
                    return Outcome(await answer(command, scene))
                outcome = await self._move(command, scene)
        except TimeoutError:
            raise AiTimeout from None
        except UNREACHABLE as error:
            log.warning("store_unreachable", error=type(error).__name__)
            raise StoreUnavailable from None
        if outcome.after:
            await _best_effort(outcome.after)
        return outcome

    async def _move(self, command: Any, scene: Scene) -> Outcome[S]:
        """Judge until the room stood still meanwhile; equal states are judged once."""
        judged: tuple[S, Outcome[S]] | None = None
        while True:
            stored, state = await self._store.look(scene.room)
            if judged is None or judged[0] != state:
                with tally():
                    judged = state, await self._handlers.moves[type(command)](command, scene, state)
            outcome = judged[1]
            if outcome.state is None:
                return outcome
            try:
                await self._store.save(scene.room, stored, outcome.state, finished=outcome.finished)
            except Conflict:
                continue
            return outcome


async def _best_effort(after: Afterwards) -> None:
    try:
        await after()
    except UserError as error:
        log.warning("aftermath_failed", code=error.code)
