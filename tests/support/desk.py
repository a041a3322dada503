"""A small bot on the real kit: it writes down every line it judges. For tests of delivery."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

from redis.exceptions import ConnectionError as ValkeyConnectionError
from redis.exceptions import ResponseError

from botkit.bot import Bot
from botkit.chat.access import Access
from botkit.chat.catalog import Catalog
from botkit.chat.errors import Refused
from botkit.chat.grammar import Form, Grammar
from botkit.chat.kit_texts import MESSAGES, KitTexts
from botkit.chat.message import Reply, Scene
from botkit.runtime.clock import wall
from botkit.runtime.health import Health
from botkit.stream.commit import Commit
from botkit.stream.consumer import Consumer, Hand
from botkit.stream.inbox import Inbox
from botkit.stream.names import Names
from botkit.stream.owner import Owner
from botkit.turn import Handlers, Outcome, Turn
from botkit.valkey.lease import Lease
from botkit.valkey.records import Records
from tests.support.servers import Client

T = TypeVar("T")

STREAM, GROUP, REPLIES, LEDGER = "kakao:test", "test-group", "kakao:test:reply", "test:ledger"


@dataclass(frozen=True)
class Journal:
    """The state of a room: the entries applied to it, in order."""

    applied: tuple[str, ...] = ()


class No(Refused):
    """The handler refuses."""

    code = "not_permitted"


@dataclass(frozen=True)
class Note:
    """Write it down."""

    text: str


@dataclass(frozen=True)
class Look:
    """Read without changing."""


FORMS = (
    Form("look", r" look", lambda _: Look(), lane=False),
    Form("note", r" (?P<text>.+)", lambda match: Note(match["text"]), notice="queue.cut"),
)
UNKNOWN = Form("unknown", r".*", lambda _: Look(), lane=False)


class JournalStore(Records[Journal]):
    """The rooms of the test bot."""

    def __init__(self, client: Client) -> None:
        super().__init__(
            client, prefix="test:room:", state=Journal, initial=Journal(), seconds=600, ledger=LEDGER
        )


@dataclass
class Desk:
    """One process of the test bot. `think` is awaited while a line is judged."""

    cache: Client
    mq: Client
    blocking: Client
    name: str = "p1"
    think: Callable[[str], Awaitable[None]] | None = None
    clock: Callable[[], float] = wall
    lease_seconds: float = 10.0
    notice_seconds: float = 3.0
    rooms_at_once: int = 16
    judged: list[str] = field(default_factory=list)
    dead: bool = False
    hears: asyncio.Event = field(default_factory=asyncio.Event)
    holds: dict[str, asyncio.Event] = field(default_factory=dict)
    held: list[str] = field(default_factory=list)
    refuses: bool = False
    late: list[Callable[[], Awaitable[Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hears.set()
        names = Names(STREAM, GROUP, REPLIES, "test", self.name)
        self.texts = KitTexts(Catalog.load(MESSAGES))
        self.lease = Lease(self.mq, stream=STREAM, holder=self.name, seconds=self.lease_seconds)
        self.hand = Hand()
        self.owner = Owner(_mortal(self, self.lease), stream=STREAM)
        self.inbox = _mortal(self, Inbox(self.mq, self.blocking, names, self.lease))
        self.commit = _mortal(self, Commit(self.mq, names, self.lease, cut_notice="…"))
        self.store = _mortal(self, JournalStore(self.cache))
        self.consumer = Consumer(
            self.inbox, self.owner, self.hand, health=Health("test", "0"), clock=self.clock
        )
        self.turn = Turn(
            store=self.store,
            handlers=Handlers(answers={Look: self._look}, moves={Note: self._note}),
            texts=self.texts,
            commit=self.commit,
            consumer=self.consumer,
            lease=self.lease,
            clock=self.clock,
        )
        self.bot = Bot(
            grammar=Grammar(prefix="/t", forms=FORMS, fallback=UNKNOWN, limit=200),
            access=Access(),
            texts=self.texts,
            turn=self.turn,
            commit=self.commit,
            owner=self.owner,
            hand=self.hand,
            rooms_at_once=self.rooms_at_once,
            notice_seconds=self.notice_seconds,
        )
        self.stop = asyncio.Event()

    async def run(self) -> None:
        """As a process would."""
        await self.consumer.run(self.bot, self.stop, drain_seconds=5)

    def hold(self, call: str) -> asyncio.Event:
        """Stand still before every such call until the event is set."""
        return self.holds.setdefault(call, asyncio.Event())

    def is_late(self, call: str) -> bool:
        """Whether a call gets lost on the way, to be carried out when nobody expects it any more."""
        return False

    async def gate(self, call: str, moment: str) -> None:
        """Before and after each call of an adapter; tests of single steps replace it."""
        await self.hears.wait()
        if self.dead:
            raise asyncio.CancelledError
        if moment == "before" and call in self.holds:
            self.held.append(call)
            await self.holds[call].wait()
        if self.dead:
            raise asyncio.CancelledError

    async def _look(self, _command: Look, scene: Scene) -> list[Reply]:
        journal = await self.store.peek(scene.room)
        return [Reply(f"seen {len(journal.applied)}")]

    async def _note(self, command: Note, scene: Scene, state: Journal) -> Outcome[Journal]:
        self.judged.append(scene.entry)
        if self.think:
            await self.think(command.text)
        if self.refuses or command.text.startswith("refuse"):
            raise No
        if command.text.startswith("crash"):
            raise ZeroDivisionError
        text = f"noted {command.text}"
        return Outcome([Reply(text)], replace(state, applied=(*state.applied, scene.entry)))


def _mortal(desk: Desk, part: T) -> T:
    """An adapter of a process that can be killed, paused or cut off between any two of its calls."""

    class Mortal:
        def __getattr__(self, name: str) -> Any:
            found = getattr(part, name)
            if not asyncio.iscoroutinefunction(found):
                return found

            async def call(*args: Any, **kwargs: Any) -> Any:
                await desk.gate(name, "before")
                try:
                    if desk.is_late(name):
                        desk.late.append(lambda: found(*args, **kwargs))
                        raise ValkeyConnectionError("sent, but carried out later")
                    return await found(*args, **kwargs)
                finally:
                    await desk.gate(name, "after")

            return call

    return cast("T", Mortal())


async def say(mq: Client, room: str, text: str, *, user: str = "u1", entry: str = "*") -> str:
    """A chat line, as the bridge writes it."""
    fields: dict[Any, Any] = {"room": room, "text": text, "userId": user, "sender": user, "threadId": ""}
    written: Any = await mq.xadd(STREAM, fields, id=entry)
    return str(written.decode())


async def replies(mq: Client) -> list[dict[str, str]]:
    """Everything in the reply stream."""
    found: Any = await mq.xrange(REPLIES)
    return [{k.decode(): v.decode() for k, v in fields.items()} for _, fields in found]


async def pending(mq: Client) -> int:
    """How many lines are handed out and unfinished, 1 at least while some were not even read."""
    try:
        (group,) = await mq.xinfo_groups(STREAM)
        last = (await mq.xinfo_stream(STREAM))["last-generated-id"]
    except (ResponseError, ValueError):
        return 1
    unread = group["last-delivered-id"] != last
    return int(group["pending"]) + int(unread)
