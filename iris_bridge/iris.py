"""The seam between the bridge and a phone: what it asks, and what a failure means for a message.

Another dialect of Iris is another class like `upstream.Upstream`. Every call has a deadline. A post has three
ways to fail, which must not be mixed: it never arrived (`IrisAway`), it was refused (`Refused`), or nobody
knows (`Unsure`).
"""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from iris_bridge import metrics
from iris_bridge.events import BadEvent, Event
from iris_bridge.replies import Message


class IrisAway(Exception):
    """Iris does not answer; the text says how. Nothing was posted."""


class Refused(Exception):
    """Iris answered that it cannot post this."""


class Unsure(Exception):
    """The connection broke after a post was sent: nobody knows whether Iris has it."""


@dataclass(frozen=True)
class Config:
    """What a bridge needs of `GET /config`."""

    bot_id: str = ""
    send_rate_ms: int = 50


@dataclass
class Link:
    """Whether the bridge follows the chat log: only then a post can be confirmed."""

    up: bool = False
    send_rate_ms: int = 50
    bot_id: str = ""

    def turn(self, *, up: bool) -> None:
        """The connection has come or gone."""
        self.up = up
        metrics.iris_up.set(up)


@dataclass(frozen=True)
class Page:
    """Rows that were asked for. Those that cannot be read are only counted."""

    events: tuple[Event, ...]
    last: int
    """The row up to which it reaches."""

    unreadable: int = 0
    full: bool = False
    """Whether there may be more behind it."""


class Feed(Protocol):
    """Rows as they are pushed."""

    async def next(self) -> Event | BadEvent:
        """The next one.

        Raises:
            IrisAway: no more will come.
        """
        ...


class Iris(Protocol):
    """What the bridge needs of any dialect."""

    ordered: bool
    """Whether pushed rows come in order, from the phone and nobody else."""

    def feed(self) -> AbstractAsyncContextManager[Feed]:
        """Be pushed new rows."""
        ...

    async def config(self) -> Config:
        """Who our account is, and how fast Iris sends."""
        ...

    async def newest(self) -> int:
        """The newest row's number, 0 when there is none."""
        ...

    async def rows(self, after: int, *, room: str = "") -> Page:
        """The rows behind one, of all rooms or of one."""
        ...

    async def name(self, user: str) -> str:
        """A person's nickname, blank when it is not known."""
        ...

    async def post(self, message: Message, *, image: bytes | None = None) -> None:
        """Have a message sent; an `image` in its place.

        Raises:
            IrisAway, Refused, Unsure: what happened to it.
        """
        ...
