"""The Gemini-protocol server with an engine that says what a test wants to hear."""

import json
import re
from collections.abc import Mapping
from typing import Any

from playground.demo_model.protocol import GenerateRequest
from playground.demo_model.server import GeminiServer

GOOD: dict[str, Any] = {
    "answer": "예",
    "important": True,
    "hints": ["밤마다 모양이 바뀌어도 늘 같은 얼굴이지"],
    "hint": "그곳이 어디였는지 생각해 보세요.",
    "normalized": "큰가요?",
    "title": "새 수수께끼",
    "scenario": "아무도 없는 방에서 박수 소리가 났다. 왜일까요?",
    "solution": "방에는 박수를 치면 켜지는 전등을 시험하던 녹음기가 있었다.",
}


class Words:
    """Answers every schema with fixed values, and says back what comes without one."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = dict(GOOD)
        self.text: str | None = None

    def reply(self, request: GenerateRequest) -> str:
        properties = request.schema.get("properties")
        if properties is None:
            return request.turns[-1][1] if self.text is None else self.text
        found = {name: self._value(name, schema, properties) for name, schema in properties.items()}
        if "difficulty" in found and (wanted := re.search(r"<difficulty>(\d)<", request.last_turn)):
            found["difficulty"] = int(wanted[1])
        return json.dumps(found, ensure_ascii=False)

    def _value(self, name: str, schema: Mapping[str, Any], properties: Mapping[str, Any]) -> Any:
        if "enum" in schema and self.values.get(name) not in schema["enum"]:
            return schema["enum"][0]
        if name == "hints" and "title" in properties:
            return ["하나를 보세요", "둘을 보세요", "셋을 보세요"]
        if name == "key_facts":
            return ["녹음기가 있었다.", "전등은 박수로 켜진다.", "누군가 전등을 시험했다."]
        return self.values.get(
            name, {"integer": 0, "boolean": False, "array": []}.get(schema.get("type", ""), "")
        )

    def suggestions(self) -> Mapping[str, list[str]]:
        return {}

    def topics(self) -> Mapping[str, list[dict[str, Any]]]:
        return {}

    def puzzles(self) -> list[dict[str, Any]]:
        return []


class Provider(GeminiServer):
    """`words` may be changed at any time."""

    def __init__(self) -> None:
        self.words = Words()
        super().__init__(self.words)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What was asked, in order."""
        return [recorded.body for recorded in self.requests]
