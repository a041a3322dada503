"""What a free line asks of hololive, by simple word rules; NONE when none of them fits.

The task is told by the response schema, the values by their tags.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from playground.demo_model.files import FOLDER, Strict, checked, read
from playground.demo_model.protocol import GenerateRequest

_CANDIDATE = re.compile(r"^(\d+): (.+)$", re.MULTILINE)
_NONE = {"intent": "NONE", "members": [], "hours": 0, "days": 0, "month": 0}
_HOURS = re.compile(r"(\d+)시간")
_DAYS = {
    re.compile(r"(\d+)일(?!곱)"): 1,
    re.compile(r"(\d+)주(?!년)"): 7,
    re.compile(r"(\d+)(?:개월|달)"): 30,
}
_MONTH = re.compile(r"(\d+)월")
_MONTHS = {"이번달": 0, "다음달": 1, "지난달": -1, "저번달": -1}


class RuleSpec(Strict):
    """One intent and its words."""

    intent: str
    words: tuple[str, ...]
    member: bool = False
    without: str = ""

    def fits(self, line: str, members: Iterable[int]) -> bool:
        """Whether a line without blanks asks for this."""
        return (
            all(re.search(group, line) for group in self.words)
            and (not self.member or bool(list(members)))
            and not (self.without and re.search(self.without, line))
        )


class WordsSpec(Strict):
    """The file."""

    chatter: str
    rules: tuple[RuleSpec, ...]
    hours: Mapping[str, int]
    days: Mapping[str, int]


class HololiveEngine:
    """Answers one operation."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Raises KnowledgeError when the file is broken."""
        self._words = checked(WordsSpec, read(folder / "hololive.yml"), "hololive.yml")

    def reply(self, request: GenerateRequest) -> str | None:
        """The answer in the shape of the request's schema; None when it is another task."""
        if "intent" not in request.schema.get("properties", {}):
            return None
        names = {int(number): name for number, name in _CANDIDATE.findall(request.tag("candidates"))}
        return json.dumps(self._read(request.tag("question"), names, request.tag("today")))

    def _read(self, question: str, names: Mapping[int, str], today: str) -> dict[str, Any]:
        line = "".join(question.split())
        members = [number for number, name in names.items() if any(word in line for word in name.split())]
        if not members and len(names) == 1:
            members = list(names)
        rule = next((rule for rule in self._words.rules if rule.fits(line, members)), None)
        if rule is None or re.search(self._words.chatter, line):
            return _NONE
        found = {**_NONE, "intent": rule.intent, "members": members}
        if rule.intent == "UPCOMING":
            found["hours"] = self._hours(line)
        if rule.intent in ("SCHEDULE", "RANKING", "HISTORY"):
            found["days"] = self._days(line)
        if rule.intent == "CALENDAR":
            found["month"] = _month(line, today)
        return found

    def _hours(self, line: str) -> int:
        if told := _HOURS.search(line):
            return int(told[1])
        return _named(self._words.hours, line) or 24 * _named(self._words.days, line)

    def _days(self, line: str) -> int:
        told = [int(match[1]) * unit for pattern, unit in _DAYS.items() if (match := pattern.search(line))]
        return told[0] if told else _named(self._words.days, line)


def _named(words: Mapping[str, int], line: str) -> int:
    """The number of the longest word that stands in the line."""
    found = [word for word in words if word in line]
    return words[max(found, key=len)] if found else 0


def _month(line: str, today: str) -> int:
    if told := _MONTH.search(line):
        return int(told[1])
    away = next((away for word, away in _MONTHS.items() if word in line), None)
    return 0 if away is None else (int(today[5:7]) - 1 + away) % 12 + 1
