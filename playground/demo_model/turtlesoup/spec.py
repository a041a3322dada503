"""The files of the puzzles as models: a mistyped key or value stops the start."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from playground.demo_model.files import Strict, Words
from playground.demo_model.korean.endings import EndingSpec

Verdict = Literal["예", "아니오", "관계없습니다", "조금은 관계있습니다"]

Texts = tuple[str, ...]


class FactSpec(Strict):
    """What a solution consists of: how it is told in free words, and what may be said when it is missing.

    In `told` each text is one way to tell it: `a|b & c` has one of a and b, and c. A word that ends in `!`
    may be negated ("so that she is not disappointed").
    """

    fact: str
    told: Texts
    nudge: str


class PuzzleSpec(Strict):
    """One puzzle. `core` are groups of facts: a solution has one of each. `wrong` spoils it.

    `rules` are verdicts and what they answer: the concepts of a question, `*` when it is pivotal, `=2` when
    it brings the second fact to light, `~` before a concept that is negated, `?` behind one that stands in an
    "if", `!` when a negation does not turn the verdict ("did he not come out
    of spite?"). Of concepts in `scene` it does not matter whether they are named, of `people` only where no
    rule is needed.
    `matters` and `because` are concepts that the story turns on, or that are its cause. `absent` are concepts
    that are nowhere in it: whoever asks for one is told no. Each of the `stories` is a set of concepts that
    belong to one event of it: whatever is asked with these alone is so.
    """

    id: int
    title: str
    difficulty: Literal[1, 2, 3, 4, 5]
    category: Literal["MYSTERY", "HORROR", "ABSURD", "LOGIC"]
    warning: str = ""
    question: str
    retold: str
    answer: str
    story: str
    hints: Annotated[Texts, Field(min_length=3, max_length=3)]
    facts: Annotated[tuple[FactSpec, ...], Field(min_length=3, max_length=7)]
    core: tuple[tuple[int, ...], ...]
    wrong: Texts = ()
    suggestions: Annotated[Texts, Field(min_length=12)]
    words: dict[str, Words]
    scene: Words
    people: Words
    matters: Words
    because: Words
    absent: Words
    stories: Texts
    rules: dict[Verdict, Texts]

    @model_validator(mode="after")
    def _core_is_made_of_facts(self) -> Self:
        if not self.core or not {fact for group in self.core for fact in group} <= set(
            range(1, len(self.facts) + 1)
        ):
            raise ValueError("core speaks of facts that are not there")
        return self

    @property
    def preset(self) -> dict[str, Any]:
        """The puzzle as the LLM server keeps its own."""
        shown = self.model_dump(include={"id", "title", "difficulty", "category", "question", "answer"})
        facts = [fact.fact for fact in self.facts]
        return {**shown, "hints": self.hints, "key_facts": facts, "warning": self.warning or None}


class CommonSpec(Strict):
    """What all puzzles share.

    A plain question about a concept in `never` is answered with no, about one in `trivial` with "irrelevant";
    that is what both are told of when it is asked whether they matter. What has `who`, a pattern, may ask for
    a person as well as for whether there is one, and is told no at most.
    """

    neutral: Words
    neutral_verbs: Words
    interjections: Words
    spelling: dict[str, str]
    refused: Texts
    who: str
    particles: Words
    links: tuple[EndingSpec, ...]
    words: dict[str, Words]
    never: dict[str, Words]
    trivial: dict[str, Words]
    scene: Words
