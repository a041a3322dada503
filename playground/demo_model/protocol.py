"""The Gemini REST protocol as google-genai 3.4 speaks it: what is accepted, and what is answered.

Both spellings of a name are taken (the SDK mixes camelCase and snake_case); unknown top-level names are
refused, as the real service refuses them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import unescape

MODEL_VERSION = "demo-kb-1"
_QUOTES = {"&quot;": '"', "&apos;": "'"}
THOUGHT = "생각"
UNKNOWN_MODEL = "gemini-none"
BAD_KEY = "invalid-key"

TOP_LEVEL = {
    *("contents", "systemInstruction", "generationConfig", "safetySettings", "tools", "toolConfig"),
    *("cachedContent", "continuationToken", "labels", "model", "generateContentRequest"),
}

CACHE_MINIMUM = 1024
"""Tokens of common prefix from which on implicit caching counts."""


class ProtocolError(Exception):
    """An error body of the service."""

    def __init__(
        self, code: int, status: str, message: str, details: list[dict[str, Any]] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.body = {"error": {"code": code, "message": message, "status": status, "details": details or []}}


@dataclass(frozen=True)
class GenerateRequest:
    """What a model is asked."""

    model: str
    system: str
    turns: tuple[tuple[str, str], ...]
    schema: Mapping[str, Any] = field(default_factory=dict)
    thoughts: bool = False

    @property
    def last_turn(self) -> str:
        """The text of the last user turn."""
        return self.turns[-1][1] if self.turns else ""

    def tag(self, name: str) -> str:
        """What stands in the last `<name>` of the request; prompts speak of tags without closing them."""
        opening, closing = f"<{name}>", f"</{name}>"
        for text in (self.last_turn, self.system):
            before, found, _ = text.rpartition(closing)
            if found:
                return unescape(before.rpartition(opening)[2], _QUOTES).strip()
        return ""

    @property
    def prompt(self) -> str:
        """Everything that counts as input, in order."""
        return "\n".join([self.system, *(text for _, text in self.turns)])


def parse(model: str, body: Any) -> GenerateRequest:
    """A request out of its JSON body.

    Raises:
        ProtocolError: 400 INVALID_ARGUMENT, or 404 for an unknown model.
    """
    if not (model.startswith("gemini-") or model == MODEL_VERSION) or model == UNKNOWN_MODEL:
        raise ProtocolError(404, "NOT_FOUND", f"models/{model} is not found")
    if not isinstance(body, dict):
        raise _invalid("body", "the body is no JSON object")
    named = {_camel(name): value for name, value in body.items()}
    if unknown := sorted(named.keys() - TOP_LEVEL):
        raise _invalid(unknown[0], f'Unknown name "{unknown[0]}": Cannot find field.')
    config = {_camel(name): value for name, value in (named.get("generationConfig") or {}).items()}
    _check_thinking(config)
    contents = named.get("contents") or []
    if not isinstance(contents, list) or not contents:
        raise _invalid("contents", "contents is not specified")
    turns = tuple((turn.get("role", "user"), _text(turn)) for turn in contents)
    schema = config.get("responseJsonSchema") or config.get("responseSchema") or {}
    thinking = {_camel(name): value for name, value in (config.get("thinkingConfig") or {}).items()}
    thoughts = bool(thinking.get("includeThoughts"))
    return GenerateRequest(model, _text(named.get("systemInstruction") or {}), turns, schema, thoughts)


def answer(
    request: GenerateRequest, text: str, *, cached: int, number: int, finish: str = "STOP"
) -> dict[str, Any]:
    """The body of a good answer."""
    thoughts = [{"text": THOUGHT, "thought": True}] if request.thoughts else []
    candidate = {
        "content": {"parts": [*thoughts, {"text": text}], "role": "model"},
        "finishReason": finish,
        "index": 0,
        "safetyRatings": [],
    }
    return {
        "candidates": [candidate],
        "usageMetadata": usage(request, text, cached=cached),
        "modelVersion": MODEL_VERSION,
        "responseId": f"demo-{number}",
    }


def empty(request: GenerateRequest, finish: str, *, number: int) -> dict[str, Any]:
    """A candidate without content: blocked, or out of tokens while thinking."""
    return {
        "candidates": [{"finishReason": finish, "index": 0}],
        "usageMetadata": usage(request, "", cached=0),
        "modelVersion": MODEL_VERSION,
        "responseId": f"demo-{number}",
    }


def blocked(request: GenerateRequest) -> dict[str, Any]:
    """A prompt that was refused as a whole."""
    tokens = count_tokens(request.prompt)
    return {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "usageMetadata": {"promptTokenCount": tokens, "totalTokenCount": tokens},
        "modelVersion": MODEL_VERSION,
    }


def usage(request: GenerateRequest, text: str, *, cached: int) -> dict[str, Any]:
    """Token counts of one call; an estimate, always the same for the same text."""
    prompt, output = count_tokens(request.prompt), count_tokens(text)
    counts: dict[str, Any] = {
        "promptTokenCount": prompt,
        "candidatesTokenCount": output,
        "totalTokenCount": prompt + output,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt}],
    }
    return counts | ({"cachedContentTokenCount": cached} if cached else {})


def count_tokens(text: str) -> int:
    """Korean 1 token for 1.7 characters, anything else 1 for 4."""
    korean = sum("\uac00" <= char <= "\ud7a3" or "\u3131" <= char <= "\u318e" for char in text)
    return round(korean / 1.7 + (len(text) - korean) / 4)


def quota_error(*, per_day: bool, retry_seconds: float | None) -> ProtocolError:
    """429 as the service says it: which quota, and when to come again."""
    period = "PerDay" if per_day else "PerMinute"
    metric = "generativelanguage.googleapis.com/generate_content_free_tier_requests"
    violation = {
        "quotaMetric": metric,
        "quotaId": f"GenerateRequests{period}PerProjectPerModel-FreeTier",
        "quotaValue": "20",
    }
    details: list[dict[str, Any]] = [
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation]},
    ]
    return ProtocolError(
        429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.", details + _retry(retry_seconds)
    )


def status_error(code: int, *, retry_seconds: float | None) -> ProtocolError:
    """Another failure of the service."""
    known = {
        400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
        401: ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
        403: ("PERMISSION_DENIED", "The caller does not have permission."),
        404: ("NOT_FOUND", "Requested entity was not found."),
        500: ("INTERNAL", "An internal error has occurred."),
        503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
        504: ("DEADLINE_EXCEEDED", "The service was unable to finish processing in time."),
    }
    status, message = known.get(code, ("UNKNOWN", "unknown"))
    return ProtocolError(code, status, message, _retry(retry_seconds))


def check_key(key: str) -> None:
    """Refuse a missing key (403) and the reserved bad one (400 API_KEY_INVALID).

    Raises:
        ProtocolError: the key cannot be used.
    """
    if not key:
        raise ProtocolError(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers.")
    if key == BAD_KEY:
        reason = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
        raise ProtocolError(400, "INVALID_ARGUMENT", "API key not valid.", [reason])


def dump(body: Mapping[str, Any]) -> bytes:
    """A body as bytes."""
    return json.dumps(body, ensure_ascii=False).encode()


def _retry(seconds: float | None) -> list[dict[str, Any]]:
    if seconds is None:
        return []
    return [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{seconds:g}s"}]


def _invalid(name: str, message: str) -> ProtocolError:
    violation = {"field": name, "description": message}
    details = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}]
    return ProtocolError(400, "INVALID_ARGUMENT", message, details)


def _check_thinking(config: Mapping[str, Any]) -> None:
    thinking = {_camel(name): value for name, value in (config.get("thinkingConfig") or {}).items()}
    if "thinkingLevel" in thinking and "thinkingBudget" in thinking:
        raise _invalid("thinkingConfig", "You can only set one of thinking budget and thinking level.")


def _text(content: Any) -> str:
    parts = content.get("parts") if isinstance(content, dict) else None
    return "".join(part.get("text", "") for part in parts or ())


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
