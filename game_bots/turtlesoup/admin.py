"""The operators' routes: games that run, finished games, puzzles of our own."""

import time
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query

from botkit.chat.catalog import Catalog
from botkit.chat.errors import Refused
from botkit.chat.message import Player
from botkit.errands import Errands
from botkit.runtime.clock import Clock, wall
from botkit.runtime.http import ApiError
from botkit.stream.announcements import Announce, told
from game_bots import forms
from game_bots.api import NO_NUL, NOT_TOLD, Done, Key, Operator, Paged
from game_bots.refusals import NoGame, NotIdle
from game_bots.turtlesoup import contract, proposals
from game_bots.turtlesoup.api import checked, shown
from game_bots.turtlesoup.archive import Archive
from game_bots.turtlesoup.events import Result, Status
from game_bots.turtlesoup.game import IDLE_SECONDS, Soup
from game_bots.turtlesoup.room import Room
from game_bots.turtlesoup.shelf import Kept, Shelf
from game_bots.turtlesoup.store import Store

HOUR = 3600

Number = Annotated[int, Query(ge=1, le=2**62)]
_CHAT = Query(alias="chatId", max_length=200, pattern=NO_NUL)


class Admin:
    """The routes below `/admin`."""

    def __init__(
        self,
        *,
        errands: Errands[Room],
        store: Store,
        shelf: Shelf,
        archive: Archive,
        catalog: Catalog,
        announce: Announce,
        clock: Clock = wall,
    ) -> None:
        self._errands = errands
        self._store = store
        self._shelf = shelf
        self._archive = archive
        self._catalog = catalog
        self._announce = announce
        self._clock = clock
        self.router = APIRouter(prefix="/admin", tags=["admin"])
        for method, path, endpoint in (
            ("GET", "/stats", self.stats),
            ("GET", "/sessions", self.sessions),
            ("POST", "/sessions/cleanup", self.cleanup),
            ("DELETE", "/sessions/{session_id}", self.end),
            ("POST", "/sessions/{session_id}/inject", self.inject),
            ("GET", "/puzzles", self.puzzles),
            ("GET", "/puzzles/stats", self.puzzle_stats),
            ("GET", "/puzzles/{number:int}", self.puzzle),
            ("PUT", "/puzzles/{number:int}", self.change),
            ("DELETE", "/puzzles/{number:int}", self.remove),
            ("GET", "/archives", self.archives),
            ("GET", "/archives/{session_id}", self.archived),
        ):
            self.router.add_api_route(path, endpoint, methods=[method])
        self.router.add_api_route("/puzzles", self.add, methods=["POST"], status_code=201)

    # ---- games that run -----------------------------------------------------------------------------

    async def stats(self) -> contract.StatsAnswer:
        """Counters of the whole service."""
        began = time.perf_counter()
        row = await self._archive.stats()
        stats = contract.Stats.model_validate({**row, "active_sessions": len(await self._running())})
        took = round((time.perf_counter() - began) * 1000)
        return contract.StatsAnswer(stats=stats, duration_ms=took)

    async def sessions(self) -> contract.Sessions:
        """Every game that runs, without its solution."""
        now = self._clock()
        found = [_session(name, soup, now) for name, soup in await self._running()]
        return contract.Sessions(sessions=found, count=len(found))

    async def end(self, session_id: Key, by: Operator = "") -> Done:
        """A game is over and counted as ended by force; the room is told."""
        text = await self._oversee(forms.Clear(), session_id, by)
        return Done(message="ended" if await told(self._announce, session_id, text) else NOT_TOLD)

    async def cleanup(
        self, body: contract.CleanupRequest | None = None, by: Operator = ""
    ) -> contract.Cleaned:
        """End the games in which nothing has happened for so long; their rooms are told."""
        hours = (body or contract.CleanupRequest()).older_than_hours
        command = forms.Clear(idle_since=self._clock() - hours * HOUR)
        ended = 0
        for name, _ in await self._running():
            try:
                text = await self._oversee(command, name, by)
            except (ApiError, NotIdle):
                continue
            await told(self._announce, name, text)
            ended += 1
        return contract.Cleaned(deleted_count=ended, message=f"{ended} games ended")

    async def inject(self, session_id: Key, body: contract.InjectRequest, by: Operator = "") -> Done:
        """A hint from the operators, which costs the room nothing; the room reads it at once."""
        text = await self._oversee(forms.Tell(body.message), session_id, by)
        return Done(message="told" if await told(self._announce, session_id, text) else NOT_TOLD)

    # ---- puzzles of our own -------------------------------------------------------------------------

    async def puzzles(self, page: Paged, status: Status | None = None) -> contract.Puzzles:
        """The latest first; `status=proposed` are those that wait for a review."""
        found, total = await self._shelf.page(page, status=status or "")
        listed = [shown(kept) for kept in found]
        return contract.Puzzles(puzzles=listed, total=total, limit=page.limit, offset=page.offset)

    async def add(self, body: contract.DraftRequest) -> contract.PuzzleAnswer:
        """A draft, which nobody plays before it is published."""
        draft = checked(body, self._catalog)
        kept = await self._shelf.add(draft, status=Status.DRAFT, author_id=body.author_id, author=body.author)
        return contract.PuzzleAnswer(puzzle=shown(kept))

    async def puzzle(self, number: int) -> contract.PuzzleAnswer:
        """Solution included."""
        return contract.PuzzleAnswer(puzzle=shown(await self._kept(number)))

    async def change(self, number: int, body: contract.ChangeRequest) -> contract.PuzzleAnswer:
        """Publish, reject, mend: what is not given stays."""
        kept = await self._kept(number)
        given: dict[str, Any] = body.model_dump(exclude_unset=True, exclude_none=True)
        status = given.pop("status", kept.status)
        if "key_facts" in given:
            given["facts"] = given.pop("key_facts")
        lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        draft = replace(kept.draft, **given | lists)
        try:
            proposals.check(draft)
        except Refused as error:
            raise ApiError(400, "INVALID_REQUEST", self._catalog.error(error)) from None
        changed = await self._shelf.change(number, draft, status)
        if changed is None:
            raise _no_puzzle()
        return contract.PuzzleAnswer(puzzle=shown(changed))

    async def remove(self, number: int) -> Done:
        """Rooms that play it play on; finished games keep their copy."""
        await self._kept(number)
        await self._shelf.remove(number)
        return Done(message="deleted")

    async def puzzle_stats(self) -> contract.PuzzleStatsAnswer:
        """How our own puzzles do, games by category, and the puzzles that players like least."""
        categories = [
            contract.CategoryStats.model_validate(dict(row)) for row in await self._archive.categories()
        ]
        disliked = [
            contract.Disliked(ref=one.ref, title=one.title, avg_rating=one.stars, rating_count=one.ratings)
            for one in await self._shelf.disliked()
        ]
        stats = contract.PuzzleStats.model_validate(dict(await self._shelf.counts()))
        return contract.PuzzleStatsAnswer(stats=stats, category_stats=categories, disliked=disliked)

    # ---- finished games -----------------------------------------------------------------------------

    async def archives(
        self, page: Paged, result: Result | None = None, chat_id: Annotated[str, _CHAT] = ""
    ) -> contract.Archives:
        """The latest first."""
        rows, total = await self._archive.games(page, result=result or "", room=chat_id)
        found = [contract.Archive.model_validate(dict(row)) for row in rows]
        return contract.Archives(archives=found, total=total, limit=page.limit, offset=page.offset)

    async def archived(self, session_id: Key) -> contract.ArchiveDetail:
        """A finished game with players, facts and everything that was said."""
        row = await self._archive.game(session_id)
        if row is None:
            raise ApiError(404, "GAME_NOT_FOUND", "there is no such game")
        parts = {
            name: [dict(part) for part in await self._archive.of_game(table, session_id)]
            for name, table in (
                ("players", "turtle_players"),
                ("facts", "turtle_facts"),
                ("history", "turtle_transcript"),
            )
        }
        whole = {"archive": dict(row), "scenario": row["scenario"], "solution": row["solution"]}
        return contract.ArchiveDetail.model_validate(whole | parts)

    # ---- common -------------------------------------------------------------------------------------

    async def _running(self) -> list[tuple[str, Soup]]:
        now = self._clock()
        rooms = [(one.name, one.state.soup) async for one in self._store.all()]
        return [(name, soup) for name, soup in rooms if soup and not soup.overdue(now)]

    async def _oversee(self, command: object, room: str, by: str) -> str:
        """Run an operator's command; what the room is to be told."""
        soup = (await self._store.peek(room)).soup
        if soup is None or soup.overdue(self._clock()):
            raise _no_session()
        try:
            outcome = await self._errands.run(command, room=room, player=Player(by, by))
        except NoGame:
            raise _no_session() from None
        return "\n".join(reply.text for reply in outcome.replies)

    async def _kept(self, number: int) -> Kept:
        kept = await self._shelf.get(number) if 0 < number < 2**63 else None
        if kept is None:
            raise _no_puzzle()
        return kept


def _session(name: str, soup: Soup, now: float) -> contract.Session:
    return contract.Session(
        session_id=name,
        chat_id=soup.chat or name,
        question_count=len(soup.questions),
        hint_count=soup.hints_taken,
        ttl_seconds=max(0, int(soup.moved_at + IDLE_SECONDS - now)),
    )


def _no_session() -> ApiError:
    return ApiError(404, "SESSION_NOT_FOUND", "no game runs in the room")


def _no_puzzle() -> ApiError:
    return ApiError(404, "PUZZLE_NOT_FOUND", "there is no such puzzle")
