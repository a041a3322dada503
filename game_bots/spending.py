"""Tokens are counted on the game that they were spent for."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol, Self, TypeVar

from botkit.llm.client import spent
from botkit.turn import Move, Outcome


class Spender(Protocol):
    """A room whose open game has a count of tokens."""

    def spending(self, tokens: int) -> Self:
        """With so many more on the open game, if there is one."""
        ...


S = TypeVar("S", bound=Spender)


def counted(moves: Mapping[type, Move[S]]) -> dict[type, Move[S]]:
    """The same moves; what they spend is added to the room they come to.

    A game that ends is no longer in its room: who ends it adds `spent()` before.
    """

    def counting(move: Move[S]) -> Move[S]:
        async def run(command: Any, scene: Any, room: S) -> Outcome[S]:
            outcome = await move(command, scene, room)
            state = outcome.state.spending(spent()) if outcome.state else None
            return replace(outcome, state=state)

        return run

    return {command: counting(move) for command, move in moves.items()}
