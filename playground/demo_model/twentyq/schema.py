"""The knowledge files as pydantic models: a mistyped key or value stops the start."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from playground.demo_model.files import Words
from playground.demo_model.twentyq.degrees import Answer, Degree

Pair = Annotated[tuple[float, float], Field(min_length=2, max_length=2)]

RESTS: dict[str, Answer] = {"never": Degree.NO, "unknown": None}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TopicSpec(_Strict):
    """One topic; the measures are ranges in the units that topics.yml names."""

    level: Annotated[int, Field(ge=1, le=3)]
    aliases: list[str] = []
    narrower: list[str] = []
    is_: list[str] = Field(alias="is")
    size: Pair | None = None
    weight: Pair | None = None
    price: Pair | None = None
    life: Pair | None = None
    speed: Pair | None = None
    height: Pair | None = None
    runtime: Pair | None = None
    since: int | None = None
    counts: dict[str, int] = {}
    related: Words = []
    hints: Annotated[list[str], Field(min_length=2, max_length=2)]

    @property
    def measures(self) -> dict[str, Pair]:
        """Those that are given."""
        names = ("size", "weight", "price", "life", "speed", "height", "runtime")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


class Values(_Strict):
    """Who has which value: lists of topics, kinds, categories or groups; the nearest one wins."""

    always: list[str] = []
    usually: list[str] = []
    rarely: list[str] = []
    never: list[str] = []
    unknown: list[str] = []

    def by_name(self) -> dict[str, Answer]:
        """The value that each name was given.

        Raises:
            ValueError: a name stands in two lists.
        """
        lists: list[tuple[list[str], Answer]] = [
            (self.always, Degree.YES),
            (self.usually, Degree.USUALLY),
            (self.rarely, Degree.RARELY),
            (self.never, Degree.NO),
            (self.unknown, None),
        ]
        found: dict[str, Answer] = {}
        for names, answer in lists:
            for name in names:
                if name in found:
                    raise ValueError(f"{name} has two values")
                found[name] = answer
        return found


class KindSpec(Values):
    """A kind: its parents, its other names, and where the is-a chain is not the whole truth."""

    is_: list[str] = Field(default=[], alias="is")
    names: list[str] = []


class AttributeSpec(Values):
    """An attribute: how it is asked, and its values; `rest` holds for every topic that is not named.

    Besides `ask`, any template of words.yml may be a key: `part: 꼬리` asks for it in every usual way.
    """

    ask: list[str] = []
    templates: dict[str, str] = {}
    rest: Annotated[str, Field(pattern="^(never|unknown)$")]

    @model_validator(mode="before")
    @classmethod
    def _gather_templates(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        extra = {key: value for key, value in data.items() if key not in cls.model_fields}
        return {key: value for key, value in data.items() if key not in extra} | {"templates": extra}

    @model_validator(mode="after")
    def _is_asked(self) -> Self:
        if not (self.ask or self.templates):
            raise ValueError("nobody can ask for it")
        return self


class WordsSpec(_Strict):
    """The words that questions are made of."""

    particles: Words
    adverbs: Words
    dropped: Words
    subjects: Words
    subject_nouns: Words
    articles: Words
    agents: Words
    frames: Words
    frame_nouns: Words
    stems: dict[str, str]
    templates: dict[str, list[str]]
    associated: list[str]
