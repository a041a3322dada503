"""How a game ends: what the room is told, what goes into the ledger."""

from collections.abc import Sequence
from dataclasses import replace

from pydantic import TypeAdapter

from botkit.chat.message import Reply, Scene
from botkit.llm.client import spent
from botkit.turn import Outcome
from game_bots.records import RecordsUnavailable
from game_bots.twentyq import boards
from game_bots.twentyq.game import Riddle
from game_bots.twentyq.judge import Judge
from game_bots.twentyq.messages import Say
from game_bots.twentyq.repository import Records
from game_bots.twentyq.room import Finished, Result, Room
from game_bots.twentyq.topics import display_category

FINISHED = TypeAdapter(Finished)


class Endings:
    """Ends games."""

    def __init__(self, *, say: Say, judge: Judge, records: Records) -> None:
        self._say = say
        self._judge = judge
        self._records = records

    async def by_guess(
        self, room: Room, riddle: Riddle, scene: Scene, result: Result, before: Sequence[str]
    ) -> Outcome[Room]:
        """A guess has ended the game; the lines `before` are read first."""
        if result is Result.CORRECT:
            return await self._solved(room, riddle, scene, before)
        text = self._say.lost(target=riddle.topic.name, category=display_category(riddle.topic.category))
        return self._ended(room, riddle, scene, Result.FAILED, "\n".join([*before, text]))

    async def _solved(self, room: Room, riddle: Riddle, scene: Scene, before: Sequence[str]) -> Outcome[Room]:
        lines = [
            *before,
            self._say.solved(
                name=scene.player.name,
                target=riddle.topic.name,
                points=riddle.points,
                questions=len(riddle.questions),
                hints=riddle.hints_taken,
                time=boards.duration(scene.now - riddle.started_at, self._say),
            ),
            *(boards.hints(riddle, self._say) or [self._say.unaided()]),
        ]
        if riddle.mvp:
            best, asked = riddle.mvp
            lines.append(self._say.mvp(name=best.name, count=asked))
        if riddle.misses:
            lines.append(self._say.misses(guesses=boards.missed(riddle)))
        if tokens := riddle.tokens + spent():
            lines.append(self._say.tokens(tokens=f"{tokens:,}"))
        ended = self._ended(room, riddle, scene, Result.CORRECT, "\n".join(lines))
        if riddle.daily and (streak := await self._streak(riddle, scene)):
            return replace(ended, replies=[*ended.replies, Reply(streak)])
        return ended

    def given_up(self, room: Room, riddle: Riddle, scene: Scene) -> Outcome[Room]:
        """The room has had enough."""
        return self._ended(room, riddle, scene, Result.SURRENDER, self._surrendered(riddle))

    def forced(self, room: Room, riddle: Riddle, scene: Scene) -> Outcome[Room]:
        """An operator has had enough."""
        text = self._say.force_ended(result=self._surrendered(riddle))
        return self._ended(room, riddle, scene, Result.SURRENDER, text)

    def _surrendered(self, riddle: Riddle) -> str:
        text = self._say.surrendered(
            target=riddle.topic.name,
            category=display_category(riddle.topic.category),
            questions=len(riddle.questions),
            hints=riddle.hints_taken,
        )
        return "\n".join([text, *boards.hints(riddle, self._say)])

    async def _streak(self, riddle: Riddle, scene: Scene) -> str:
        """For how many days in a row the day's riddle was solved, if that is known."""
        try:
            room, person = await self._records.streaks(scene.room, scene.player.id, before=riddle.daily)
        except RecordsUnavailable:
            return ""
        return self._say.daily_streak(room=room + 1, name=scene.player.name, person=person + 1)

    def _ended(self, room: Room, riddle: Riddle, scene: Scene, result: Result, text: str) -> Outcome[Room]:
        winner = scene.player.id if result is Result.CORRECT else ""
        billed = replace(riddle, tokens=riddle.tokens + spent())
        finished = Finished(scene.room, billed, result, winner, scene.now)
        after = room.ended(finished)
        replies = [Reply(text)]
        if riddle.daily and after.daily:
            replies.append(Reply(boards.card(after.daily, self._say)))
        return Outcome(
            replies,
            after,
            finished=FINISHED.dump_json(finished),
            after=lambda: self._judge.forget(scene.room, riddle.id),
        )
