"""The way of a line, out of ids and records."""

from typing import Any

import pytest

from playground.web.ways import entry_at, typed_at, way

LOG = str(1_795_632_061_000 << 20)
ENTRY = "1795632061004-0"


def record(event: str, at: float, **facts: Any) -> dict[str, Any]:
    return {"event": event, "at": 1_795_632_061_000 + at, **facts}


def told(number: int, written: int, **facts: str) -> dict[str, str]:
    entry = f"{1_795_632_061_000 + written}-{number}"
    return {"entry": entry, "replyTo": ENTRY, "type": "final", "dedupKey": f"{ENTRY}/{number}", **facts}


def test_ids_are_times() -> None:
    assert typed_at(LOG) == 1_795_632_061_000
    assert typed_at(str(int(LOG) + 5)) == 1_795_632_061_000
    assert entry_at(ENTRY) == 1_795_632_061_004


def test_a_whole_way() -> None:
    records = [
        record("line_taken", 5, stream="kakao:20q", entry=ENTRY),
        record("gemini_ended", 40, task="answer", outcome="ok", milliseconds=30.0),
        record("grpc_request", 42, method="/llm.v1.LLMService/TwentyQAnswerQuestion", milliseconds=34.0),
        record("line_ended", 44, command="ask", result="answered", milliseconds=39),
        record("twentyq_topic_selected", 41),
    ]
    seen = str((1_795_632_061_000 + 60) << 20)
    deliveries = [
        told(0, 43, state="handed_off", at="1795632061050"),
        told(0, 43, state="confirmed", at="1795632061061", logId=seen),
    ]
    found = way(LOG, ENTRY, records, deliveries)
    assert (found["log"], found["entry"], found["done"]) == (LOG, ENTRY, True)
    assert [(one["place"], one["began"], one["ended"], one["detail"]) for one in found["steps"]] == [
        ("bridge", 0, 4, "kakao:20q"),
        ("bot", 4, 43, "ask → answered"),
        ("llm", 8, 42, "TwentyQAnswerQuestion"),
        ("model", 10, 40, "answer → ok"),
        ("room", 43, 60, "1: confirmed"),
    ]


def test_bubbles_on_their_way_and_notices() -> None:
    deliveries = [
        told(0, 3000, state="confirmed", at="0", logId=LOG, type="waiting") | {"dedupKey": f"{ENTRY}/notice"},
        told(1, 4000, state="handed_off", at="1795632065500"),
    ]
    found = way(LOG, ENTRY, [], deliveries)
    assert [(one["place"], one["detail"]) for one in found["steps"]] == [
        ("bridge", ""),
        ("room", "notice: confirmed"),
        ("iris", "2: handed_off"),
    ]
    assert found["steps"][2]["ended"] == 4500


def test_a_call_that_failed_tells_why() -> None:
    failed = record("grpc_request_failed", 9, method="/s/M", milliseconds=1.0, error="LLM_TIMEOUT", code="X")
    assert way(LOG, ENTRY, [failed], [])["steps"][1]["detail"] == "M LLM_TIMEOUT"


@pytest.mark.parametrize("log", ["", LOG])
def test_without_the_row_a_line_begins_in_its_stream(log: str) -> None:
    found = way(log, ENTRY, [], [])
    assert found["done"] is False
    assert found["steps"][0]["ended"] == (4 if log else 0)
