"""The game by HTTP: the same rules, rooms and counters as in chat, answered to the caller.

A game stands under the `sessionId` that opened it; a chat room's game stands under the room.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict

from botkit.chat.catalog import Catalog
from botkit.chat.errors import AiRefused, Failed, Refused, UserError
from botkit.chat.hangul import visible
from botkit.chat.message import Player
from botkit.errands import Errands
from botkit.llm.client import LlmClient
from botkit.runtime.clock import Clock, wall
from botkit.runtime.http import ApiError
from botkit.turn import Outcome
from game_bots import forms
from game_bots.api import Key
from game_bots.refusals import HintLimitReached, NoGame
from game_bots.turtlesoup import commands, contract, events, proposals
from game_bots.turtlesoup.events import Draft, Finished, Result, Status
from game_bots.turtlesoup.game import Soup
from game_bots.turtlesoup.puzzles import Category, Wish
from game_bots.turtlesoup.room import Room
from game_bots.turtlesoup.shelf import Kept, Shelf
from game_bots.turtlesoup.store import Store

User = Annotated[str, Header(alias="X-User-Id", description="Who asks; else the person who opened the game")]


class GameApi:
    """The routes below `/api/turtlesoup`, and the older ones below `/api/game`."""

    def __init__(
        self,
        *,
        errands: Errands[Room],
        store: Store,
        shelf: Shelf,
        llm: LlmClient,
        catalog: Catalog,
        timeouts: tuple[float, float],
        clock: Clock = wall,
    ) -> None:
        """`timeouts`: what a call of the LLM server may take, and the first connection to it, in seconds."""
        self._errands = errands
        self._store = store
        self._shelf = shelf
        self._llm = llm
        self._catalog = catalog
        self._timeouts = timeouts
        self._clock = clock
        self.router = APIRouter(tags=["game"])
        add = self.router.add_api_route
        games = "/api/turtlesoup/games"
        add(games, self.start, methods=["POST"], summary="Open a game")
        add(f"{games}/{{session_id}}", self.state, methods=["GET"], summary="How far a game is")
        add(f"{games}/{{session_id}}", self.end, methods=["DELETE"], status_code=204, summary="End a game")
        add(f"{games}/{{session_id}}/questions", self.ask, methods=["POST"], summary="Ask a question")
        add(f"{games}/{{session_id}}/solutions", self.solve, methods=["POST"], summary="Tell what happened")
        add(f"{games}/{{session_id}}/hints", self.hint, methods=["POST"], summary="Take a hint")
        add(
            "/api/turtlesoup/puzzles",
            self.propose,
            methods=["POST"],
            status_code=201,
            summary="Propose a puzzle, to be looked through by an operator",
        )
        add("/debug/models", self.models, methods=["GET"], summary="Which model referees")
        old: dict[str, Any] = {"deprecated": True}
        add("/api/game/start", self.start, methods=["POST"], **old)
        add("/api/game/question", self.old_question, methods=["POST"], **old)
        add("/api/game/solution", self.old_solution, methods=["POST"], **old)
        add("/api/game/hint", self.old_hint, methods=["POST"], **old)
        add("/api/game/status/{session_id}", self.state, methods=["GET"], **old)
        add("/api/game/{session_id}", self.end, methods=["DELETE"], status_code=204, **old)

    # ---- playing ------------------------------------------------------------------------------------

    async def start(self, body: contract.StartRequest) -> contract.State:
        """With the puzzle that the room would get in chat."""
        if await self._open(body.session_id):
            raise ApiError(409, "GAME_ALREADY_STARTED", "a game runs under that sessionId")
        category = Category(body.category) if body.category else None
        chat = "" if body.chat_id == body.session_id else body.chat_id
        command = commands.Start(Wish(body.difficulty, category, body.theme), chat=chat)
        outcome = await self._run(command, body.session_id, Player(body.user_id, body.user_id))
        if outcome.state is None:  # somebody else was faster
            raise ApiError(409, "GAME_ALREADY_STARTED", "a game runs under that sessionId")
        return await self.state(body.session_id)

    async def state(self, session_id: Key) -> contract.State:
        """Of the game that is open."""
        soup = await self._playing(session_id)
        puzzle = soup.puzzle
        return contract.State(
            session_id=session_id,
            user_id=soup.players[0].id if soup.players else "",
            chat_id=soup.chat or session_id,
            scenario_title=puzzle.title,
            scenario=puzzle.scenario,
            category=puzzle.category,
            difficulty=puzzle.difficulty,
            warning=puzzle.warning,
            question_count=len(soup.questions),
            hints_used=soup.hints_taken,
            hints_remaining=soup.hint_limit - soup.hints_taken,
            facts_found=len(soup.finds),
            facts_total=len(puzzle.facts),
            is_solved=False,
            elapsed_seconds=max(0, int(self._clock() - soup.started_at)),
        )

    async def ask(self, session_id: Key, body: contract.QuestionRequest, user: User = "") -> contract.Answer:
        """One that can be answered with yes or no."""
        after = await self._move(commands.Ask(_line(body.question)), session_id, user)
        if after.soup is None:
            raise _no_session()
        question = after.soup.questions[-1]
        return contract.Answer(
            answer=question.verdict.value,
            question_count=len(after.soup.questions),
            important=question.important,
            facts_found=len(after.soup.finds),
            facts_total=len(after.soup.puzzle.facts),
        )

    async def solve(
        self, session_id: Key, body: contract.SolutionRequest, user: User = ""
    ) -> contract.Judged:
        """With YES the game is over."""
        soup = await self._playing(session_id)
        outcome = await self._run(commands.Answer(_line(body.answer)), session_id, _asking(soup, user))
        text = "\n".join(reply.text for reply in outcome.replies)
        if outcome.state and outcome.state.soup:
            return contract.Judged(result=outcome.state.soup.attempts[-1].nearness.value, message=text)
        for event in events.EVENTS.validate_json(outcome.finished or b"[]"):
            if isinstance(event, Finished) and event.result is Result.SOLVED:
                return contract.Judged(result="YES", solution=event.soup.puzzle.solution, message=text)
        raise _no_session()  # it ran out, or somebody was faster

    async def hint(
        self, session_id: Key, _body: contract.HintRequest | None = None, user: User = ""
    ) -> contract.Hint:
        """The puzzle's own ones first."""
        after = await self._move(forms.GiveHint(), session_id, user)
        if after.soup is None:
            raise _no_session()
        taken = after.soup.hints_taken
        return contract.Hint(
            hint=after.soup.hints[-1].text,
            hints_used=taken,
            hints_remaining=after.soup.hint_limit - taken,
        )

    async def end(self, session_id: Key) -> Response:
        """It is counted as ended by force."""
        await self._playing(session_id)
        await self._run(forms.Clear(), session_id, Player("", ""))
        return Response(status_code=204)

    async def old_question(self, body: contract.QuestionRequest, user: User = "") -> contract.Answer:
        """`POST /api/turtlesoup/games/{sessionId}/questions`."""
        return await self.ask(_named(body.session_id), body, user)

    async def old_solution(self, body: contract.SolutionRequest, user: User = "") -> contract.Judged:
        """`POST /api/turtlesoup/games/{sessionId}/solutions`."""
        return await self.solve(_named(body.session_id), body, user)

    async def old_hint(self, body: contract.HintRequest, user: User = "") -> contract.Hint:
        """`POST /api/turtlesoup/games/{sessionId}/hints`."""
        return await self.hint(_named(body.session_id), body, user)

    # ---- the rest -----------------------------------------------------------------------------------

    async def propose(self, body: contract.DraftRequest) -> contract.PuzzleAnswer:
        """No room has read it, so every room may get it once it is published."""
        kept = await self._shelf.add(
            checked(body, self._catalog),
            status=Status.PROPOSED,
            author_id=body.author_id,
            author=body.author,
        )
        return contract.PuzzleAnswer(puzzle=shown(kept))

    async def models(self) -> contract.ModelConfig:
        """As the LLM server tells it."""
        timeout, connect = self._timeouts
        rest = {"timeoutSeconds": timeout, "connectTimeoutSeconds": connect}
        try:
            found = await self._llm.call(self._llm.rpc.GetModelConfig, Empty())
        except Failed:
            return contract.ModelConfig(llm_rest=rest, model_config_status="unavailable")
        models = MessageToDict(found, preserving_proto_field_name=True)
        return contract.ModelConfig(llm_rest=rest, model_config_status="ok", models=models)

    # ---- common -------------------------------------------------------------------------------------

    async def _open(self, session: str) -> Soup | None:
        soup = (await self._store.peek(session)).soup
        return None if soup is None or soup.overdue(self._clock()) else soup

    async def _playing(self, session: str) -> Soup:
        soup = await self._open(session)
        if soup is None:
            raise _no_session()
        return soup

    async def _move(self, command: object, session: str, user: str) -> Room:
        soup = await self._playing(session)
        return (await self._run(command, session, _asking(soup, user))).state or Room()

    async def _run(self, command: object, session: str, player: Player) -> Outcome[Room]:
        try:
            return await self._errands.run(command, room=session, player=player)
        except UserError as error:
            raise self._refused(error) from None

    def _refused(self, error: UserError) -> Exception:
        """The specification's codes for what the game says no to; our side's failures keep their own."""
        text = self._catalog.error(error)
        if isinstance(error, NoGame):
            return _no_session()
        if isinstance(error, HintLimitReached):
            return ApiError(400, "MAX_HINTS_REACHED", text)
        if isinstance(error, Refused | AiRefused) and error.status != 429:
            return ApiError(400, "GAME_ERROR", text)
        return error


def checked(body: contract.DraftRequest, catalog: Catalog) -> Draft:
    """The puzzle in a body.

    Raises:
        ApiError: it can be none.
    """
    draft = Draft(
        body.title,
        body.scenario,
        body.solution,
        body.category,
        body.difficulty,
        tuple(body.hints),
        tuple(body.key_facts),
        body.warning,
    )
    try:
        proposals.check(draft)
    except Refused as error:
        raise ApiError(400, "INVALID_REQUEST", catalog.error(error)) from None
    return draft


def shown(kept: Kept) -> contract.Puzzle:
    """A puzzle of our own as a body."""
    draft = kept.draft
    return contract.Puzzle(
        id=kept.number,
        title=draft.title,
        scenario=draft.scenario,
        solution=draft.solution,
        category=draft.category,
        difficulty=draft.difficulty,
        hints=list(draft.hints),
        key_facts=list(draft.facts),
        warning=draft.warning,
        status=kept.status,
        author_id=kept.author_id,
        author=kept.author,
        play_count=kept.plays,
        solve_count=kept.solves,
        avg_question=kept.questions,
        rating_count=kept.ratings,
        avg_rating=kept.stars,
        created_at=kept.created_at,
        updated_at=kept.updated_at,
    )


def _line(text: str) -> str:
    """A text as a line of chat would be read."""
    return " ".join(visible(text).split())


def _asking(soup: Soup, user: str) -> Player:
    """Who asks, under the nickname that the room knows; else the person who opened the game."""
    if user:
        return soup.player(user) or Player(user, user)
    return soup.players[0] if soup.players else Player("", "")


def _named(session: str) -> str:
    if not session:
        raise ApiError(400, "INVALID_REQUEST", "sessionId is missing")
    return session


def _no_session() -> ApiError:
    return ApiError(404, "SESSION_NOT_FOUND", "no game runs under that sessionId")
