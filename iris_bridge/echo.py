"""Proof of delivery: our own messages come back as rows of the chat log."""

import asyncio
from dataclasses import dataclass, field

from iris_bridge.events import Event
from iris_bridge.replies import Message, shows


@dataclass(eq=False)
class Expected:
    """A message that should appear in its room, behind the row `after`."""

    message: Message
    after: int
    seen: asyncio.Future[Event] = field(default_factory=asyncio.Future)

    def fits(self, event: Event) -> bool:
        """Whether this row is it."""
        said = self.message
        picture = bool(said.image_key)
        return event.row > self.after and shows(event, chat=said.chat, text=said.text, picture=picture)


class Echoes:
    """Own rows as they come in, and who waits for one; a room waits for one message at a time."""

    def __init__(self) -> None:
        self.newest = 0
        """The newest row that is known, whosever it is."""

        self.count = 0
        """Own rows so far."""

        self._expected: dict[str, Expected] = {}

    def expect(self, message: Message, after: int) -> Expected:
        """Wait for a message from here on."""
        expected = Expected(message, after)
        self._expected[message.chat] = expected
        return expected

    def forget(self, expected: Expected) -> None:
        """Wait no longer."""
        if self._expected.get(expected.message.chat) is expected:
            del self._expected[expected.message.chat]

    def passed(self, row: int) -> None:
        """A row is known."""
        self.newest = max(self.newest, row)

    def own(self, event: Event) -> None:
        """One of our own messages has appeared."""
        self.count += 1
        expected = self._expected.get(event.room)
        if expected and not expected.seen.done() and expected.fits(event):
            expected.seen.set_result(event)
