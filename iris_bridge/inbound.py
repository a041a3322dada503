"""From KakaoTalk's chat log to the inbound streams: every row once, in order, whatever the connection does.

Rows are taken by their number. A pushed row that is the next one is taken as it is; as soon as one is missing
in between, or nothing was pushed for a while, the rows are asked for. So it does not matter what Iris loses,
doubles or swaps.
"""

import asyncio
from collections.abc import Callable, Mapping

import structlog
from cachetools import LRUCache

from botkit.runtime import tracing
from botkit.runtime.clock import Clock, pauses, wall
from botkit.stream.owner import LeaseLost
from botkit.valkey.clients import FAILED
from iris_bridge import metrics
from iris_bridge.cursor import Cursor
from iris_bridge.echo import Echoes
from iris_bridge.events import BadEvent, Event
from iris_bridge.iris import Feed, Iris, IrisAway, Link
from iris_bridge.limits import Limits, Over
from iris_bridge.routes import Route, route_of, trimmed
from iris_bridge.sieve import Rules

log = structlog.get_logger(__name__)

RECHECK_SECONDS = 10.0
"""After so long without a pushed row Iris is asked for rows; half as long where pushes may be lost."""

STEADY_SECONDS = 5.0
"""A connection that ends sooner did not work: the next one is not made as soon as if it had."""

NAMES_KEPT = 20_000
REPLIES_KEPT = 100_000
"""Hard cap of the reply stream, as in the kit's commit."""

Notice = Callable[[Over, str], str]
"""What a person over the limit reads: whose limit it is, and the person's name."""


class Inbound:
    """The connection to one Iris, and what becomes of its rows."""

    def __init__(
        self,
        iris: Iris,
        cursor: Cursor,
        echoes: Echoes,
        link: Link,
        *,
        rules: Callable[[str], Rules],
        routes: tuple[Route, ...],
        limits: Limits,
        notice: Notice,
        replies: str,
        source: str,
        clock: Clock = wall,
        heard: Callable[[bool], None] = lambda _own: None,
    ) -> None:
        """`rules` are made when our account's id is known; `heard` is told of each row whether it is ours."""
        self._iris = iris
        self._cursor = cursor
        self._echoes = echoes
        self._link = link
        self._make_rules = rules
        self._rules = rules("")
        self._routes = routes
        self._limits = limits
        self._notice = notice
        self._replies = replies
        self._source = source
        self._clock = clock
        self._heard = heard
        self._row = 0
        self._weighed: tuple[str, Over | None, bool] = ("", None, False)
        self._names: LRUCache[tuple[str, str], str] = LRUCache(NAMES_KEPT)
        self._recheck = RECHECK_SECONDS if iris.ordered else RECHECK_SECONDS / 2

    async def run(self) -> None:
        """Follow the chat log until cancelled.

        Raises:
            LeaseLost: another process owns this Iris.
        """
        loop, waits = asyncio.get_running_loop(), pauses(0.2, 5.0)
        try:
            while True:
                began = loop.time()
                try:
                    async with self._iris.feed() as feed:
                        await self._greet()
                        self._link.turn(up=True)
                        log.info("iris_connected", row=self._row)
                        await self._follow(feed)
                except IrisAway as error:
                    log.warning("iris_away", reason=str(error))
                except FAILED as error:
                    log.warning("row_untaken", error=type(error).__name__)
                self._link.turn(up=False)
                if loop.time() - began > STEADY_SECONDS:
                    waits = pauses(0.2, 5.0)
                await asyncio.sleep(next(waits))
        finally:
            self._link.turn(up=False)

    async def _greet(self) -> None:
        """After each connection: who are we, and what was missed?"""
        config = await self._iris.config()
        self._rules = self._make_rules(config.bot_id)
        self._link.bot_id, self._link.send_rate_ms = config.bot_id, config.send_rate_ms
        known = await self._cursor.claim()
        newest = await self._iris.newest()
        if known is None or known > newest:
            log.warning("cursor_seeded", row=newest, before=known)
            await self._cursor.seed(newest)
            known = newest
        self._row = known
        self._echoes.newest = known
        metrics.cursor_lag.set(newest - known)
        await self._catch_up()

    async def _follow(self, feed: Feed) -> None:
        while True:
            try:
                async with asyncio.timeout(self._recheck):
                    found = await feed.next()
            except TimeoutError:
                await self._catch_up()
                continue
            if isinstance(found, BadEvent):
                log.warning("event_refused", field=str(found))
                metrics.inbound.labels("bad").inc()
                await self._catch_up()  # it may have been a row, and when all are so there is never a pause
            else:
                await self._pushed(found)

    async def _pushed(self, event: Event) -> None:
        if event.sender:
            self._names[event.room, event.user] = event.sender
        if event.room_name:
            self._names[event.room, ""] = event.room_name
        if event.row <= self._row:
            metrics.inbound.labels("duplicate").inc()
        elif self._iris.ordered and event.row == self._row + 1:
            await self._take(event)
        else:
            await self._catch_up()

    async def _catch_up(self) -> None:
        """Take every row behind the last one, in order."""
        full = True
        while full:
            page = await self._iris.rows(self._row)
            full = page.full
            metrics.inbound.labels("bad").inc(page.unreadable)
            metrics.gap_rows.inc(len(page.events) if self._iris.ordered else 0)
            for event in page.events:
                await self._take(event)
            if page.last > self._row:  # the last ones could not be read
                await self._cursor.skip(page.last)
                self._passed(page.last)
        metrics.cursor_lag.set(0)

    async def _take(self, event: Event) -> None:
        """Do with a row what it asks for, and move on, whatever it is."""
        try:
            result = await self._judged(event)
        except LeaseLost:
            raise
        except Exception as error:  # a bug over one row must not hold up all that follow
            # Nor must a key that is no stream: it will be none the next time, too, and all bots would wait.
            if isinstance(error, FAILED) and not str(error).startswith("WRONGTYPE"):
                raise
            log.exception("row_failed", row=event.row)
            await self._cursor.skip(event.row)
            result = "failed"
        metrics.inbound.labels(result).inc()
        self._passed(event.row)

    async def _judged(self, event: Event) -> str:
        result = self._rules.refusal(event, self._clock())
        own = event.is_by(self._link.bot_id)
        self._heard(own)
        if own:
            self._echoes.own(event)
        if not result:
            return await self._route(event, trimmed(event.text))
        await self._cursor.skip(event.row)
        return result

    def _passed(self, row: int) -> None:
        self._row = max(self._row, row)
        self._echoes.passed(row)

    async def _route(self, event: Event, line: str) -> str:
        route = route_of(line, self._routes)
        stream = route.stream(event.room) if route else ""
        if not stream:
            await self._cursor.skip(event.row)
            return "dropped" if route else "unrouted"
        over, is_news = self._weigh(event)
        if over:
            await self._refuse(event, over, tell=is_news)
            return over.value
        with tracing.span("Iris.Receive"):
            fields = await self._fields(event, line)
            entry = await self._cursor.take(event.row, mark=event.log, stream=stream, fields=fields)
        log.info("line_taken" if entry else "line_known", row=event.row, stream=stream, entry=entry)
        return "accepted" if entry else "duplicate"

    def _weigh(self, event: Event) -> tuple[Over | None, bool]:
        """Whose limit a row is over, and whether to say so. A row that comes again, because it could not be
        written, was already counted.
        """
        if self._weighed[0] != event.log:
            who = {"user": event.user, "room": event.room}
            at = min(event.at, self._clock())  # a time to come would shut the room's bucket until then
            over = self._limits.over(**who, now=at)
            self._weighed = event.log, over, over is not None and self._limits.tell(over, **who, now=at)
        return self._weighed[1:]

    async def _refuse(self, event: Event, over: Over, *, tell: bool) -> None:
        if not tell:
            await self._cursor.skip(event.row)
            return
        fields = {
            "chatId": event.room,
            "text": self._notice(over, await self._name(event)),
            "type": "waiting",
            "threadId": event.thread,
            "bot": self._source,
            "dedupKey": f"limit/{event.log}",
        }
        await self._cursor.take(
            event.row, mark=event.log, stream=self._replies, fields=fields, kept=REPLIES_KEPT
        )

    async def _fields(self, event: Event, line: str) -> Mapping[str, str]:
        """The five fields that every reader knows, then what newer ones may use."""
        fields = {
            "text": line,
            "room": event.room,
            "sender": await self._name(event),
            "userId": event.user,
            "threadId": event.thread,
            "logId": event.log,
            "roomName": event.room_name or self._names.get((event.room, ""), ""),
            "msgType": str(event.kind),
            "createdAt": str(event.at * 1000),
            "source": self._source,
        }
        return fields | tracing.headers() | {"v": "1"}

    async def _name(self, event: Event) -> str:
        """Who wrote a row. Rows that were asked for do not say it."""
        key = event.room, event.user
        if event.sender or key in self._names:
            return event.sender or self._names[key]
        try:
            found = await self._iris.name(event.user)
        except IrisAway:
            found = ""
        if found:
            self._names[key] = found
        return found or event.user
