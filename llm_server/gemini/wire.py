"""Gemini's REST bodies: what is sent and what comes back. Pure, and free of the SDK.

The request is built here and handed to the SDK as `extra_body`, because the SDK's own conversion costs more
with every turn of the history (measured: 68 ms for 50 pairs, against 1 ms this way).
"""

from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from llm_server.errors import ModelBlocked, ModelUnreadable
from llm_server.gemini.failures import Again, AttemptFailed
from llm_server.gemini.plans import Plan
from llm_server.model import Inquiry, Role, T, Text, Usage

_CATEGORIES = ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")

SAFETY = [
    {"category": f"HARM_CATEGORY_{category}", "threshold": "BLOCK_ONLY_HIGH"} for category in _CATEGORIES
]
"""Riddles are full of murder and mishap."""

_BLOCKED = frozenset(
    {
        "SAFETY",
        "RECITATION",
        "PROHIBITED_CONTENT",
        "SPII",
        "BLOCKLIST",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
    }
)
_CUT = "MAX_TOKENS"


def body(inquiry: Inquiry[Any], plan: Plan, *, search: bool = False) -> dict[str, Any]:
    """The request: rules and secret first, history next, the new question last, so that prefixes repeat."""
    request: dict[str, Any] = {
        "contents": [
            {"role": "model" if turn.role is Role.ASSISTANT else "user", "parts": [{"text": turn.text}]}
            for turn in inquiry.turns
        ],
        "generationConfig": _generation(inquiry, plan),
        "safetySettings": SAFETY,
    }
    if inquiry.system:
        request["systemInstruction"] = {"parts": [{"text": inquiry.system}]}
    if search and inquiry.search:
        request["tools"] = [{"googleSearch": {}}]
    return request


def _generation(inquiry: Inquiry[Any], plan: Plan) -> dict[str, Any]:
    generation = dict(plan.generation)
    if inquiry.thoughts and "thinkingConfig" in generation:
        generation["thinkingConfig"] = {**generation["thinkingConfig"], "includeThoughts": True}
    if inquiry.reply is Text:
        return generation
    schema = inquiry.schema or _schema(inquiry.reply)  # type: ignore[arg-type]  # a class is hashable
    return {**generation, "responseMimeType": "application/json", "responseJsonSchema": schema}


@cache
def _schema(reply: type[BaseModel]) -> dict[str, Any]:
    return reply.model_json_schema()


class _Rest(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class _Part(_Rest):
    text: str = ""
    thought: bool = False


class _Content(_Rest):
    parts: tuple[_Part, ...] = ()


class _Grounding(_Rest):
    web_search_queries: tuple[str, ...] = ()


class _Candidate(_Rest):
    content: _Content = _Content()
    finish_reason: str = ""
    grounding_metadata: _Grounding = _Grounding()

    def said(self, *, thoughts: bool) -> list[str]:
        """The texts of the answer, or of the thinking before it."""
        return [part.text for part in self.content.parts if part.thought is thoughts]


class _Feedback(_Rest):
    block_reason: str = ""


_Count = Annotated[int, Field(ge=0, le=10**9)]
"""More would be no usage but a fault, and would not fit where usage is kept."""


class _Usage(_Rest):
    prompt_token_count: _Count = 0
    cached_content_token_count: _Count = 0
    candidates_token_count: _Count = 0
    thoughts_token_count: _Count = 0


class Response(_Rest):
    """The parts of a `GenerateContentResponse` that matter here."""

    candidates: tuple[_Candidate, ...] = ()
    prompt_feedback: _Feedback = _Feedback()
    usage_metadata: _Usage = _Usage()
    model_version: str = ""

    @classmethod
    def parse(cls, text: str) -> "Response":
        """Read a body.

        Raises:
            AttemptFailed: it is no such response.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError:
            raise unreadable("the provider's response is not understood") from None

    @property
    def usage(self) -> Usage:
        """The tokens that were used, thoughts counted as output."""
        used = self.usage_metadata
        return Usage(
            input=used.prompt_token_count,
            output=used.candidates_token_count + used.thoughts_token_count,
            reasoning=used.thoughts_token_count,
            cached=used.cached_content_token_count,
            searches=sum(len(found.grounding_metadata.web_search_queries) for found in self.candidates),
        )

    def reply(self, inquiry: Inquiry[T]) -> T:
        """The answer, exactly in the shape that was asked for: no fence is stripped, no label mended.

        Raises:
            AttemptFailed: withheld, empty, cut off, or anything else than the schema allows.
        """
        if reason := self.prompt_feedback.block_reason:
            raise blocked(reason)
        candidate = self.candidates[0] if self.candidates else _Candidate()
        if candidate.finish_reason in _BLOCKED:
            raise blocked(candidate.finish_reason)
        text = "".join(candidate.said(thoughts=False))
        again = Again.NEVER if candidate.finish_reason == _CUT else Again.ONCE
        if not text.strip():
            raise unreadable("the model gave no text", candidate.finish_reason, again)
        try:
            reply = self._shaped(inquiry, text, candidate)
        except ValidationError:
            raise unreadable("the model's answer does not fit", candidate.finish_reason, again) from None
        if not inquiry.accepts(reply):
            raise unreadable("the model's answer is not acceptable", candidate.finish_reason, again)
        return reply

    @staticmethod
    def _shaped(inquiry: Inquiry[T], text: str, candidate: _Candidate) -> T:
        if inquiry.reply is Text:
            thoughts = "\n".join(candidate.said(thoughts=True))
            return inquiry.reply.model_validate({"text": text, "reasoning": thoughts})
        return inquiry.reply.model_validate_json(text)


def blocked(reason: str) -> AttemptFailed:
    """The provider's policy said no; asking again would not change its mind."""
    failure = ModelBlocked("the provider's policy blocked the request", reason=reason)
    return AttemptFailed("blocked", failure, Again.NEVER)


def unreadable(message: str, finish: str = "", again: Again = Again.ONCE) -> AttemptFailed:
    """Another sample may be well-formed; a limit of tokens would only be met again."""
    return AttemptFailed("unreadable", ModelUnreadable(message, finish_reason=finish or None), again)
