"""What can go wrong with a model, as a script of rules that tests set."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from playground.demo_model import protocol
from playground.demo_model.protocol import GenerateRequest

Kind = Literal[
    "status",
    "hang",
    "disconnect_before_headers",
    "disconnect_mid_body",
    "truncated_json",
    "fenced_json",
    "outside_enum",
    "empty_candidate",
    "no_candidates",
    "safety",
    "blocked_prompt",
    "max_tokens",
    "continuation",
    "slow_drip",
    "stream_error",
    "text",
]


class Rule(BaseModel):
    """One fault: for which requests, how often, and what happens.

    `match` is a piece of the request's text (None: every request); `times` counts down (None: for ever).
    A rule with only a delay answers normally, later.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind | None = None
    match: str | None = None
    times: Annotated[int | None, Field(gt=0)] = None
    delay_ms: Annotated[float, Field(ge=0)] = 0
    status: Literal[400, 401, 403, 404, 429, 500, 502, 503, 504] = 503
    retry_seconds: Annotated[float | None, Field(ge=0)] = None
    quota: Literal["PerDay", "PerMinute"] = "PerMinute"
    text: str = ""


Script = TypeAdapter(list[Rule])


class Faults:
    """The rules that are in force, the first that fits wins."""

    def __init__(self) -> None:
        self._rules: list[tuple[Rule, int | None]] = []

    def replace(self, rules: list[Rule]) -> None:
        """Set the script anew."""
        self._rules = [(rule, rule.times) for rule in rules]

    def next_for(self, text: str) -> Rule | None:
        """The rule for a request, used up once by it."""
        for at, (rule, left) in enumerate(self._rules):
            if rule.match is not None and rule.match not in text:
                continue
            if left == 1:
                del self._rules[at]
            elif left is not None:
                self._rules[at] = rule, left - 1
            return rule
        return None


FINISHES = {"empty_candidate": "STOP", "safety": "SAFETY", "max_tokens": "MAX_TOKENS"}


def spoilt(rule: Rule, request: GenerateRequest, text: str, *, number: int) -> dict[str, Any]:
    """An answer with status 200 that nobody can use; `text` is the good one."""
    if rule.kind in FINISHES:
        return protocol.empty(request, FINISHES[rule.kind], number=number)
    if rule.kind == "blocked_prompt":
        return protocol.blocked(request)
    if rule.kind == "continuation":
        body = protocol.answer(request, text, cached=0, number=number, finish="CONTINUATION")
        return body | {"continuationToken": "more"}
    if rule.kind == "no_candidates":
        body = protocol.answer(request, text, cached=0, number=number)
        return body | {"candidates": []}
    return protocol.answer(request, _spoilt_text(rule, text), cached=0, number=number)


def _spoilt_text(rule: Rule, text: str) -> str:
    if rule.kind == "truncated_json":
        return text[: len(text) // 2]
    if rule.kind == "fenced_json":
        return f"```json\n{text}\n```"
    if rule.kind == "outside_enum":
        return json.dumps(dict.fromkeys(json.loads(text), "글쎄요"), ensure_ascii=False)
    return rule.text
