"""Model families: who takes a level, who a budget, who a temperature."""

from typing import Any

import pytest

from llm_server.gemini.plans import Plans, describe, effective_temperature, retired
from llm_server.model import Task
from llm_server.settings import ServerSettings


def settings(**values: Any) -> ServerSettings:
    return ServerSettings.model_validate(values)


@pytest.mark.parametrize(
    ("model", "thinking", "generation"),
    [
        ("gemini-3-flash-preview", "low", {"thinkingConfig": {"thinkingLevel": "LOW"}}),
        ("gemini-3.8-flash", "high", {"thinkingConfig": {"thinkingLevel": "HIGH"}}),
        ("models/gemini-4-argon", "none", {}),
        ("gemini-flash-latest", "minimal", {"thinkingConfig": {"thinkingLevel": "MINIMAL"}}),
        ("gemini-2.5-flash", "low", {"thinkingConfig": {"thinkingBudget": 1024}, "temperature": 0.3}),
        ("gemini-2.5-pro", "none", {"temperature": 0.3}),
        ("gemini-2.0-flash", "high", {"temperature": 0.3}),
    ],
)
def test_each_family_is_asked_as_it_wants(model: str, thinking: str, generation: dict[str, Any]) -> None:
    found = Plans(
        settings(
            GEMINI_MODEL=model,
            GEMINI_THINKING_LEVEL_ANSWER=thinking,
            GEMINI_TEMPERATURE=0.3,
            GEMINI_MAX_TOKENS=100,
        )
    ).of(Task.ANSWER)

    assert found.model == model
    assert found.generation == {"maxOutputTokens": 100, **generation}


def test_every_task_has_a_plan_and_its_own_model() -> None:
    found = Plans(
        settings(GEMINI_MODEL="gemini-3-d", GEMINI_HINTS_MODEL="gemini-3-h", GEMINI_VERIFY_MODEL="gemini-3-v")
    )

    hinting = {task for task in Task if found.of(task).model == "gemini-3-h"}
    assert hinting == {Task.HINTS, Task.PUZZLE}
    assert {task for task in Task if found.of(task).model == "gemini-3-v"} == {Task.VERIFY}
    assert found.of(Task.CHAT).model == "gemini-3-d"
    assert found.models() == {"gemini-3-d", "gemini-3-h", "gemini-3-v", "gemini-3.1-flash-lite"}


def test_a_chosen_model_is_asked_as_its_family_wants_and_has_nobody_in_reserve() -> None:
    found = Plans(settings(GEMINI_TEMPERATURE=0.3))

    assert found.of(Task.CHAT, "gemini-2.0-flash").generation["temperature"] == 0.3
    assert found.fallback(Task.CHAT, "gemini-2.0-flash") is None


@pytest.mark.parametrize(("reserve", "expected"), [("gemini-3.5-flash", "gemini-3.5-flash"), ("", None)])
def test_the_model_in_reserve(reserve: str, expected: str | None) -> None:
    found = Plans(settings(GEMINI_FALLBACK_MODEL=reserve)).fallback(Task.ANSWER, "")

    assert (found.model if found else None) == expected


def test_a_model_is_not_in_reserve_for_itself() -> None:
    found = Plans(settings(GEMINI_FALLBACK_MODEL="gemini-3-a", GEMINI_ANSWER_MODEL="gemini-3-a"))

    assert found.fallback(Task.ANSWER, "") is None
    assert found.fallback(Task.HINTS, "") is not None


def test_what_callers_are_told() -> None:
    told = describe(settings(GEMINI_ANSWER_MODEL="gemini-3-a"))

    assert (told.model_default, told.model_hints) == ("gemini-3-flash-preview", "gemini-3-flash-preview")
    assert (told.model_answer, told.model_verify) == ("gemini-3-a", "gemini-3-flash-preview")
    assert (told.temperature, told.configured_temperature) == (1.0, 0.7)
    assert (told.http2_enabled, told.transport_mode) == (False, "h1")


def test_the_effective_temperature_is_the_models_own_from_gemini_3_on() -> None:
    assert effective_temperature("gemini-3-flash-preview", 1.8) == 1.0
    assert effective_temperature("gemini-2.5-flash", 0.4) == 0.4


def test_retired_models_are_named() -> None:
    assert retired(settings()) == []
    assert retired(settings(GEMINI_MODEL="gemini-2.5-flash", GEMINI_HINTS_MODEL="gemini-1.5-pro")) == [
        "gemini-1.5-pro",
        "gemini-2.5-flash",
    ]
