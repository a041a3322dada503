"""How a game ends: what the room is told, what is counted, and what is prepared for the next one."""

from dataclasses import replace

from botkit.chat.message import Reply, Scene
from botkit.llm.client import spent
from botkit.turn import Outcome
from game_bots.turtlesoup import boards, events
from game_bots.turtlesoup.chores import Chores
from game_bots.turtlesoup.events import Finished, Result
from game_bots.turtlesoup.game import Soup
from game_bots.turtlesoup.messages import Say
from game_bots.turtlesoup.pantry import Pantry
from game_bots.turtlesoup.room import Room


class Endings:
    """Ends games."""

    def __init__(self, *, say: Say, prefix: str, pantry: Pantry, chores: Chores) -> None:
        self._say = say
        self._prefix = prefix
        self._pantry = pantry
        self._chores = chores

    def solved(self, room: Room, soup: Soup, scene: Scene) -> Outcome[Room]:
        """Somebody has told what happened."""
        return self._ended(room, Finished(scene.room, soup, Result.SOLVED, scene.player.id, scene.now), scene)

    def given_up(self, room: Room, soup: Soup, scene: Scene) -> Outcome[Room]:
        """The room has had enough."""
        return self._ended(room, Finished(scene.room, soup, Result.SURRENDERED, "", scene.now), scene)

    def forced(self, room: Room, soup: Soup, scene: Scene) -> Outcome[Room]:
        """An operator has had enough."""
        outcome = self._ended(room, Finished(scene.room, soup, Result.FORCED, "", scene.now), scene)
        said = "\n".join(reply.text for reply in outcome.replies)
        return replace(outcome, replies=[Reply(self._say.force_ended(result=said))])

    def _ended(self, room: Room, game: Finished, scene: Scene) -> Outcome[Room]:
        soup = game.soup.spent(spent())
        game = replace(game, soup=soup)

        async def after() -> None:
            work = self._pantry.prepare(scene.room, soup.wish, chat=game.chat, entry=scene.entry)
            self._chores.begin(work)

        text = boards.reveal(game, self._say, prefix=self._prefix)
        return Outcome([Reply(text)], room.ended(game), finished=events.dump(game), after=after)
