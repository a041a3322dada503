"""The six puzzles, loaded once and checked before the first question."""

from pathlib import Path

from playground.demo_model.files import FOLDER, KnowledgeError, checked, read
from playground.demo_model.korean.endings import Endings, EndingSpec
from playground.demo_model.turtlesoup.judge import Judge, words_of
from playground.demo_model.turtlesoup.reading import Reader
from playground.demo_model.turtlesoup.solutions import squeezed
from playground.demo_model.turtlesoup.spec import CommonSpec, PuzzleSpec


class Puzzle:
    """One puzzle with its judge."""

    def __init__(self, spec: PuzzleSpec, common: CommonSpec, endings: Endings) -> None:
        self.spec = spec
        reader = Reader(
            words_of(spec, common),
            endings=endings,
            particles=common.particles,
            interjections=common.interjections,
            spelling=common.spelling,
            refused=common.refused,
        )
        self.judge = Judge(spec, common, reader)

    @property
    def facts(self) -> list[str]:
        """What the solution consists of."""
        return [fact.fact for fact in self.spec.facts]


class Puzzles:
    """All of them.

    Raises:
        KnowledgeError: a file is broken, or two puzzles are one.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        common = checked(CommonSpec, read(folder / "soups" / "common.yml"), "soups/common.yml")
        rows = [checked(EndingSpec, row, "endings.yml") for row in read(folder / "endings.yml")]
        endings = Endings([*rows, *common.links])
        files = sorted((folder / "soups").glob("[0-9]*.yml"))
        specs = [checked(PuzzleSpec, read(path), f"soups/{path.name}") for path in files]
        self.all = tuple(Puzzle(spec, common, endings) for spec in specs)
        self._by_answer = {squeezed(puzzle.spec.answer): puzzle for puzzle in self.all}
        if len(self._by_answer) < len(self.all):
            raise KnowledgeError("two puzzles have the same answer")

    def behind(self, answer: str) -> Puzzle | None:
        """The puzzle with this answer."""
        return self._by_answer.get(squeezed(answer))
