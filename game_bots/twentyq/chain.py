"""Several questions in one line: asked one after the other, answered together.

An error in the first question refuses the line; later ones say why they were not answered. A line that goes
on only while the answers are yes stops before the question that follows another answer.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from botkit.chat.errors import Failed, UserError
from botkit.chat.message import Scene
from game_bots.twentyq.game import MAX_CHAIN, Riddle
from game_bots.twentyq.judge import Judge
from game_bots.twentyq.messages import Say
from game_bots.twentyq.refusals import ChainTooLong

SECONDS = 50.0
"""A chain takes no longer, so that what was answered is not lost with the command's budget."""

_LEAST = 5.0
"""Seconds that a question must have."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a chain: the game after it, and a line for each question."""

    riddle: Riddle
    lines: tuple[str, ...]


async def ask_all(
    texts: Sequence[str], riddle: Riddle, scene: Scene, judge: Judge, say: Say, *, while_yes: bool
) -> Asked:
    """Ask the questions in order.

    Raises:
        ChainTooLong: more than MAX_CHAIN.
        UserError: what the first question was refused with, or failed by.
    """
    if len(texts) > MAX_CHAIN:
        raise ChainTooLong(limit=MAX_CHAIN)
    clock = asyncio.get_running_loop().time
    give_up = clock() + SECONDS
    lines: list[str] = []
    skipping = ""
    for place, text in enumerate(texts):
        if not skipping and clock() > give_up - _LEAST:
            skipping = say.chain_late()
        if skipping:
            lines.append(say.chain_skipped(text=text, reason=skipping))
            continue
        try:
            riddle.check_question(text)
            verdict = await judge.verdict(
                riddle, text, room=scene.room, entry=scene.entry, seconds=give_up - clock()
            )
        except UserError as error:
            if place == 0:
                raise
            reason = say.catalog.error(error)
            lines.append(say.chain_skipped(text=text, reason=reason))
            if isinstance(error, Failed):
                skipping = say.chain_stopped()
            continue
        riddle = riddle.answered(text, verdict, by=scene.player, now=scene.now, chained=place > 0)
        lines.append(say.answered(number=len(riddle.questions), text=text, answer=verdict.value))
        if while_yes and not verdict.is_positive:
            skipping = say.chain_not_yes()
    return Asked(riddle, tuple(lines))
