"""What operators do to a game that runs, in chat and by HTTP."""

from dataclasses import replace

from botkit.chat.message import Reply, Scene
from botkit.turn import Outcome
from game_bots import forms
from game_bots.operators import Operators
from game_bots.refusals import NotIdle
from game_bots.turtlesoup.endings import Endings
from game_bots.turtlesoup.messages import Say
from game_bots.turtlesoup.room import Room


class Oversight:
    """Moves of operators. Those that can be typed ask who typed them; HTTP has asked for the key."""

    def __init__(self, *, operators: Operators, endings: Endings, say: Say, prefix: str) -> None:
        self._operators = operators
        self._endings = endings
        self._say = say
        self._prefix = prefix

    async def force_end(self, _command: forms.ForceEnd, scene: Scene, room: Room) -> Outcome[Room]:
        """The game is over, whatever the room thinks of it."""
        self._operators.check(scene)
        return self._endings.forced(room, room.playing(self._prefix, scene.now), scene)

    async def clear_all(self, _command: forms.ClearAll, scene: Scene, room: Room) -> Outcome[Room]:
        """Nothing is remembered of the room; its games, this one included, stay in the ledger."""
        self._operators.check(scene)
        finished = self._endings.forced(room, room.soup, scene).finished if room.soup else None
        return Outcome([Reply(self._say.cleared())], Room(), finished=finished)

    async def clear(self, command: forms.Clear, scene: Scene, room: Room) -> Outcome[Room]:
        """As `force_end`, by HTTP.

        Raises:
            NoGame: there is none.
            NotIdle: somebody has moved since `idle_since`.
        """
        soup = room.playing(self._prefix, scene.now)
        if command.idle_since is not None and soup.moved_at >= command.idle_since:
            raise NotIdle
        return self._endings.forced(room, soup, scene)

    async def tell(self, command: forms.Tell, scene: Scene, room: Room) -> Outcome[Room]:
        """A hint from the operators; it costs the room nothing."""
        soup = room.playing(self._prefix, scene.now).told(command.text, now=scene.now)
        text = self._say.operators_hint(text=command.text)
        return Outcome([Reply(text)], replace(room, soup=soup))
