"""Several questions in one line, and guesses between them: taken one after the other, answered together.

An error in the first refuses the line; later ones say why they were not answered. A line that goes on only
while the answers are yes stops before what follows another answer. A guess that ends the game ends the line.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from botkit.chat.errors import Failed, UserError
from botkit.chat.message import Scene
from game_bots.twentyq import boards
from game_bots.twentyq.commands import guess_in
from game_bots.twentyq.game import MAX_CHAIN, Riddle
from game_bots.twentyq.guessing import Guessing
from game_bots.twentyq.judge import Judge
from game_bots.twentyq.messages import Say
from game_bots.twentyq.refusals import ChainTooLong
from game_bots.twentyq.room import Result

SECONDS = 50.0
"""A chain takes no longer, so that what was answered is not lost with the command's budget."""

_LEAST = 5.0
"""Seconds that a question must have."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a chain: the game after it, a line for each part, how the game ended by it, if it did.

    The text about a guess that ended it is the last line; a right one has none.
    """

    riddle: Riddle
    lines: tuple[str, ...] = ()
    ended: Result | None = None
    is_yes: bool = True
    """Whether what was asked last was answered with yes."""


class Chains:
    """Asks the parts of a line."""

    def __init__(self, *, judge: Judge, guessing: Guessing, say: Say, prefix: str) -> None:
        self._judge = judge
        self._guessing = guessing
        self._say = say
        self._prefix = prefix

    async def ask_all(self, texts: Sequence[str], riddle: Riddle, scene: Scene, *, while_yes: bool) -> Asked:
        """Ask in order.

        Raises:
            ChainTooLong: more than MAX_CHAIN.
            UserError: what the first part was refused with, or failed by.
        """
        if len(texts) > MAX_CHAIN:
            raise ChainTooLong(limit=MAX_CHAIN)
        say = self._say
        clock = asyncio.get_running_loop().time
        give_up = clock() + SECONDS
        asked = Asked(riddle)
        skipping = ""
        for place, text in enumerate(texts):
            if not skipping and clock() > give_up - _LEAST:
                skipping = say.chain_late()
            reason = skipping
            if not skipping:
                try:
                    asked = await self._ask(text, asked, scene, chained=place > 0, seconds=give_up - clock())
                except UserError as error:
                    if place == 0:
                        raise
                    reason = say.catalog.error(error)
                    skipping = say.chain_stopped() if isinstance(error, Failed) else ""
            if reason:
                asked = replace(asked, lines=(*asked.lines, say.chain_skipped(text=text, reason=reason)))
            if asked.ended:
                break
            if while_yes and not asked.is_yes:
                skipping = skipping or say.chain_not_yes()
        return asked

    async def _ask(self, text: str, asked: Asked, scene: Scene, *, chained: bool, seconds: float) -> Asked:
        riddle = asked.riddle
        if guess := guess_in(text):
            found = await self._guessing.guessed(guess, riddle, scene)
            lines = (*asked.lines, found.text) if found.text else asked.lines
            return Asked(found.riddle, lines, found.ended, is_yes=False)
        riddle.check_question(text)
        verdict = await self._judge.verdict(riddle, text, room=scene.room, entry=scene.entry, seconds=seconds)
        riddle = riddle.answered(text, verdict, by=scene.player, now=scene.now, chained=chained)
        line = boards.answered(riddle, self._say, prefix=self._prefix)
        return Asked(riddle, (*asked.lines, line), is_yes=verdict.is_positive)
