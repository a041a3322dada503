"""What operators do to a game that runs, in chat and by HTTP."""

from dataclasses import replace

from botkit.chat.message import Reply, Scene
from botkit.turn import Outcome
from game_bots import forms
from game_bots.operators import Operators
from game_bots.refusals import NotIdle
from game_bots.twentyq.endings import Endings
from game_bots.twentyq.judge import Judge
from game_bots.twentyq.messages import Say
from game_bots.twentyq.room import Room


class Oversight:
    """Moves of operators. Those that can be typed ask who typed them; HTTP has asked for the key."""

    def __init__(
        self, *, operators: Operators, endings: Endings, judge: Judge, say: Say, prefix: str
    ) -> None:
        self._operators = operators
        self._endings = endings
        self._judge = judge
        self._say = say
        self._prefix = prefix

    async def force_end(self, _command: forms.ForceEnd, scene: Scene, room: Room) -> Outcome[Room]:
        """The game is over, whatever the room thinks of it."""
        self._operators.check(scene)
        return self._endings.forced(room, room.playing(self._prefix), scene)

    async def clear_all(self, _command: forms.ClearAll, scene: Scene, room: Room) -> Outcome[Room]:
        """Nothing is remembered of the room; finished games stay in the ledger."""
        self._operators.check(scene)
        return self._cleared(scene, room, Room(), self._say.cleared())

    async def clear(self, command: forms.Clear, scene: Scene, room: Room) -> Outcome[Room]:
        """The game is forgotten, not counted; what the room has played is still remembered.

        Raises:
            NoGame: there is none.
            NotIdle: somebody has moved since `idle_since`.
        """
        riddle = room.playing(self._prefix)
        if command.idle_since is not None and riddle.last_moved_at > command.idle_since:
            raise NotIdle
        return self._cleared(scene, room, replace(room, riddle=None), self._say.dropped())

    async def tell(self, command: forms.Tell, scene: Scene, room: Room) -> Outcome[Room]:
        """A hint from the operators; it costs the room nothing."""
        riddle = room.playing(self._prefix).told(command.text, now=scene.now)
        text = self._say.operators_hint(text=command.text)
        return Outcome([Reply(text)], replace(room, riddle=riddle))

    def _cleared(self, scene: Scene, before: Room, after: Room, text: str) -> Outcome[Room]:
        riddle = before.riddle
        forget = (lambda: self._judge.forget(scene.room, riddle.id)) if riddle else None
        return Outcome([Reply(text)], after, after=forget)
