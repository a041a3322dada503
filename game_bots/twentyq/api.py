"""The game by HTTP: the same rules, rooms and counters as in chat, answered to the caller."""

from fastapi import APIRouter

from botkit.chat.grammar import Grammar
from botkit.errands import Errands
from botkit.runtime.http import ApiError
from botkit.turn import Outcome
from game_bots import forms
from game_bots.api import Calling, Key, Page
from game_bots.twentyq import commands, contract
from game_bots.twentyq.archive import Archive
from game_bots.twentyq.room import Room


class GameApi:
    """The routes below `/api/twentyq`."""

    def __init__(self, *, errands: Errands[Room], grammar: Grammar, archive: Archive) -> None:
        self._errands = errands
        self._grammar = grammar
        self._archive = archive
        self.router = APIRouter(prefix="/api/twentyq", tags=["game"])
        add = self.router.add_api_route
        add("/riddles", self.start, methods=["POST"], summary="Open a riddle, or show the one that is open")
        add("/riddles", self.board, methods=["GET"], summary="The board of the open riddle")
        add("/riddles/answers", self.answer, methods=["POST"], summary="Ask, or guess")
        add("/riddles/hints", self.hint, methods=["POST"], summary="Take the hint")
        add(
            "/stats/rooms/{chat_id}/users/{user_id}",
            self.stats,
            methods=["GET"],
            summary="What somebody played",
        )

    async def start(self, caller: Calling, body: contract.StartRequest | None = None) -> contract.Told:
        """Without a known category, a random one."""
        words = tuple((body.category if body else "").split())
        return contract.Told(message=_text(await self._run(commands.Start(words), caller)))

    async def board(self, caller: Calling) -> contract.Board:
        """Everything that is known of the secret, hints included."""
        return contract.Board(status=_text(await self._run(commands.Status(), caller)))

    async def answer(self, caller: Calling, body: contract.AnswerRequest) -> contract.Answer:
        """Read as a line of chat would be, without the prefix."""
        command = commands.said(self._grammar, body.question)
        outcome = await self._run(command, caller)
        if isinstance(command, commands.Ask) and outcome.state and outcome.state.riddle:
            return contract.Answer(scale=outcome.state.riddle.questions[-1].verdict.value)
        return contract.Answer(scale=_text(outcome))

    async def hint(self, caller: Calling, _body: contract.HintRequest | None = None) -> contract.Hints:
        """There is one a game."""
        outcome = await self._run(forms.GiveHint(), caller)
        given = outcome.state.riddle.hints[-1:] if outcome.state and outcome.state.riddle else ()
        return contract.Hints(hints=[hint.text for hint in given])

    async def stats(self, chat_id: Key, user_id: Key) -> contract.UserStats:
        """What somebody played in a room."""
        rows, _ = await self._archive.people(Page(1, 0), room=chat_id, user=user_id)
        if not rows:
            raise ApiError(404, "NO_RECORD", "the person has finished no game in the room")
        return contract.UserStats.model_validate(rows[0])

    async def _run(self, command: object, caller: Calling) -> Outcome[Room]:
        return await self._errands.run(command, room=caller.room, player=caller.player)


def _text(outcome: Outcome[Room]) -> str:
    return "\n".join(reply.text for reply in outcome.replies)
