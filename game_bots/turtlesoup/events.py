"""What happens once and is counted for ever, on its way to PostgreSQL. Pure.

Chat commands write there in no other way: an event is saved with the room in one step, and waits in the
ledger stream. So a line that comes again writes nothing twice, and play goes on while PostgreSQL is away.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from botkit.chat.message import Player
from game_bots.turtlesoup.game import Soup
from game_bots.turtlesoup.puzzles import Category


class Result(StrEnum):
    """How a game ended, as it is counted."""

    SOLVED = "solved"
    SURRENDERED = "surrendered"
    FORCED = "forced"
    TIMEOUT = "timeout"


class Status(StrEnum):
    """What may be done with a puzzle of our own; only published ones are played."""

    PROPOSED = "proposed"
    DRAFT = "draft"
    TEST = "test"
    PUBLISHED = "published"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Finished:
    """A game that is over. The winner is empty unless it was solved."""

    room: str
    soup: Soup
    result: Result
    winner: str
    completed_at: float
    kind: Literal["finished"] = "finished"

    @property
    def game(self) -> str:
        """The id of a game wherever it is counted: room and starting entry."""
        return f"{self.room}:{self.soup.id}"

    @property
    def chat(self) -> str:
        """The room that it is counted for."""
        return self.soup.chat or self.room


@dataclass(frozen=True, slots=True)
class Rated:
    """What a player thinks of a puzzle."""

    game: str
    ref: str
    user: str
    stars: int
    at: float
    kind: Literal["rated"] = "rated"


@dataclass(frozen=True, slots=True)
class Draft:
    """A puzzle as somebody wrote it."""

    title: str
    scenario: str
    solution: str
    category: Category = Category.MYSTERY
    difficulty: int = 3
    hints: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A puzzle that somebody wants to be played in other rooms. `id` is the entry in which it came."""

    id: str
    room: str
    author: Player
    draft: Draft
    at: float
    kind: Literal["proposed"] = "proposed"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An operator's word about a puzzle of our own. `id` is the entry in which it came."""

    id: str
    number: int
    status: Status
    by: str
    at: float
    kind: Literal["reviewed"] = "reviewed"


Event = Annotated[Finished | Rated | Proposed | Reviewed, Field(discriminator="kind")]
EVENTS: TypeAdapter[tuple[Event, ...]] = TypeAdapter(tuple[Event, ...])
"""What is saved in one step is one entry of the ledger stream: a JSON list."""


def dump(*events: Finished | Rated | Proposed | Reviewed) -> bytes:
    """The entry with these events."""
    return EVENTS.dump_json(events)


def joined(*entries: bytes | None) -> bytes:
    """Several entries as one."""
    return dump(*(event for entry in entries if entry for event in EVENTS.validate_json(entry)))
