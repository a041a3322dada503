"""A model for tests: it says what the question tells it to say."""

import json
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from playground.demo_model.protocol import GenerateRequest


class EchoEngine:
    """`…아니오…` in a question gives 아니오, `…글쎄…` cannot be told, `첫 글자` must not be, anything else gives 예.

    A second judge (the verifying model, a `pro`) says 아니오 to `…재심…`.
    A guess is right when it is the target, near when it begins alike, else wrong.
    """

    def reply(self, request: GenerateRequest) -> str | None:
        """The answer in the shape of the request's schema."""
        properties: Mapping[str, Any] = request.schema.get("properties", {})
        if "answer" in properties:
            question = self._tag(request, "question")
            second = "pro" in request.model
            return self._dump(answer="아니오" if second and "재심" in question else self._verdict(question))
        if "hints" in properties:
            return self._dump(hints=["조용히 다가오는 것이에요"])
        if "normalized" in properties:
            return self._dump(normalized=self._tag(request, "question"))
        if "result" in properties:
            return self._dump(result=self._result(request, properties["result"].get("enum", [])))
        return None

    def suggestions(self) -> Mapping[str, list[str]]:
        """None."""
        return {}

    def topics(self) -> Mapping[str, list[dict[str, Any]]]:
        """None."""
        return {}

    def puzzles(self) -> list[dict[str, Any]]:
        """None."""
        return []

    @staticmethod
    def _verdict(question: str) -> str:
        if "첫 글자" in question:
            return "정책 위반"
        if "글쎄" in question:
            return "이해할 수 없는 질문입니다"
        return "아니오" if "아니오" in question else "예"

    def _result(self, request: GenerateRequest, labels: list[str]) -> str:
        target, guess = self._tag(request, "target"), self._tag(request, "guess")
        if "동일" in labels:
            return "동일" if target == guess else "상이"
        if target == guess:
            return "정답"
        return "근접" if target[:1] == guess[:1] else "오답"

    @staticmethod
    def _tag(request: GenerateRequest, name: str) -> str:
        found = re.search(f"<{name}>(.*?)</{name}>", request.last_turn, re.DOTALL)
        return unescape(found[1]) if found else ""

    @staticmethod
    def _dump(**values: object) -> str:
        return json.dumps(values, ensure_ascii=False)
