"""Everything that can go wrong with the model ends in its typed error or a valid answer, in time.

The same table stands in docs/faults.md.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from playground.demo_model.faults import Rule
from playground.demo_model.protocol import BAD_KEY
from tests.llm_server.conftest import Launch
from tests.llm_server.provider import Provider
from tests.support.servers import Client, free_port

DOCUMENT = Path(__file__).parents[2] / "docs" / "faults.md"
QUESTION = {"target": "사과", "category": "food", "question": "둥근가요?"}
DEADLINE = 2.5
"""Seconds; more than the waits of all retries together, so that chance does not decide."""

LATE = 0.05

OK = "an answer"
UNAVAILABLE, QUOTA = "503 UNAVAILABLE LLM_ERROR", "429 RESOURCE_EXHAUSTED LLM_ERROR"
REJECTED, PARSING = "502 INTERNAL LLM_ERROR", "502 INTERNAL LLM_PARSING_ERROR"
TIMEOUT, NOT_UNDERSTOOD = "504 DEADLINE_EXCEEDED LLM_TIMEOUT", "이해할 수 없는 질문입니다"


@dataclass(frozen=True)
class Fault:
    """What goes wrong, and what comes of it."""

    name: str
    outcome: str
    rules: tuple[Rule, ...] = ()
    settings: dict[str, str] = field(default_factory=dict)


RESERVE = {"GEMINI_FALLBACK_MODEL": "gemini-3.1-flash-lite"}
NOBODY = {"GEMINI_BASE_URL": f"http://127.0.0.1:{free_port()}"}

FAULTS = [
    Fault("400, the request is refused", REJECTED, (Rule(kind="status", status=400),)),
    Fault("400, the key is invalid", UNAVAILABLE, (), {"GOOGLE_API_KEYS": BAD_KEY}),
    Fault("401", UNAVAILABLE, (Rule(kind="status", status=401),)),
    Fault("403", UNAVAILABLE, (Rule(kind="status", status=403),)),
    Fault("404, the model is unknown", REJECTED, (Rule(kind="status", status=404),)),
    Fault(
        "429 per minute, RetryInfo fits", OK, (Rule(kind="status", status=429, retry_seconds=0.1, times=1),)
    ),
    Fault(
        "429 per minute, RetryInfo is too long", QUOTA, (Rule(kind="status", status=429, retry_seconds=9),)
    ),
    Fault(
        "429 per day with a short RetryInfo",
        QUOTA,
        (Rule(kind="status", status=429, quota="PerDay", retry_seconds=0.1),),
    ),
    Fault("429 without details", QUOTA, (Rule(kind="status", status=429),)),
    Fault(
        "429 per day, another key",
        OK,
        (Rule(kind="status", status=429, quota="PerDay", times=1),),
        {"GOOGLE_API_KEYS": "a b"},
    ),
    Fault(
        "429 per day, a model in reserve",
        OK,
        (Rule(kind="status", status=429, quota="PerDay", times=1),),
        RESERVE,
    ),
    Fault("500 once", OK, (Rule(kind="status", status=500, times=1),)),
    Fault("500", UNAVAILABLE, (Rule(kind="status", status=500),)),
    Fault("502 with an HTML page", UNAVAILABLE, (Rule(kind="status", status=502),)),
    Fault("503", UNAVAILABLE, (Rule(kind="status", status=503),)),
    Fault("503 twice, a model in reserve", OK, (Rule(kind="status", status=503, times=2),), RESERVE),
    Fault("504", UNAVAILABLE, (Rule(kind="status", status=504),)),
    Fault("nobody listens", UNAVAILABLE, (), NOBODY),
    Fault("no answer", TIMEOUT, (Rule(kind="hang"),)),
    Fault("an answer after the deadline", TIMEOUT, (Rule(delay_ms=5000),)),
    Fault("an answer in drops", TIMEOUT, (Rule(kind="slow_drip"),)),
    Fault("hung up before the headers, once", OK, (Rule(kind="disconnect_before_headers", times=1),)),
    Fault("hung up before the headers", UNAVAILABLE, (Rule(kind="disconnect_before_headers"),)),
    Fault("hung up in the body", UNAVAILABLE, (Rule(kind="disconnect_mid_body"),)),
    Fault("JSON cut off, once", OK, (Rule(kind="truncated_json", times=1),)),
    Fault("JSON cut off", PARSING, (Rule(kind="truncated_json"),)),
    Fault("JSON in a code fence", PARSING, (Rule(kind="fenced_json"),)),
    Fault("a value outside the enum", PARSING, (Rule(kind="outside_enum"),)),
    Fault("plain text", PARSING, (Rule(kind="text", text="예"),)),
    Fault("an empty candidate", PARSING, (Rule(kind="empty_candidate"),)),
    Fault("no candidates", PARSING, (Rule(kind="no_candidates"),)),
    Fault("MAX_TOKENS without content", PARSING, (Rule(kind="max_tokens"),)),
    Fault("an error inside a 200", PARSING, (Rule(kind="stream_error"),)),
    Fault("the output is blocked (SAFETY)", NOT_UNDERSTOOD, (Rule(kind="safety"),)),
    Fault("the prompt is blocked", NOT_UNDERSTOOD, (Rule(kind="blocked_prompt"),)),
    Fault("CONTINUATION", OK, (Rule(kind="continuation"),)),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_a_fault_ends_as_the_table_says_and_in_time(
    launch: Launch, provider: Provider, cache: Client, fault: Fault
) -> None:
    usual = {"GOOGLE_API_KEYS": "k", "GEMINI_BASE_URL": provider.base_url, "GEMINI_MAX_RETRIES": "4"}
    server = await launch(**{**usual, **fault.settings})
    provider.script(*fault.rules)
    began = time.perf_counter()
    found = await server.uds.call("TwentyQAnswerQuestion", QUESTION, timeout=DEADLINE)
    seconds = time.perf_counter() - began

    if fault.outcome in (OK, NOT_UNDERSTOOD):
        assert found.status == "OK"
        assert found.reply["scale"] == ("예" if fault.outcome == OK else NOT_UNDERSTOOD)
    else:
        assert f"{found.status} {found.code}" == fault.outcome.partition(" ")[2]
    assert seconds < DEADLINE + LATE


def test_the_document_has_the_same_table() -> None:
    rows = [line for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("| ")]
    for fault in FAULTS:
        assert any(row.startswith(f"| {fault.name} | {fault.outcome} |") for row in rows), fault.name
