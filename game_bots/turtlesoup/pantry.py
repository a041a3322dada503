"""Where puzzles come from: published ones of our own, presets, new ones, an old preset told anew.

In this order, so that a room never has a puzzle twice before it has had all that suit its wish. The next one
is chosen ahead when a game ends, because that may take a model, and stands in the room's own record: the save
that opens the next game takes it from there. So it can neither be played twice nor get lost without the room.
"""

import asyncio
from dataclasses import replace
from random import Random

import structlog
from llm.v1 import llm_service_pb2 as pb

from botkit.chat.errors import AiRefused, Failed, NothingLeft
from botkit.chat.layout import strip_markdown
from botkit.llm.client import LlmClient
from botkit.valkey.clients import FAILED
from botkit.valkey.records import Conflict
from game_bots.records import RecordsUnavailable
from game_bots.turtlesoup.puzzles import LEVELS, Puzzle, Source, Wish, category_named, level_near
from game_bots.turtlesoup.refusals import NoPuzzle
from game_bots.turtlesoup.room import Room
from game_bots.turtlesoup.shelf import Shelf
from game_bots.turtlesoup.store import Store
from game_bots.wording import folded

log = structlog.get_logger(__name__)

SHELF_SECONDS = 2.0
"""How long a start waits for PostgreSQL; without it the presets are there."""

PRESET_SECONDS = 3.0
GENERATE_SECONDS = 20.0
REWRITE_SECONDS = 15.0


class Pantry:
    """Chooses puzzles."""

    def __init__(self, *, llm: LlmClient, shelf: Shelf, store: Store, rewrites: bool) -> None:
        self._llm = llm
        self._shelf = shelf
        self._store = store
        self._rewrites = rewrites

    async def choose(self, wish: Wish, name: str, room: Room, *, entry: str) -> Puzzle:
        """A puzzle for the people of `name`, the prepared one when it was chosen for such a wish.

        Raises:
            AiRefused: the guard refused the theme.
            NoPuzzle: there is none, or nobody who has one.
        """
        if prepared := room.prepared_for(wish):
            return prepared
        found = await self._generated(wish, room, entry) if wish.theme else None
        found = found or await self._own(wish, name, room)
        found = found or await self._preset(wish, room, room.presets_taken, entry)
        found = found or room.prepared_suiting(wish)  # the room has not had it, whatever it was chosen for
        if not (found or wish.theme):  # else the model has been asked already
            found = await self._generated(wish, room, entry)
        found = found or await self._again(wish, room, entry)
        if found is None:
            raise NoPuzzle
        return found

    async def prepare(self, name: str, wish: Wish, *, chat: str, entry: str) -> None:
        """Choose the next puzzle for a room between two games; a theme is new each time.

        `chat` is the room whose people play. Best effort: who starts a game earlier chooses one then.
        """
        if wish.theme:
            return
        try:
            stored, room = await self._store.look(name)
            if room.soup or room.prepared_for(wish):
                return
            chosen = await self.choose(wish, chat, room, entry=entry)
            await self._store.save(name, stored, room.preparing(wish, chosen))
        except Conflict:
            log.info("puzzle_not_prepared", reason="the room has moved on")
        except (Failed, *FAILED) as error:
            log.warning("puzzle_not_prepared", reason=type(error).__name__)

    async def _own(self, wish: Wish, name: str, room: Room) -> Puzzle | None:
        try:
            async with asyncio.timeout(SHELF_SECONDS):
                return await self._shelf.unplayed(wish, room=name, taken=room.customs_taken, mild=room.mild)
        except (RecordsUnavailable, TimeoutError) as error:
            log.warning("shelf_unreachable", error=type(error).__name__)
            return None

    async def _preset(self, wish: Wish, room: Room, excluded: tuple[int, ...], entry: str) -> Puzzle | None:
        """One of the server's puzzles. Without a difficulty each is as likely as the other.

        So a level is chosen by how many of it are left.
        """
        request = pb.TurtleSoupGetRandomPuzzleRequest(
            difficulty=wish.difficulty or 0,
            excluded_ids=excluded,
            mild=room.mild,
            category=wish.category or "",
        )
        try:
            reply = await self._llm.call(
                self._llm.rpc.TurtleSoupGetRandomPuzzle, request, request_id=entry, timeout=PRESET_SECONDS
            )
        except NothingLeft:
            return None
        return Puzzle(
            reply.title,
            reply.question,
            reply.answer,
            category_named(reply.category),
            level_near(reply.difficulty),
            Source.PRESET,
            reply.id,
            tuple(reply.hints),
            tuple(reply.key_facts),
            reply.warning,
        )

    async def _generated(self, wish: Wish, room: Room, entry: str) -> Puzzle | None:
        """A new puzzle, unless nobody can make one that keeps its secret and suits the room."""
        # The level follows from the entry, so that a retry asks for the same.
        level = wish.difficulty or Random(entry).choice(LEVELS)  # noqa: S311
        request = pb.TurtleSoupGeneratePuzzleRequest(
            category=wish.category or "",
            difficulty=level,
            theme=wish.theme,
            invent=True,
            avoid=room.scenarios,
        )
        try:
            reply = await self._llm.call(
                self._llm.rpc.TurtleSoupGeneratePuzzle, request, request_id=entry, timeout=GENERATE_SECONDS
            )
        except AiRefused:
            raise
        except Failed as error:
            log.warning("puzzle_not_generated", reason=error.code)
            return None
        made = Puzzle(
            strip_markdown(reply.title),
            strip_markdown(reply.scenario),
            strip_markdown(reply.solution),
            category_named(reply.category),
            level_near(reply.difficulty),
            Source.GENERATED,
            hints=tuple(reply.hints),
            facts=tuple(reply.key_facts),
            warning=reply.warning,
        )
        return made if _is_whole(made) and not (room.mild and made.warning) else None

    async def _again(self, wish: Wish, room: Room, entry: str) -> Puzzle | None:
        """The preset that the room played longest ago, told anew if somebody can."""
        oldest = room.oldest(wish)
        if oldest is None:
            return None
        others = tuple(number for number in room.presets_taken if number != oldest.number)
        puzzle = await self._preset(wish, room, others, entry)
        if puzzle is None:  # the server has it no more: any other will do
            puzzle = await self._preset(wish, room, (), entry)
        if puzzle is None:
            return None
        puzzle = replace(puzzle, source=Source.REWRITTEN)
        if not self._rewrites:
            return puzzle
        request = pb.TurtleSoupRewriteScenarioRequest(
            title=puzzle.title,
            scenario=puzzle.scenario,
            solution=puzzle.solution,
            difficulty=puzzle.difficulty,
        )
        try:
            reply = await self._llm.call(
                self._llm.rpc.TurtleSoupRewriteScenario, request, request_id=entry, timeout=REWRITE_SECONDS
            )
        except Failed as error:
            log.warning("puzzle_not_rewritten", reason=error.code)
            return puzzle
        told = replace(
            puzzle, scenario=strip_markdown(reply.scenario), solution=strip_markdown(reply.solution)
        )
        return told if _is_whole(told) else puzzle


def _is_whole(puzzle: Puzzle) -> bool:
    """Whether a model's puzzle says everything, and what is shown before the end does not tell the truth."""
    if not all((puzzle.title, puzzle.scenario, puzzle.solution)):
        return False
    if folded(puzzle.solution) in folded(puzzle.scenario):
        return False
    return not any(map(puzzle.is_told_by, (puzzle.title, puzzle.warning)))
