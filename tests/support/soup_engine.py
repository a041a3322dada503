"""A referee of 바다거북수프 for tests: it says what the question tells it to say.

In a question 아니오, 관계없, 조금, 전제 and 글쎄 give the verdict (예 otherwise), 중요 makes it important, and 단서2
brings the second fact to light. 우기면 is answered with 아니오 by the first judge, with 예 by the second, who cannot
tell with 갸웃. A solution with 진짜 is right, one with 비슷 is close. A `leaky` one puts the truth into every text
that it may write freely: as it is, or with hearts between its letters, which the LLM server takes for letters.
"""

import json
import re
from collections.abc import Mapping
from html import unescape
from itertools import count
from typing import Any

from playground.demo_model.protocol import GenerateRequest

SECOND_JUDGE = "gemini-3-pro-preview"
"""The model for second opinions, so that this engine can tell who is asked."""

MARKS = {
    "글쎄": "답변할 수 없습니다",
    "아니오": "아니오",
    "관계없": "관계없습니다",
    "조금": "조금은 관계있습니다",
    "전제": "전제가 틀렸습니다",
}


class SoupEngine:
    """Answers by the words of the question; what it makes up is numbered."""

    def __init__(self, *, leaky: bool = False) -> None:
        self._leaky = leaky
        self._numbers = count(1)

    def reply(self, request: GenerateRequest) -> str | None:
        """The answer in the shape of the request's schema."""
        fields = set(request.schema.get("properties", {}))
        if "important" in fields:
            return self._dump(self._ruling(request))
        if "result" in fields:
            return self._dump(self._judgement(request))
        if fields == {"hint"}:
            number = next(self._numbers)
            return self._dump({"hint": self._spilt(request, 110) or f"{number}번째로 떠오른 실마리예요."})
        if "title" in fields:
            return self._dump(self._puzzle(request))
        if fields == {"scenario", "solution"}:
            return self._dump(self._retold(request))
        return "" if fields else f"옛날 옛적 이야기예요. {_tag(request, 'solution')}"

    def suggestions(self) -> Mapping[str, list[str]]:
        """None."""
        return {}

    def topics(self) -> Mapping[str, list[dict[str, Any]]]:
        """None."""
        return {}

    def puzzles(self) -> list[dict[str, Any]]:
        """None."""
        return []

    def _ruling(self, request: GenerateRequest) -> dict[str, Any]:
        question = _tag(request, "question")
        answer = next((verdict for mark, verdict in MARKS.items() if mark in question), "예")
        if "우기면" in question:
            answer = "예" if request.model == SECOND_JUDGE else "아니오"
        if "갸웃" in question and request.model == SECOND_JUDGE:
            answer = MARKS["글쎄"]
        facts = [int(number) for number in re.findall(r"단서(\d)", question)]
        return {"answer": answer, "important": "중요" in question, "facts": facts, "sure": bool(facts)}

    def _judgement(self, request: GenerateRequest) -> dict[str, Any]:
        said = _tag(request, "player_answer")
        result = "YES" if "진짜" in said else "CLOSE" if "비슷" in said else "NO"
        facts = [int(number) for number in re.findall(r"단서(\d)", said)]
        missing = (self._spilt(request, 55) or "왜 그랬는지가 남았어요.") if result == "CLOSE" else ""
        return {"result": result, "facts": facts, "missing": missing}

    def _puzzle(self, request: GenerateRequest) -> dict[str, Any]:
        number, theme = next(self._numbers), _tag(request, "theme")
        # Syllables that no other puzzle of this engine has: what resembles an older one is refused.
        syllables = [chr(0xAC00 + (number * 3571 + place * 211) % 11172) for place in range(40)]
        solution = f"진실은 {''.join(syllables[:20])} 때문이었다."
        return {
            "title": solution if self._leaky else f"{theme} 퍼즐 {number}",
            "scenario": f"{theme or '어느 곳'}에서 {''.join(syllables[20:])} 일이 벌어졌다. 왜일까요?",
            "solution": solution,
            "category": _tag(request, "category") or "MYSTERY",
            "difficulty": int(_tag(request, "difficulty") or 3),
            "hints": [f"{number}의 첫째예요.", f"{number}의 둘째예요.", f"{number}의 셋째예요."],
            "key_facts": [f"{syllables[place]}였다." for place in range(3)],
            "warning": "",
        }

    def _retold(self, request: GenerateRequest) -> dict[str, Any]:
        truth = _tag(request, "solution")
        told = truth if self._leaky else f"다시 들려주는 이야기. {_tag(request, 'scenario')}"
        return {"scenario": told, "solution": truth}

    def _spilt(self, request: GenerateRequest, most: int) -> str:
        """As much of the truth as fits, if this engine cannot keep it."""
        if not self._leaky:
            return ""
        truth = _solution(request)
        return truth[:most] if next(self._numbers) % 2 else "♥".join("".join(truth.split()))[:most]

    @staticmethod
    def _dump(values: Mapping[str, Any]) -> str:
        return json.dumps(values, ensure_ascii=False)


def _tag(request: GenerateRequest, name: str) -> str:
    found = re.search(rf"<{name}>(.*?)</{name}>", request.last_turn, re.DOTALL)
    return unescape(found[1]) if found else ""


def _solution(request: GenerateRequest) -> str:
    """The truth, which stands in a tag of its own or within the puzzle."""
    found = re.search(r"solution: (.*)", _tag(request, "puzzle"))
    return _tag(request, "solution") or (found[1] if found else "")
