"""The last step of a line: its replies are published and the line acknowledged, in one script."""

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

from redis.asyncio import Redis

from botkit.chat.message import Incoming, Reply, ReplyType
from botkit.runtime import metrics
from botkit.stream import wire
from botkit.stream.dead_letters import DeadLetter
from botkit.stream.names import Names
from botkit.valkey.clients import script
from botkit.valkey.lease import Lease

REPLIES_KEPT = 100_000
"""Hard cap of the reply stream; the bridge trims it, an alarm rings far below."""

DEAD_KEPT = 500


class Outcome(Enum):
    """What a commit came to."""

    OK = b"ok"
    DONE = b"done"
    FENCED = b"fenced"
    GROUP_LOST = b"nogroup"


class Commit:
    """Writes to the reply stream of one bot."""

    def __init__(self, client: Redis, names: Names, lease: Lease, *, cut_notice: str, mark: str = "") -> None:
        """`cut_notice` ends a reply that is too long; `mark` is put before every final text."""
        self._script = script(client, "commit")
        self._names = names
        self._lease = lease
        self._cut_notice = cut_notice
        self._mark = f"{mark} " if mark else ""

    async def finish(
        self,
        line: Incoming,
        replies: Sequence[Reply],
        *,
        guarded: bool = True,
        dead: DeadLetter | None = None,
    ) -> Outcome:
        """Publish `replies` and acknowledge the line, unless somebody already has."""
        marked = [replace(reply, text=f"{self._mark}{reply.text}") for reply in replies]
        shown = wire.replies_on_wire(line, marked, bot=self._names.bot, cut_notice=self._cut_notice)
        outcome = await self._run(line.entry, shown, guarded=guarded, acknowledge=True, dead=dead)
        if outcome is Outcome.OK:
            for bubble in shown:
                metrics.replies_published.labels(bubble["type"]).inc()
            if dead:
                metrics.entries_dead.inc()
        return outcome

    async def notify(self, line: Incoming, text: str) -> Outcome:
        """Publish an interim notice while the line is still pending."""
        notice = Reply(text, ReplyType.WAITING)
        shown = wire.outgoing(line, notice, bot=self._names.bot, mark=f"{line.entry}/notice")
        return await self._run(line.entry, [shown], guarded=True, acknowledge=False)

    async def _run(
        self,
        entry: str,
        bubbles: Sequence[dict[str, str]],
        *,
        guarded: bool,
        acknowledge: bool,
        dead: DeadLetter | None = None,
    ) -> Outcome:
        keys = [self._names.stream, self._lease.key, self._names.replies, self._names.dead]
        args: list[str | bytes | int] = [
            self._names.group,
            self._lease.epoch,
            entry,
            "1" if guarded else "0",
            "1" if acknowledge else "0",
        ]
        for bubble in bubbles:
            args += [3, REPLIES_KEPT, 2 * len(bubble), *(part for pair in bubble.items() for part in pair)]
        if dead:
            args += [4, DEAD_KEPT, *dead.on_wire()]
        return Outcome(await self._script(keys, args))
