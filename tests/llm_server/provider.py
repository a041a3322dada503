"""The Gemini-protocol server with an engine that says what a test wants to hear."""

import json
from collections.abc import Mapping
from typing import Any

from playground.demo_model.protocol import GenerateRequest
from playground.demo_model.server import GeminiServer

GOOD: dict[str, Any] = {
    "answer": "예",
    "hints": ["밤마다 모양이 바뀌어도 늘 같은 얼굴이지"],
    "normalized": "큰가요?",
}


class Words:
    """Answers every schema with a fixed value; `result` has two meanings, told apart by its enum."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = dict(GOOD)

    def reply(self, request: GenerateRequest) -> str:
        ((name, schema),) = request.schema["properties"].items()
        value = self.values.get(name, schema.get("enum", [""])[0])
        return json.dumps({name: value}, ensure_ascii=False)

    def suggestions(self) -> Mapping[str, list[str]]:
        return {}

    def topics(self) -> Mapping[str, list[dict[str, Any]]]:
        return {}


class Provider(GeminiServer):
    """`words` may be changed at any time."""

    def __init__(self) -> None:
        self.words = Words()
        super().__init__(self.words)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What was asked, in order."""
        return [recorded.body for recorded in self.requests]
