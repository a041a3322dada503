"""Reads what the LLM server asks of a model in 스무고개, and answers it out of the knowledge base.

The task is told by the response schema, the values by their tags; nothing else of a prompt matters.
"""

import itertools
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from playground.demo_model.protocol import GenerateRequest
from playground.demo_model.twentyq.guesses import Guesses, Likeness
from playground.demo_model.twentyq.judge import Judge
from playground.demo_model.twentyq.knowledge import Knowledge
from playground.demo_model.twentyq.topics import Topic

_TARGET = re.compile(r"^target: (.+)$", re.MULTILINE)
_NO_HINT = "이 단어는 데모가 모르는 단어라 힌트를 준비하지 못했어요."
_NO_CHAT = "저는 스무고개만 아는 데모 모델이에요. 자유로운 대화는 GOOGLE_API_KEY를 넣으면 할 수 있어요."
_SAME, _DIFFERENT = "동일", "상이"


class TwentyqEngine:
    """An `Engine` for the seven operations of 스무고개."""

    def __init__(self, knowledge: Knowledge | None = None) -> None:
        self._knowledge = knowledge or Knowledge()
        self._judge = Judge(self._knowledge, this_year=datetime.now(UTC).year)
        self._guesses = Guesses(self._knowledge)
        self._hints = {topic.name: itertools.cycle(topic.hints) for topic in self._knowledge.topics}

    def reply(self, request: GenerateRequest) -> str | None:
        """The answer in the shape of the request's schema; None when it is no task of this game."""
        if not request.schema and not request.system:
            return _NO_CHAT
        return self._task(request, request.schema.get("properties", {}))

    def _task(self, request: GenerateRequest, properties: Mapping[str, Any]) -> str | None:
        match list(properties):
            case ["answer"]:
                return _dump(answer=self._judge.answer(self._secret(request), request.tag("question")))
            case ["hints"]:
                topic = self._secret(request)
                return _dump(hints=[next(self._hints[topic.name]) if topic else _NO_HINT])
            case ["normalized"]:
                return _dump(normalized=" ".join(request.tag("question").split()))
            case ["result"] if _SAME in properties["result"].get("enum", ()):
                same = self._guesses.same(request.tag("target"), request.tag("guess"))
                return _dump(result=_SAME if same else _DIFFERENT)
            case ["result"] if Likeness.CLOSE in properties["result"].get("enum", ()):
                return _dump(result=self._likeness(request.tag("target"), request.tag("guess")))
            case _:
                return None

    def suggestions(self) -> Mapping[str, list[str]]:
        """Questions that are understood for every topic of a category."""
        return self._knowledge.suggested

    def topics(self) -> Mapping[str, list[dict[str, Any]]]:
        """All topics by category."""
        found: dict[str, list[dict[str, Any]]] = {}
        for topic in self._knowledge.topics:
            listed = found.setdefault(topic.category, [])
            listed.append({"name": topic.name, "level": topic.level, "aliases": list(topic.aliases)})
        return found

    def _secret(self, request: GenerateRequest) -> Topic | None:
        found = _TARGET.search(request.tag("secret"))
        return self._knowledge.find(_plain(found[1])) if found else None

    def _likeness(self, target: str, guess: str) -> Likeness:
        topic = self._knowledge.find(target)
        if topic is None:
            return Likeness.RIGHT if self._guesses.same(target, guess) else Likeness.WRONG
        return self._guesses.judge(topic, guess)


def _plain(value: str) -> str:
    """A value of the secret block, which is quoted where it could be misread."""
    return str(json.loads(value)) if value.startswith('"') else value


def _dump(**values: object) -> str:
    return json.dumps(values, ensure_ascii=False)
