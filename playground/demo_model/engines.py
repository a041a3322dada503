"""Everything that the demo model knows: whichever engine understands a request answers it."""

from collections.abc import Mapping
from typing import Any

from playground.demo_model.hololive import HololiveEngine
from playground.demo_model.protocol import GenerateRequest
from playground.demo_model.turtlesoup.engine import TurtleSoupEngine
from playground.demo_model.twentyq.engine import TwentyqEngine


class DemoEngine:
    """An `Engine` for both games and for hololive."""

    def __init__(self) -> None:
        self._twentyq = TwentyqEngine()
        self._turtlesoup = TurtleSoupEngine()
        self._hololive = HololiveEngine()

    def reply(self, request: GenerateRequest) -> str | None:
        """The first answer that there is."""
        for engine in (self._twentyq, self._turtlesoup, self._hololive):
            if (text := engine.reply(request)) is not None:
                return text
        return None

    def suggestions(self) -> Mapping[str, list[str]]:
        """By category of 스무고개 and by title of a puzzle."""
        return {**self._twentyq.suggestions(), **self._turtlesoup.suggestions()}

    def topics(self) -> Mapping[str, list[dict[str, Any]]]:
        """The secrets of 스무고개, by category."""
        return self._twentyq.topics()

    def puzzles(self) -> list[dict[str, Any]]:
        """The puzzles of 바다거북수프."""
        return self._turtlesoup.puzzles()
