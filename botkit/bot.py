"""A bot's desk: parse → admit → lane or at once → turn. Steps 2 and 3 of docs/architecture.md.

It takes deliveries from the consumer and sees to it that each of them ends.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Generic, TypeVar

import structlog

from botkit.chat.access import Admission
from botkit.chat.errors import Bug, UserError
from botkit.chat.grammar import Grammar, Parsed
from botkit.chat.kit_texts import KitTexts
from botkit.chat.message import Incoming
from botkit.runtime.tasks import cancel
from botkit.stream import wire
from botkit.stream.commit import Commit
from botkit.stream.consumer import Hand
from botkit.stream.dead_letters import MOST_DELIVERIES
from botkit.stream.inbox import Delivery
from botkit.stream.lanes import Lanes, Line
from botkit.stream.owner import Owner
from botkit.turn import Afterwards, Turn
from botkit.valkey.clients import FAILED
from botkit.valkey.records import Fenced

log = structlog.get_logger(__name__)

S = TypeVar("S")

NOTICE_SECONDS = 3.0
"""A line that is not answered by then gets one interim notice."""

READS_AT_ONCE = 8
"""Commands that change nothing run past the lanes, so many at a time."""

DISMISSALS_AT_ONCE = 32
"""Lines that are not handled at all; each needs a connection to be acknowledged."""


class Bot(Generic[S]):
    """Hands each line to its room's lane, or answers it at once."""

    def __init__(
        self,
        *,
        grammar: Grammar,
        access: Admission,
        texts: KitTexts,
        turn: Turn[S],
        commit: Commit,
        owner: Owner,
        hand: Hand,
        rooms_at_once: int = 16,
        notice_seconds: float = NOTICE_SECONDS,
    ) -> None:
        self._grammar = grammar
        self._access = access
        self._texts = texts
        self._turn = turn
        self._commit = commit
        self._owner = owner
        self._hand = hand
        self._lanes = Lanes(self._play, rooms_at_once=rooms_at_once)
        self._reads = asyncio.Semaphore(READS_AT_ONCE)
        self._dismissals = asyncio.Semaphore(DISMISSALS_AT_ONCE)
        self._notice_seconds = notice_seconds
        self._tasks: set[asyncio.Task[Any]] = set()
        self._reading: set[asyncio.Task[Any]] = set()

    def deliver(self, delivery: Delivery) -> asyncio.Event:
        """Begin with a line; the event is set when it is finished."""
        try:
            incoming = wire.incoming(delivery.entry, delivery.fields)
        except wire.BadEntry as error:
            log.warning("entry_refused", entry=delivery.entry, field=str(error))
            return self._dismiss(Line(delivery, Incoming(delivery.entry, "", "", "")), "bad")
        line = Line(delivery, incoming)
        try:
            if not self._grammar.is_meant(incoming.text):
                return self._dismiss(line, "ignored")
            if delivery.deliveries <= MOST_DELIVERIES:  # else the turn makes a dead letter of it
                line.parsed = self._admitted(line)
                if line.parsed is None:
                    return self._dismiss(line, "ignored")
            if line.parsed and not line.parsed.form.lane:
                reading = asyncio.create_task(self._answer(line))
                self._keep(reading)
                self._reading.add(reading)
                reading.add_done_callback(self._reading.discard)
            else:
                self._lanes.put(line)
        except UserError as error:
            return self._dismiss(line, error.code, error)
        except Exception:  # a bug: the line is answered so, and the next one is read
            log.exception("admission_failed", entry=delivery.entry)
            return self._dismiss(line, Bug.code, Bug())
        if not delivery.recovered:
            line.notice = asyncio.create_task(self._notify(line))
            self._keep(line.notice)
        return line.done

    async def drain(self, seconds: float) -> None:
        """Start no further line; let the running ones end for at most `seconds`."""
        lanes = asyncio.create_task(self._lanes.drain(seconds))
        await asyncio.wait({lanes, *self._reading}, timeout=seconds)
        await lanes

    async def abandon(self) -> None:
        """Stop everything; what is unfinished stays pending for the next owner."""
        await self._lanes.abandon()
        await cancel(list(self._tasks))
        self._hand.clear()

    def _admitted(self, line: Line) -> Parsed | None:
        """The command in the line, or None when it is not for this bot or from a room not listened to.

        Raises:
            UserError: refused at the door.
        """
        parsed = self._grammar.parse(line.incoming.text)
        if parsed is None:
            return None
        said = line.incoming
        name = self._turn.name_of(line)
        return parsed if self._access.admits(room=said.room, user=said.user, name=name) else None

    def _dismiss(self, line: Line, result: str, error: UserError | None = None) -> asyncio.Event:
        self._keep(asyncio.create_task(self._end_unheard(line, result, error)))
        return line.done

    async def _end_unheard(self, line: Line, result: str, error: UserError | None) -> None:
        async with self._dismissals:
            await self._fenced(line, self._turn.dismiss(line, result, error))

    async def _answer(self, line: Line) -> None:
        async with self._reads:
            line.running = True
            await self._fenced(line, self._turn.answer(line))

    async def _play(self, line: Line) -> None:
        after = await self._fenced(line, self._turn.play(line))
        if after:
            self._keep(asyncio.create_task(self._do(after)))

    async def _fenced(self, line: Line, turn: Coroutine[Any, Any, Afterwards | None]) -> Afterwards | None:
        """Leave a line that cannot be ended here to the next owner, which may be this process again.

        It keeps its place in the lane until all is abandoned: no later line of the room may overtake it.
        """
        try:
            return await turn
        except Fenced as fenced:
            log.warning("line_left_to_owner", entry=line.delivery.entry)
            self._owner.refused(fenced.epoch)
        except Exception:  # a bug: the line stays pending for the next owner
            log.exception("line_stuck", entry=line.delivery.entry)
            self._owner.refused()
        await asyncio.Event().wait()
        raise AssertionError("nobody sets the event")

    @staticmethod
    async def _do(after: Afterwards) -> None:
        try:
            await after()
        except UserError as error:
            log.warning("aftermath_failed", code=error.code)
        except Exception:  # a bug: the line is answered already
            log.exception("aftermath_failed")

    async def _notify(self, line: Line) -> None:
        """Tell the sender once that it takes time: still queued, or still thinking."""
        await asyncio.sleep(self._notice_seconds)
        if ahead := self._lanes.ahead_of(line):
            text = self._texts.waiting(name=self._turn.name_of(line), ahead=ahead)
        else:
            key = line.parsed.form.notice if line.parsed else ""
            text = self._texts.catalog.render(key, {}) if key else ""
        if text:
            line.told_to_wait = True
            try:
                await self._commit.notify(line.incoming, text)
            except FAILED as error:
                log.info("notice_failed", entry=line.delivery.entry, error=type(error).__name__)

    def _keep(self, task: asyncio.Task[Any]) -> None:
        """Hold on to a task until it has ended: the loop itself does not."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
