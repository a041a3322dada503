"""Which Gemini model serves which task, and how it wants to be asked. Pure.

The families differ: Gemini 3 and later take a thinking *level* and are meant to run at their default
temperature of 1.0; Gemini 2.5 takes a token *budget* and a temperature; older ones do not think.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llm_server.contract import ModelConfigResponse
from llm_server.model import Task
from llm_server.settings import ServerSettings

_VERSION = re.compile(r"gemini-(\d+)(?:\.(\d+))?")
_DEFAULT_TEMPERATURE = 1.0
_BUDGETS = {"minimal": 512, "low": 1024, "medium": 8192, "high": 24_576}
_RETIRED_BEFORE = (3, 0)
"""Gemini 2.5's shutdown was announced for 2026-10-16, everything older is gone."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How one task is asked: the model, and the `generationConfig` without the shape of the answer."""

    model: str
    generation: Mapping[str, Any]


class Plans:
    """The plan of every task, and of a task with a model that the caller chose."""

    def __init__(self, settings: ServerSettings) -> None:
        self.search = settings.gemini_search_enabled
        self._settings = settings
        hints = (settings.gemini_hints_model, settings.gemini_thinking_level_hints)
        answer = (settings.gemini_answer_model, settings.gemini_thinking_level_answer)
        verify = (settings.gemini_verify_model, settings.gemini_thinking_level_verify)
        self._own: Mapping[Task, tuple[str | None, str]] = {
            Task.HINTS: hints,
            Task.PUZZLE: hints,
            Task.ANSWER: answer,
            Task.REWRITE: answer,
            Task.VERIFY: verify,
        }
        self._usual = {task: self._plan(task, "") for task in Task}

    def of(self, task: Task, model: str = "") -> Plan:
        """How `task` is asked, of `model` when one is named."""
        return self._plan(task, model) if model else self._usual[task]

    def fallback(self, task: Task, model: str) -> Plan | None:
        """Who is asked when the model of `task` is overloaded; nobody in place of a model that was chosen."""
        other = self._settings.gemini_fallback_model
        if model or not other or other == self._usual[task].model:
            return None
        return self._plan(task, other)

    def models(self) -> set[str]:
        """Every model that may be asked without being chosen by a caller."""
        usual = {plan.model for plan in self._usual.values()}
        return usual | ({self._settings.gemini_fallback_model} - {""})

    def _plan(self, task: Task, model: str) -> Plan:
        own, thinking = self._own.get(task, (None, self._settings.gemini_thinking_level))
        name = model or own or self._settings.gemini_model
        return Plan(name, _generation(self._settings, name, thinking))


def describe(settings: ServerSettings) -> ModelConfigResponse:
    """The plans as callers may read them."""
    default = settings.gemini_model
    return ModelConfigResponse(
        model_default=default,
        model_hints=settings.gemini_hints_model or default,
        model_answer=settings.gemini_answer_model or default,
        model_verify=settings.gemini_verify_model or default,
        temperature=effective_temperature(default, settings.gemini_temperature),
        configured_temperature=settings.gemini_temperature,
        timeout_seconds=settings.gemini_timeout,
        max_retries=settings.gemini_max_retries,
        http2_enabled=False,
        transport_mode="h1",
    )


def retired(settings: ServerSettings) -> list[str]:
    """Configured models that the provider no longer serves."""
    return sorted(name for name in Plans(settings).models() if _version(name) < _RETIRED_BEFORE)


def effective_temperature(model: str, configured: float) -> float:
    """What the model really runs at."""
    return _DEFAULT_TEMPERATURE if _takes_level(model) else configured


def _generation(settings: ServerSettings, model: str, thinking: str) -> dict[str, Any]:
    generation: dict[str, Any] = {"maxOutputTokens": settings.gemini_max_tokens}
    if not _takes_level(model):
        generation["temperature"] = settings.gemini_temperature
    if thinking != "none" and _takes_level(model):
        generation["thinkingConfig"] = {"thinkingLevel": thinking.upper()}
    elif thinking != "none" and _version(model) >= (2, 5):
        generation["thinkingConfig"] = {"thinkingBudget": _BUDGETS[thinking]}
    return generation


def _takes_level(model: str) -> bool:
    return _version(model) >= (3, 0)


def _version(model: str) -> tuple[int, int]:
    """Major and minor version; names without one, such as `gemini-flash-latest`, count as the newest."""
    found = _VERSION.search(model)
    if not found:
        return 99, 0
    return int(found[1]), int(found[2] or 0)
