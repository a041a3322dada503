"""Puzzles that players propose, and operators who look through them, in chat.

What is proposed in a room was read by it, so it is played elsewhere. Only reading needs PostgreSQL.
"""

from collections.abc import Sequence

from botkit.chat.message import Reply, Scene
from botkit.turn import Outcome
from game_bots.operators import Operators
from game_bots.turtlesoup import commands, events, proposals
from game_bots.turtlesoup.events import Draft, Proposed, Reviewed, Status
from game_bots.turtlesoup.messages import Say
from game_bots.turtlesoup.puzzles import CATEGORIES, stars
from game_bots.turtlesoup.refusals import NoSuchPuzzle, ProposalIncomplete
from game_bots.turtlesoup.room import Room
from game_bots.turtlesoup.shelf import Kept, Shelf


class Editors:
    """The way of a puzzle from a player to other rooms."""

    def __init__(self, *, say: Say, prefix: str, shelf: Shelf, operators: Operators) -> None:
        self._say = say
        self._prefix = prefix
        self._shelf = shelf
        self._operators = operators

    async def propose(self, command: commands.Propose, scene: Scene, room: Room) -> Outcome[Room]:
        """A player's puzzle, to be looked through."""
        if command.parts is None:
            raise ProposalIncomplete(prefix=self._prefix)
        draft = Draft(*command.parts)
        proposals.check(draft)
        after = room.proposing(by=scene.player, now=scene.now)
        event = Proposed(_line(scene), scene.room, scene.player, draft, scene.now)
        reply = Reply(self._say.proposal_taken(title=draft.title))
        return Outcome([reply], after, finished=events.dump(event))

    async def proposals(self, _command: commands.ListProposals, scene: Scene) -> Sequence[Reply]:
        """The puzzles that wait for a review."""
        self._operators.check(scene)
        found, total = await self._shelf.proposed()
        if not found:
            return [Reply(self._say.editors_none())]
        lines = [
            self._say.editors_line(number=kept.number, title=kept.draft.title, author=kept.author)
            for kept in found
        ]
        head, tail = self._say.editors_head(count=total), self._say.editors_tail(prefix=self._prefix)
        return [Reply("\n".join([head, *lines, tail]))]

    async def puzzle(self, command: commands.ShowProposal, scene: Scene, room: Room) -> Outcome[Room]:
        """A puzzle of our own, solution included; the room that reads it does not get to play it."""
        self._operators.check(scene)
        after = room.reading(command.number)
        kept = await self._kept(command.number)
        text = self._say.editors_puzzle(
            number=kept.number,
            title=kept.draft.title,
            stars=stars(kept.draft.difficulty),
            category=CATEGORIES[kept.draft.category][0],
            status=self._say.status_name(kept.status),
            scenario=kept.draft.scenario,
            solution=kept.draft.solution,
        )
        return Outcome([Reply(text)], after)

    async def review(self, command: commands.Review, scene: Scene, room: Room) -> Outcome[Room]:
        """A puzzle is published, or not."""
        self._operators.check(scene)
        kept = await self._kept(command.number)
        event = Reviewed(_line(scene), kept.number, command.status, scene.player.id, scene.now)
        published = command.status is Status.PUBLISHED
        said = self._say.editors_published if published else self._say.editors_rejected
        reply = Reply(said(number=kept.number, title=kept.draft.title))
        return Outcome([reply], room, finished=events.dump(event))

    async def ratings(self, _command: commands.ShowRatings, scene: Scene) -> Sequence[Reply]:
        """The puzzles that players like least."""
        self._operators.check(scene)
        found = await self._shelf.disliked()
        if not found:
            return [Reply(self._say.ratings_none())]
        lines = [
            self._say.ratings_line(
                ref=liked.ref, title=liked.title, average=f"{liked.stars:.1f}", count=liked.ratings
            )
            for liked in found
        ]
        return [Reply("\n".join([self._say.ratings_head(), *lines]))]

    async def _kept(self, number: int) -> Kept:
        kept = await self._shelf.get(number)
        if kept is None:
            raise NoSuchPuzzle(number=number)
        return kept


def _line(scene: Scene) -> str:
    """The name of a chat line wherever it is counted: with several streams an entry's id may come twice."""
    return f"{scene.room}:{scene.entry}"
