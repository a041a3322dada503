"""The operators' routes: games that run, finished games, corrections, synonyms, people."""

import time
from typing import Annotated

import structlog
from fastapi import APIRouter, Query

from botkit.chat.message import Player
from botkit.errands import Errands
from botkit.runtime.clock import Clock, wall
from botkit.runtime.http import ApiError
from botkit.stream.announcements import Announce, told
from game_bots import forms
from game_bots.api import NO_NUL, NOT_TOLD, Done, Key, Operator, Paged, Written
from game_bots.records import RecordsUnavailable
from game_bots.refusals import NoGame, NotIdle
from game_bots.twentyq import contract
from game_bots.twentyq.archive import Archive
from game_bots.twentyq.game import Riddle
from game_bots.twentyq.room import Result, Room
from game_bots.twentyq.store import Store
from game_bots.twentyq.synonyms import Synonyms

log = structlog.get_logger(__name__)

HOUR = 3600

_CHAT = Query(alias="chatId", pattern=NO_NUL)
_SESSION = Query(alias="sessionId", pattern=NO_NUL)
_USER = Query(alias="userId", pattern=NO_NUL)
_CATEGORY = Query(pattern=NO_NUL)


class Admin:
    """The routes below `/admin`."""

    def __init__(
        self,
        *,
        errands: Errands[Room],
        store: Store,
        archive: Archive,
        synonyms: Synonyms,
        announce: Announce,
        clock: Clock = wall,
    ) -> None:
        self._errands = errands
        self._store = store
        self._archive = archive
        self._synonyms = synonyms
        self._announce = announce
        self._clock = clock
        self.router = APIRouter(prefix="/admin", tags=["admin"])
        for method, path, endpoint in (
            ("GET", "/stats", self.stats),
            ("GET", "/stats/categories", self.categories),
            ("GET", "/sessions", self.sessions),
            ("POST", "/sessions/cleanup", self.cleanup),
            ("GET", "/sessions/{chat_id}", self.session),
            ("DELETE", "/sessions/{chat_id}", self.clear),
            ("POST", "/sessions/{chat_id}/hint", self.hint),
            ("GET", "/games", self.games),
            ("GET", "/games/{session_id}", self.game),
            ("POST", "/games/{session_id}/audit", self.audit),
            ("POST", "/games/{session_id}/refund", self.refund),
            ("GET", "/leaderboard", self.leaderboard),
            ("POST", "/synonyms", self.declare),
            ("GET", "/synonyms", self.synonyms),
            ("DELETE", "/synonyms/{alias}", self.undeclare),
            ("GET", "/nicknames", self.nicknames),
            ("GET", "/users/stats", self.users),
            ("GET", "/users/{user_id}/stats", self.user),
            ("DELETE", "/users/{user_id}/stats", self.forget),
            ("GET", "/audits", self.audits),
            ("GET", "/refunds", self.refunds),
        ):
            self.router.add_api_route(path, endpoint, methods=[method])

    # ---- games that run -----------------------------------------------------------------------------

    async def stats(self) -> contract.StatsResponse:
        """Counters of the whole service."""
        began = time.perf_counter()
        row = await self._archive.stats()
        stats = contract.Stats.model_validate({**row, "active_sessions": len(await self._running())})
        took = round((time.perf_counter() - began) * 1000)
        return contract.StatsResponse(stats=stats, duration_ms=took)

    async def categories(self) -> contract.Categories:
        """Counters by category."""
        rows = await self._archive.categories()
        found = [contract.CategoryStats.model_validate(dict(row)) for row in rows]
        return contract.Categories(categories=found, count=len(found))

    async def sessions(self) -> contract.Sessions:
        """Every game that runs, with its secret."""
        found = [self._session(room, riddle) for room, riddle in await self._running()]
        return contract.Sessions(sessions=found, count=len(found))

    async def session(self, chat_id: Key) -> contract.SessionDetail:
        """A game that runs, with everything in it."""
        riddle = (await self._store.peek(chat_id)).awake(self._clock()).riddle
        if riddle is None:
            raise _no_session()
        asked = [
            contract.HistoryItem(
                question_number=one.number, question=one.text, answer=one.verdict.value, user_id=one.by
            )
            for one in riddle.questions
        ]
        hints = [
            contract.HistoryItem(
                question_number=-one.number,
                question=f"힌트 #{one.number}" if one.by else "[GM 힌트]",  # names from the wire
                answer=one.text,
                user_id=one.by,
            )
            for one in riddle.hints
        ]
        return contract.SessionDetail(
            session=self._session(chat_id, riddle),
            history=[*asked, *hints],
            players=[contract.Person(user_id=one.id, sender=one.name) for one in riddle.players],
        )

    async def clear(self, chat_id: Key, by: Operator = "") -> Done:
        """Forget a game; the room is told, nothing is counted."""
        text = await self._oversee(forms.Clear(), chat_id, by)
        await self._note("clear", chat_id, by)
        return Done(message="cleared" if await told(self._announce, chat_id, text) else NOT_TOLD)

    async def hint(self, chat_id: Key, body: contract.RoomHint, by: Operator = "") -> Done:
        """A hint from the operators; the room reads it at once."""
        text = await self._oversee(forms.Tell(body.message), chat_id, by)
        await self._note("hint", chat_id, by)
        return Done(message="told" if await told(self._announce, chat_id, text) else NOT_TOLD)

    async def cleanup(
        self, body: contract.CleanupRequest | None = None, by: Operator = ""
    ) -> contract.Cleaned:
        """Forget the games in which nobody has moved for so long."""
        hours = (body or contract.CleanupRequest()).older_than_hours
        command = forms.Clear(idle_since=self._clock() - hours * HOUR)
        gone = 0
        for room in [one.name async for one in self._store.all() if one.state.riddle]:
            try:
                text = await self._oversee(command, room, by)
            except (ApiError, NotIdle):
                continue
            await told(self._announce, room, text)
            gone += 1
        await self._note("cleanup", "", by, hours=hours, games=gone)
        return contract.Cleaned(deleted_count=gone)

    # ---- finished games -----------------------------------------------------------------------------

    async def games(
        self, page: Paged, category: Annotated[str, _CATEGORY] = "", result: Result | None = None
    ) -> contract.Games:
        """Finished games, the latest first."""
        rows, total = await self._archive.games(page, category=category, result=result or "")
        found = [contract.Game.model_validate(dict(row)) for row in rows]
        return contract.Games(games=found, total=total, limit=page.limit, offset=page.offset)

    async def game(self, session_id: Key) -> contract.GameDetail:
        """A finished game with transcript, audits and refunds."""
        row = await self._archive.game(session_id)
        if row is None:
            raise _no_game()
        parts = {
            name: [dict(part) for part in await self._archive.of_game(table, session_id)]
            for name, table in (
                ("logs", "game_logs"),
                ("transcript", "game_transcript"),
                ("audits", "audit_logs"),
                ("refunds", "refund_logs"),
            )
        }
        return contract.GameDetail.model_validate({"session": dict(row), **parts})

    async def audit(self, session_id: Key, body: contract.AuditRequest) -> Written:
        """What an operator thinks of an answer."""
        written = await self._archive.audit(
            session_id, body.question_index, body.verdict, reason=body.reason, by=body.admin_user_id
        )
        if written is None:
            raise _no_game("there is no such game, or no such question in it")
        return Written(message="written", id=written)

    async def refund(self, session_id: Key, body: contract.RefundRequest) -> Written:
        """A game that was spoilt by a wrong answer does not count for a person."""
        written = await self._archive.refund(
            session_id,
            body.user_id,
            restore=body.restore_stats,
            reason=body.reason,
            by=body.admin_user_id,
        )
        if written is None:
            raise _no_game("the person did not play that game, or it was refunded before")
        return Written(message="refunded" if body.restore_stats else "noted", id=written)

    async def audits(self, page: Paged, session_id: Annotated[str, _SESSION] = "") -> contract.Audits:
        """Operators' opinions, the latest first."""
        rows, total = await self._archive.audits(page, session_id)
        found = [contract.Audit.model_validate(dict(row)) for row in rows]
        return contract.Audits(logs=found, total=total, limit=page.limit, offset=page.offset)

    async def refunds(
        self,
        page: Paged,
        session_id: Annotated[str, _SESSION] = "",
        user_id: Annotated[str, _USER] = "",
    ) -> contract.Refunds:
        """Refunds, the latest first."""
        rows, total = await self._archive.refunds(page, session_id, user_id)
        found = [contract.Refund.model_validate(dict(row)) for row in rows]
        return contract.Refunds(logs=found, total=total, limit=page.limit, offset=page.offset)

    # ---- synonyms -----------------------------------------------------------------------------------

    async def declare(self, body: contract.SynonymRequest, by: Operator = "") -> contract.SynonymSaved:
        """Words that are right guesses for another."""
        await self._synonyms.put(body.canonical, body.aliases, by=by)
        await self._note("synonyms", body.canonical, by, aliases=body.aliases)
        return contract.SynonymSaved(message="saved", canonical=body.canonical, aliases=body.aliases)

    async def synonyms(
        self, alias: Annotated[str, Query(alias="query", pattern=NO_NUL)] = ""
    ) -> contract.Synonyms | contract.SynonymFound:
        """Everything that was declared, or what one alias means."""
        known = await self._synonyms.all()
        if alias:
            canonical = await self._synonyms.canonical(alias)
            return contract.SynonymFound(
                result={"alias": alias, "canonical": canonical} if canonical else None
            )
        found = [contract.Synonym(canonical=word, aliases=aliases) for word, aliases in known.items()]
        return contract.Synonyms(synonyms=found, count=len(found))

    async def undeclare(self, alias: Key, by: Operator = "") -> contract.SynonymRemoved:
        """An alias means nothing any more."""
        canonical = await self._synonyms.remove(alias)
        if not canonical:
            raise ApiError(404, "SYNONYM_NOT_FOUND", "nobody declared that alias")
        await self._note("synonym_removed", alias, by, canonical=canonical)
        return contract.SynonymRemoved(message="removed", alias=alias, canonical=canonical)

    # ---- people -------------------------------------------------------------------------------------

    async def leaderboard(
        self,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        chat_id: Annotated[str, _CHAT] = "",
    ) -> contract.Leaderboard:
        """Who has the most points, in a room or anywhere."""
        rows = await self._archive.leaderboard(chat_id, limit)
        found = [contract.Ranked.model_validate({"rank": n, **row}) for n, row in enumerate(rows, 1)]
        return contract.Leaderboard(leaderboard=found, count=len(found))

    async def nicknames(
        self,
        chat_id: Annotated[str, _CHAT] = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> contract.Nicknames:
        """What people were called last."""
        rows = await self._archive.nicknames(chat_id, limit)
        found = [contract.Nickname.model_validate(dict(row)) for row in rows]
        return contract.Nicknames(nicknames=found, count=len(found))

    async def users(self, page: Paged, chat_id: Annotated[str, _CHAT] = "") -> contract.UsersStats:
        """What people have played, room by room."""
        rows, total = await self._archive.people(page, room=chat_id)
        found = [contract.UserStats.model_validate(row) for row in rows]
        return contract.UsersStats(stats=found, total=total, limit=page.limit, offset=page.offset)

    async def user(
        self, user_id: Key, page: Paged, chat_id: Annotated[str, _CHAT] = ""
    ) -> contract.UserRooms:
        """What somebody has played, room by room."""
        rows, _ = await self._archive.people(page, room=chat_id, user=user_id)
        return contract.UserRooms(stats=[contract.UserStats.model_validate(row) for row in rows])

    async def forget(
        self, user_id: Key, chat_id: Annotated[str, _CHAT] = "", by: Operator = ""
    ) -> contract.Deleted:
        """Delete somebody's records, in a room or everywhere."""
        count = await self._archive.forget(user_id, chat_id, by=by)
        return contract.Deleted(message="deleted", deleted_count=count)

    # ---- common -------------------------------------------------------------------------------------

    async def _running(self) -> list[tuple[str, Riddle]]:
        now = self._clock()
        rooms = [(one.name, one.state.awake(now).riddle) async for one in self._store.all()]
        return [(name, riddle) for name, riddle in rooms if riddle]

    def _session(self, room: str, riddle: Riddle) -> contract.Session:
        return contract.Session(
            chat_id=room,
            target=riddle.topic.name,
            category=riddle.topic.category,
            question_count=len(riddle.questions),
            hint_count=len(riddle.hints),
            ttl_seconds=int(riddle.over_at - self._clock()),
        )

    async def _oversee(self, command: object, room: str, by: str) -> str:
        """Run an operator's command; what the room is to be told."""
        try:
            outcome = await self._errands.run(command, room=room, player=Player(by, by))
        except NoGame:
            raise _no_session() from None
        return "\n".join(reply.text for reply in outcome.replies)

    async def _note(self, action: str, subject: str, by: str, **details: object) -> None:
        """What was done is done, whether it can be written down or not."""
        try:
            await self._archive.note(action, subject, by=by, **details)
        except RecordsUnavailable:
            log.warning("admin_action_unrecorded", action=action)


def _no_session() -> ApiError:
    return ApiError(404, "SESSION_NOT_FOUND", "no game runs in the room")


def _no_game(message: str = "there is no such game") -> ApiError:
    return ApiError(404, "GAME_NOT_FOUND", message)
