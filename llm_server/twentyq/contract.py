"""The requests and responses of the seven operations, named as in the contract.

A target is a secret: it is never echoed in an error, hence `repr=False`.
"""

from typing import Annotated, Any

from pydantic import AliasChoices, Field

from llm_server.contract import Filled, Message, Request, conversation, example, whole
from llm_server.twentyq.categories import CATEGORIES
from llm_server.twentyq.schemas import Equivalence, Scale, Verdict

NAMESPACE = "twentyq"

Details = dict[str, Any]

Level = Annotated[int, Field(ge=0, le=3), whole]
"""1 easy, 2 normal, 3 hard; 0 when it does not matter."""


class TwentyQSelectTopicRequest(Request):
    """What the topic may be. Camel case is a fact of the HTTP wire; snake case is understood, too."""

    model_config = example({"category": "food", "bannedTopics": ["김치"]})

    category: str = Field(default="", json_schema_extra={"enum": ["", *CATEGORIES]})
    banned_topics: tuple[str, ...] = Field(
        default=(), validation_alias=AliasChoices("bannedTopics", "banned_topics")
    )
    excluded_categories: tuple[str, ...] = Field(
        default=(), validation_alias=AliasChoices("excludedCategories", "excluded_categories")
    )
    level: Level = 0
    seed: str = ""


class TwentyQSelectTopicResponse(Message):
    """The secret of a new game."""

    model_config = example(
        {
            "name": "비빔밥",
            "category": "food",
            "details": {"main_ingredient": "밥과 나물"},
            "aliases": ["bibimbap"],
            "level": 1,
        }
    )

    name: str
    category: str
    details: Details | None
    aliases: tuple[str, ...] = ()
    level: int = 2


class TwentyQGetCategoriesResponse(Message):
    """Every category, in the order in which they are shown."""

    model_config = example({"categories": list(CATEGORIES)})

    categories: tuple[str, ...]


class TwentyQGenerateHintsRequest(Request):
    """What to hint at."""

    model_config = example({"target": "비빔밥", "category": "food"})

    target: Filled = Field(repr=False)
    category: Filled
    details: Details | None = Field(default=None, repr=False)
    level: Level = 0


class TwentyQGenerateHintsResponse(Message):
    """At least one hint."""

    model_config = example({"hints": ["여럿이 한데 섞여야 비로소 제맛이 나지."], "thought_signature": None})

    hints: tuple[str, ...]
    thought_signature: str | None = None


class TwentyQAnswerQuestionRequest(Request):
    """A question about the target; the conversation is `session_id`, else `namespace:chat_id`, else none."""

    model_config = example(
        {"chat_id": "1234", "target": "비빔밥", "category": "food", "question": "매운가요?"}
    )

    session_id: str = ""
    chat_id: str = ""
    namespace: str = ""
    target: Filled = Field(repr=False)
    category: Filled
    question: Filled
    details: Details | None = Field(default=None, repr=False)
    second_opinion: bool = False

    @property
    def conversation(self) -> str:
        """The name of the conversation, empty when nothing is to be remembered."""
        return conversation(self.session_id, self.namespace or NAMESPACE, self.chat_id)


class TwentyQAnswerQuestionResponse(Message):
    """The verdict; `raw_text` is what the model said."""

    model_config = example({"scale": "아마도 예", "raw_text": "아마도 예", "thought_signature": None})

    scale: Scale | None
    raw_text: str
    thought_signature: str | None = None


class TwentyQVerifyGuessRequest(Request):
    """Is this the target?"""

    model_config = example({"target": "비빔밥", "guess": "bibimbap"})

    target: Filled = Field(repr=False)
    guess: Filled


class TwentyQVerifyGuessResponse(Message):
    """The verdict, and the Korean label behind it."""

    model_config = example({"result": "ACCEPT", "raw_text": "정답"})

    result: Verdict | None
    raw_text: str


class TwentyQNormalizeQuestionRequest(Request):
    """A question as it was typed."""

    model_config = example({"question": "매운건가여?"})

    question: Filled


class TwentyQNormalizeQuestionResponse(Message):
    """The question with its typing mended, and as it was."""

    model_config = example({"normalized": "매운 건가요?", "original": "매운건가여?"})

    normalized: str
    original: str


class TwentyQCheckSynonymRequest(Request):
    """Do these two mean the same thing?"""

    model_config = example({"target": "텔레비전", "guess": "티비"})

    target: Filled = Field(repr=False)
    guess: Filled


class TwentyQCheckSynonymResponse(Message):
    """The verdict, and the Korean label behind it."""

    model_config = example({"result": "EQUIVALENT", "raw_text": "동일"})

    result: Equivalence | None
    raw_text: str
