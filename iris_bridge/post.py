"""One message from its place in the queue to its end: posted, seen in its room, or given up.

At least once for what must arrive, at most once for interim notices, and never again for what was seen:
whether a message is in its room is asked of KakaoTalk's own log, not of a memory that dies with the process.
"""

import asyncio
import contextlib
from collections.abc import Callable

import structlog

from botkit.runtime.clock import Clock, entry_seconds, pauses, wall
from botkit.stream.dead_letters import MOST_DELIVERIES
from botkit.valkey.clients import FAILED
from botkit.valkey.lease import SECONDS as LEASE_SECONDS
from iris_bridge import metrics
from iris_bridge.echo import Echoes, Expected
from iris_bridge.ending import Ending, Trip
from iris_bridge.events import Event
from iris_bridge.iris import Iris, IrisAway, Refused, Unsure
from iris_bridge.lane import Lane
from iris_bridge.marks import Mark, Marks, Permit
from iris_bridge.pacing import MOST_ATTEMPTS, Breaker, Next, after_silence
from iris_bridge.replies import Message

log = structlog.get_logger(__name__)

NOTICE_SECONDS = 60.0
"""An interim notice older than this would only confuse."""

LARGEST_IMAGE = 10 * 1024 * 1024
REFUSED_SECONDS = 0.5
"""Pause after the first refusal; it doubles."""

HELD_SECONDS = 1.0
"""How often a lane that was stopped by an operator, or has had its messages of the day, asks again."""


class Post:
    """Sends messages through one Iris."""

    def __init__(
        self,
        iris: Iris,
        marks: Marks,
        echoes: Echoes,
        lane: Lane,
        breaker: Breaker,
        *,
        is_own: Callable[[Event], bool],
        echo_seconds: float,
        reply_seconds: float,
        clock: Clock = wall,
    ) -> None:
        """`echo_seconds` 0: a post counts as seen; `reply_seconds`: the age at which replies die."""
        self._iris = iris
        self._marks = marks
        self._echoes = echoes
        self._lane = lane
        self._breaker = breaker
        self._is_own = is_own
        self._echo_seconds = echo_seconds
        # The next owner looks for a marked message for so long before it posts it again. Who was paused, and
        # gets a permit that is nearly as old, asks again.
        self._permit_seconds = echo_seconds / 2 or LEASE_SECONDS / 2
        self._reply_seconds = reply_seconds
        self._clock = clock
        self.in_flight: set[str] = set()
        """Entries that were posted and not settled."""

    async def send(self, message: Message, *, deliveries: int) -> Ending:
        """Everything until the message's end is known.

        Raises:
            Fenced: another process owns the reply stream.
        """
        trip = Trip(message)
        ending = await self._recall(trip, deliveries)
        for pause in pauses(0.2, 2.0):
            if ending:
                break
            try:
                ending = await self._try(trip)
            except (IrisAway, *FAILED) as error:
                trip.error = str(error)
                log.warning("post_delayed", entry=message.entry, error=type(error).__name__)
                await asyncio.sleep(pause)
        assert ending is not None  # noqa: S101 - pauses never end
        return ending

    async def _recall(self, trip: Trip, deliveries: int) -> Ending | None:
        """What an earlier owner may have done with it."""
        mark = await self._mark(trip.message)
        if mark and mark.seen:
            return trip.ended("duplicate")
        if mark:
            trip.after = mark.after
            if event := await self._find_again(trip.message, mark.after):
                return self._confirmed(trip, event)
            if not trip.message.must_arrive:
                return trip.ended("unconfirmed")
        if deliveries > MOST_DELIVERIES:
            return trip.ended("failed", "too many deliveries")
        return None

    async def _find_again(self, message: Message, after: int) -> Event | None:
        """Whether what an earlier owner has posted is there, or appears yet."""
        expected = self._echoes.expect(message, after)
        try:
            return await self._look(expected, self._echo_seconds if message.must_arrive else 0.0)
        finally:
            self._echoes.forget(expected)

    async def _mark(self, message: Message) -> Mark | None:
        for pause in pauses():
            try:
                return await self._marks.read(message)
            except FAILED as error:
                log.warning("mark_unread", entry=message.entry, error=type(error).__name__)
                await asyncio.sleep(pause)
        raise AssertionError("pauses never end")

    def shown(self) -> None:
        """One of our rows has appeared: KakaoTalk shows what is sent."""
        if self._breaker.open:
            log.warning("kakaotalk_back")
        self._breaker.close()
        metrics.breaker_open.set(0)

    # ---- one attempt --------------------------------------------------------------------------------

    async def _try(self, trip: Trip) -> Ending | None:
        """Once through the lane; None means once more."""
        image = await self._marks.image(trip.message) if trip.message.image_key else None
        if trip.message.image_key and (not image or len(image) > LARGEST_IMAGE):
            return self._without_picture(trip, "image gone" if not image else "image too large")
        room, deadline = trip.message.chat, self._deadline(trip.message)
        try:
            async with self._lane.slot(room, deadline):
                expected, others = await self._go(trip, image, deadline)
                try:
                    return await self._conclude(trip, expected, others)
                finally:
                    self._echoes.forget(expected)
        except TimeoutError:
            return await self._expired(trip)
        except Refused as error:
            return await self._refused(trip, str(error))
        except _AlreadyThere as found:
            return self._confirmed(trip, found.event) if found.event else trip.ended("duplicate")

    async def _go(self, trip: Trip, image: bytes | None, deadline: float) -> tuple[Expected, int]:
        """Wait for the turn and post; what to look for, and how many of our rows were known before."""
        message = trip.message
        async with self._lane.turn(deadline):
            if trip.after is None:
                trip.after = self._echoes.newest
            elif event := await self._ask(Expected(message, trip.after)):
                raise _AlreadyThere(event)
            await self._permit(trip, deadline)
            expected = self._echoes.expect(message, trip.after)
            others = self._echoes.count
            try:
                self.in_flight.add(message.entry)
                await self._iris.post(message, image=image)
            except Unsure as error:
                trip.error = str(error)
                log.warning("post_unsure", entry=message.entry, error=str(error))
            except BaseException:
                self._echoes.forget(expected)
                self.in_flight.discard(message.entry)
                raise
            trip.attempts += 1
            self._lane.sent(message.chat, picture=image is not None)
        return expected, others

    async def _permit(self, trip: Trip, deadline: float) -> None:
        """Mark the message; while an operator holds the lane, or the day's messages are used up, wait."""
        loop, stopped = asyncio.get_running_loop(), ""
        async with asyncio.timeout_at(deadline):
            while True:
                now, asked = self._clock(), loop.time()
                permit = await self._marks.begin(trip.message, after=trip.after or 0, now=now)
                if permit is Permit.GO and loop.time() - asked < self._permit_seconds:
                    return
                if permit is Permit.GO:
                    continue
                if permit is Permit.DONE:
                    raise _AlreadyThere(None)
                if stopped != permit.name:
                    stopped = permit.name
                    log.warning("lane_stopped", reason=stopped.lower())
                await asyncio.sleep(HELD_SECONDS)

    # ---- what came of it ----------------------------------------------------------------------------

    async def _conclude(self, trip: Trip, expected: Expected, others: int) -> Ending | None:
        if not self._echo_seconds:
            return trip.ended("handed_off")
        loop = asyncio.get_running_loop()
        began = loop.time()
        await self._tell(trip)
        if event := await self._look(expected, self._echo_seconds - (loop.time() - began)):
            metrics.echo_seconds.observe(loop.time() - began)
            return self._confirmed(trip, event)
        metrics.unconfirmed.inc()
        seen = self._echoes.count > others
        trip.missed += seen
        what = after_silence(
            must_arrive=trip.message.must_arrive,
            attempts=trip.attempts,
            others_seen=seen,
            missed=trip.missed,
        )
        log.warning("message_unconfirmed", entry=trip.message.entry, next=what.value)
        if not seen:
            self._silence(loop.time())
        self.in_flight.discard(trip.message.entry)
        if what is Next.FORGET:
            return trip.ended("unconfirmed")
        if what is Next.GIVE_UP:
            return trip.ended("failed", "unconfirmed")
        if what is Next.AGAIN or trip.attempts > 1:
            trip.message = trip.message.in_room()  # an update of KakaoTalk once made thread sends vanish
        return None

    async def _expired(self, trip: Trip) -> Ending:
        """It is too old; but it may have appeared late."""
        if trip.after is not None:
            with contextlib.suppress(IrisAway):
                if event := await self._ask(Expected(trip.message, trip.after)):
                    return self._confirmed(trip, event)
        return trip.ended("failed", "expired") if trip.message.must_arrive else trip.ended("stale")

    def _silence(self, now: float) -> None:
        if not self._breaker.open:
            log.error("kakaotalk_silent")
        self._breaker.silent(now)
        metrics.breaker_open.set(self._breaker.open)

    def _confirmed(self, trip: Trip, event: Event) -> Ending:
        self.shown()
        return trip.ended("confirmed", log=event.log)

    async def _refused(self, trip: Trip, why: str) -> Ending | None:
        """Iris does not take it: it is tried again, then without its thread, and given up in the end."""
        trip.refusals += 1
        trip.error = why
        log.warning("post_refused", entry=trip.message.entry, refusals=trip.refusals)
        if trip.message.image_key:
            return self._without_picture(trip, "refused")
        if trip.refusals >= MOST_ATTEMPTS:
            return trip.ended("failed", "refused")
        if trip.refusals > 1:
            trip.message = trip.message.in_room()  # an old Iris knows no threads
        await asyncio.sleep(REFUSED_SECONDS * 2 ** (trip.refusals - 1))
        return None

    def _without_picture(self, trip: Trip, why: str) -> Ending | None:
        trip.error = trip.error or why
        if not trip.message.has_text:
            return trip.ended("failed", why)
        trip.message = trip.message.as_text()
        return None

    # ---- looking for it -----------------------------------------------------------------------------

    async def _look(self, expected: Expected, seconds: float) -> Event | None:
        """Wait for the row to be pushed, then ask for it: pushes get lost."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                return await asyncio.shield(expected.seen)
        except TimeoutError:
            pass
        for pause in pauses(0.2, 2.0):
            try:
                return await self._ask(expected)
            except IrisAway:
                await asyncio.sleep(pause)
        raise AssertionError("pauses never end")

    async def _ask(self, expected: Expected) -> Event | None:
        """The message among the rows of its room."""
        after, full = expected.after, True
        while full:
            page = await self._iris.rows(after, room=expected.message.chat)
            for event in page.events:
                self._echoes.passed(event.row)
                if self._is_own(event) and expected.fits(event):
                    return event
            after, full = page.last, page.full
        return None

    async def _tell(self, trip: Trip) -> None:
        """Best effort: the page that shows it can do without."""
        try:
            await self._marks.tell(trip.ended("handed_off").told(trip.message, now=self._clock()))
        except FAILED as error:
            log.info("delivery_untold", error=type(error).__name__)

    def _deadline(self, message: Message) -> float:
        """When the message is too old to be posted, in the loop's time."""
        kept = self._reply_seconds if message.must_arrive else min(NOTICE_SECONDS, self._reply_seconds)
        return asyncio.get_running_loop().time() + entry_seconds(message.entry) + kept - self._clock()


class _AlreadyThere(Exception):
    """A message that was thought to be lost stands in its room; None: another owner has seen it there."""

    def __init__(self, event: Event | None) -> None:
        super().__init__()
        self.event = event
