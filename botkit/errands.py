"""Commands from elsewhere than a chat: the same handlers and the same compare-and-set, without a stream."""

import asyncio
import secrets
from collections.abc import Awaitable
from typing import Any, Generic, TypeVar

import structlog

from botkit.chat.errors import AiTimeout, StoreUnavailable, UserError
from botkit.chat.message import Player, Scene
from botkit.llm.client import tally
from botkit.runtime.clock import Clock, pauses, wall
from botkit.stream import wire
from botkit.turn import COMMAND_SECONDS, STORE_PATIENCE, Afterwards, Handlers, Outcome
from botkit.valkey.clients import FULL, UNREACHABLE
from botkit.valkey.records import Conflict, Records, Stored

log = structlog.get_logger(__name__)

S = TypeVar("S")
T = TypeVar("T")


class Errands(Generic[S]):
    """Runs commands for callers who are answered directly, by HTTP."""

    def __init__(self, store: Records[S], handlers: Handlers[S], *, clock: Clock = wall) -> None:
        self._store = store
        self._handlers = handlers
        self._clock = clock

    async def run(self, command: Any, *, room: str, player: Player) -> Outcome[S]:
        """Handle a command as if it had been typed; what it came to. The handler has COMMAND_SECONDS.

        Raises:
            UserError: nothing was changed, as far as can be known: a store that went away may have done it.
        """
        now = self._clock()
        scene = Scene(room, player, now, f"{int(now * 1000)}-{secrets.token_hex(4)}")
        try:
            if answer := self._handlers.answers.get(type(command)):
                return Outcome(await _in_time(answer(command, scene)))
            outcome = await self._move(command, scene)
        except UNREACHABLE as error:
            log.warning("store_unreachable", error=type(error).__name__)
            raise StoreUnavailable from None
        if outcome.after:
            await _best_effort(outcome.after)
        return outcome

    async def _move(self, command: Any, scene: Scene) -> Outcome[S]:
        """Judge until the room stood still meanwhile; equal states are judged once.

        A save without an answer leads back to looking: the record knows the entries that were applied to it.
        """
        judged: tuple[S, Outcome[S]] | None = None
        give_up: float | None = None
        for pause in pauses():
            try:
                stored, state = await self._store.look(scene.room, entry=scene.entry)
                if stored.replies is not None and judged:
                    return judged[1]
                if judged is None or judged[0] != state:
                    move = self._handlers.moves[type(command)]
                    with tally():
                        judged = state, await _in_time(move(command, scene, state))
                outcome = judged[1]
                if outcome.state is not None:
                    give_up = give_up or asyncio.get_running_loop().time() + STORE_PATIENCE
                    await self._save(scene, stored, outcome.state, outcome)
            except Conflict:
                give_up = None
            except FULL:
                raise  # it has refused
            except UNREACHABLE:
                if give_up is None or asyncio.get_running_loop().time() > give_up:
                    raise
                await asyncio.sleep(pause)
            else:
                return outcome
        raise AssertionError("pauses never end")

    async def _save(self, scene: Scene, stored: Stored, state: S, outcome: Outcome[S]) -> None:
        await self._store.save(
            scene.room,
            stored,
            state,
            entry=scene.entry,
            replies=wire.dump_replies(outcome.replies),
            finished=outcome.finished,
        )


async def _in_time(handling: Awaitable[T]) -> T:
    """A command that takes too long fails as a model that takes too long does."""
    try:
        async with asyncio.timeout(COMMAND_SECONDS):
            return await handling
    except TimeoutError:
        raise AiTimeout from None


async def _best_effort(after: Afterwards) -> None:
    try:
        await after()
    except UserError as error:
        log.warning("aftermath_failed", code=error.code)
