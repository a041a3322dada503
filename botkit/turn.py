"""One line's turn: load → handle → save → commit. Steps 4 to 7 of docs/architecture.md.

Whatever is killed when, a line changes the state once and is answered once:

* the record remembers the entries applied to it, so a line that comes again is answered, not judged again;
* a save whose outcome is unknown leads back to loading, never to an apology;
* the commit publishes only while the line is pending, and acknowledges in the same script.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import structlog

from botkit.chat.errors import AiTimeout, Bug, LineExpired, StoreUnavailable, UserError
from botkit.chat.kit_texts import KitTexts
from botkit.chat.message import Player, Reply, ReplyType, Scene, display_name
from botkit.llm.client import tally
from botkit.runtime import metrics, tracing
from botkit.runtime.clock import Clock, entry_seconds, pauses, wall
from botkit.stream import wire
from botkit.stream.commit import Commit
from botkit.stream.commit import Outcome as Commitment
from botkit.stream.consumer import Consumer
from botkit.stream.dead_letters import MOST_DELIVERIES, DeadLetter
from botkit.stream.lanes import Line
from botkit.valkey.clients import FULL, UNREACHABLE
from botkit.valkey.lease import Lease
from botkit.valkey.records import Conflict, Fenced, Stored

log = structlog.get_logger(__name__)

S = TypeVar("S")

FRESH_SECONDS = 120.0
FRESH_RECOVERED_SECONDS = 300.0
"""Older lines are not answered any more; the second limit is for lines that a former owner had."""

COMMAND_SECONDS = 60.0
STORE_PATIENCE = 10.0
"""How long the store may be away before a line that was not judged yet is answered with an apology."""


Afterwards = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Outcome(Generic[S]):
    """What a handler came to. `state` None means unchanged; `finished` is appended to the ledger stream.

    `after` runs once the line is committed, best effort.
    """

    replies: Sequence[Reply]
    state: S | None = None
    finished: bytes | None = None
    after: Afterwards | None = None


class Store(Protocol[S]):
    """The state of a room by compare-and-set; `botkit.valkey.records` is the real one."""

    async def load(self, room: str, *, entry: str, epoch: str) -> tuple[Stored, S]:
        """The record and the state in it."""
        ...

    async def save(
        self,
        room: str,
        stored: Stored,
        state: S,
        *,
        entry: str,
        replies: bytes,
        epoch: str,
        finished: bytes | None,
    ) -> None:
        """Write the state over what was loaded."""
        ...


Answer = Callable[[Any, Scene], Awaitable[Sequence[Reply]]]
"""Handles a command that changes nothing."""

Move = Callable[[Any, Scene, S], Awaitable[Outcome[S]]]
"""Handles a command that may change the room's state."""


@dataclass(frozen=True)
class Handlers(Generic[S]):
    """Command class → handler."""

    answers: Mapping[type, Answer]
    moves: Mapping[type, Move[S]]


@dataclass(frozen=True)
class _Ending:
    """How a line ends."""

    result: str
    replies: Sequence[Reply] = ()
    dead: DeadLetter | None = None
    after: Afterwards | None = None


class Turn(Generic[S]):
    """Plays lines; knows nothing of queues."""

    def __init__(
        self,
        *,
        store: Store[S],
        handlers: Handlers[S],
        texts: KitTexts,
        commit: Commit,
        consumer: Consumer,
        lease: Lease,
        error_type: ReplyType = ReplyType.FINAL,
        clock: Clock = wall,
    ) -> None:
        self._store = store
        self._handlers = handlers
        self._texts = texts
        self._commit = commit
        self._consumer = consumer
        self._lease = lease
        self._error_type = error_type
        self._clock = clock

    async def play(self, line: Line) -> Afterwards | None:
        """A line of a lane, from loading to the acknowledgement; returns what may be done after it.

        Raises:
            Fenced: another process owns the stream or the room; the line is left to it.
        """
        age = self._clock() - entry_seconds(line.delivery.entry)
        metrics.line_age.observe(max(0.0, age))
        return await self._finish(line, self._judge(line))

    async def answer(self, line: Line) -> Afterwards | None:
        """A line that changes nothing; raises as `play` does."""
        return await self._finish(line, self._ask(line))

    async def dismiss(self, line: Line, result: str, error: UserError | None = None) -> None:
        """A line that is not handled at all: not ours, unreadable, refused at the door."""
        await self._end(line, self._apology(error) if error else _Ending(result))

    async def _finish(self, line: Line, judging: Awaitable[_Ending]) -> Afterwards | None:
        with _watched(line):
            try:
                ending = await judging
            except UserError as error:
                ending = self._apology(error)
            except UNREACHABLE as error:
                log.warning("store_unreachable", error=type(error).__name__)
                ending = self._apology(StoreUnavailable())
            except Fenced:
                raise
            except Exception:  # a bug: nothing was saved, and the player hears that it was ours
                log.exception("command_failed")
                ending = self._apology(Bug())
            finally:
                await line.hush()
            return await self._end(line, ending)

    # ---- judging ------------------------------------------------------------------------------------

    async def _judge(self, line: Line) -> _Ending:
        """Load, handle, save, until the record says that the line was applied.

        Raises:
            UserError: nothing was changed.
        """
        room, entry, epoch = line.incoming.room, line.delivery.entry, self._lease.epoch
        unsure = line.delivery.recovered  # whether a save may have happened that nobody saw
        judged: tuple[S, Outcome[S]] | None = None
        give_up = asyncio.get_running_loop().time() + STORE_PATIENCE
        for pause in pauses():
            try:
                stored, state = await self._store.load(room, entry=entry, epoch=epoch)
                unsure = False
                if stored.replies is not None:
                    return _Ending("repeated", wire.parse_replies(stored.replies))
                if judged is None and (unfit := self._unfit(line)):
                    return unfit
                if judged is None or judged[0] != state:
                    judged = state, await self._handle(line, state)
                outcome = judged[1]
                if outcome.state is not None:
                    unsure = True
                    try:
                        await self._save(line, stored, outcome.state, outcome)
                    except FULL:
                        unsure = False  # a full Valkey refuses the whole script
                        raise
                return _Ending("answered", outcome.replies, after=outcome.after)
            except Conflict:
                unsure = False
                metrics.saves_refused.inc()
            except UNREACHABLE as error:
                log.warning("store_unreachable", error=type(error).__name__, unsure=unsure)
                if not unsure and asyncio.get_running_loop().time() > give_up:
                    raise StoreUnavailable from None
                await asyncio.sleep(pause)
        raise AssertionError("pauses never end")

    async def _save(self, line: Line, stored: Stored, state: S, outcome: Outcome[S]) -> None:
        await self._store.save(
            line.incoming.room,
            stored,
            state,
            entry=line.delivery.entry,
            replies=wire.dump_replies(outcome.replies),
            epoch=self._lease.epoch,
            finished=outcome.finished,
        )

    async def _handle(self, line: Line, state: S) -> Outcome[S]:
        move = self._handlers.moves[type(line.command)]
        with _within_budget(), tally():
            async with asyncio.timeout(COMMAND_SECONDS):
                return await move(line.command, self._scene(line), state)

    async def _ask(self, line: Line) -> _Ending:
        if unfit := self._unfit(line):
            return unfit
        answer = self._handlers.answers[type(line.command)]
        with _within_budget():
            async with asyncio.timeout(COMMAND_SECONDS):
                return _Ending("answered", await answer(line.command, self._scene(line)))

    def _unfit(self, line: Line) -> _Ending | None:
        """Why a line that was never applied is not to be judged any more, if so."""
        if line.delivery.deliveries > MOST_DELIVERIES:
            dead = DeadLetter(line.delivery.fields, "too many deliveries", line.delivery.deliveries)
            return _Ending("dead", self._apology(Bug()).replies, dead)
        limit = FRESH_RECOVERED_SECONDS if line.delivery.recovered else FRESH_SECONDS
        if self._clock() - entry_seconds(line.delivery.entry) <= limit:
            return None
        if line.told_to_wait:
            return self._apology(LineExpired(name=self.name_of(line)))
        return _Ending("stale")

    # ---- ending -------------------------------------------------------------------------------------

    async def _end(self, line: Line, ending: _Ending) -> Afterwards | None:
        """Commit, however long valkey-mq is away; returns what may be done after it.

        Raises:
            Fenced: another process owns the stream.
        """
        said = line.incoming
        outcome = await self._consumer.see_through(
            said.entry,
            lambda guarded: self._commit.finish(said, ending.replies, guarded=guarded, dead=ending.dead),
        )
        result = ending.result if outcome is Commitment.OK else "committed_before"
        metrics.lines_done.labels(result).inc()
        if result != "ignored":  # a stream may hold anything
            age = self._clock() - entry_seconds(said.entry)
            log.info("line_ended", entry=said.entry, result=result, milliseconds=round(age * 1000))
        line.done.set()
        return ending.after

    # ---- words --------------------------------------------------------------------------------------

    def name_of(self, line: Line) -> str:
        """What to call the person who typed the line."""
        said = line.incoming
        return display_name(
            sender=said.sender, user=said.user, room=said.room, anonymous=self._texts.anonymous()
        )

    def _scene(self, line: Line) -> Scene:
        said = line.incoming
        player = Player(said.user, self.name_of(line))
        return Scene(said.room, player, entry_seconds(said.entry), said.entry)

    def _apology(self, error: UserError) -> _Ending:
        text = self._texts.catalog.error(error)
        return _Ending(error.code, (Reply(text, self._error_type),))


@contextmanager
def _watched(line: Line) -> Iterator[None]:
    """Time a line, trace it, and put its entry id into every log record."""
    name = line.parsed.form.name if line.parsed else "none"
    with (
        metrics.line_seconds.labels(name).time(),
        structlog.contextvars.bound_contextvars(entry=line.delivery.entry, command=name),
        tracing.span("Valkey.ProcessMessage", carrier=wire.trace_context(line.delivery.fields)),
    ):
        yield


@contextmanager
def _within_budget() -> Iterator[None]:
    """A command that takes too long fails as a model that takes too long does."""
    try:
        yield
    except TimeoutError:
        raise AiTimeout from None
