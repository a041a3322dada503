"""A call's way as spans: the door under the caller's span, the model under the door's."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from botkit.runtime import tracing
from llm_server.settings import ServerSettings
from tests.llm_server.conftest import Launch
from tests.llm_server.provider import Provider
from tests.support.servers import Client

TRACE = "0af7651916cd43dd8448eb211c80319c"
HEADERS = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
QUESTION = {"target": "사과", "category": "food", "question": "둥근가요?"}


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Tracing, switched on for one test."""
    for name in ("_provider", "_tracer", "_propagate"):
        monkeypatch.setattr(tracing, name, None)
    exporter = InMemorySpanExporter()
    settings = ServerSettings.model_validate({"OTEL_ENABLED": True})
    tracing.configure(settings, service="test", version="1", exporter=exporter)
    yield exporter
    tracing.flush()


async def test_a_call_is_a_span_under_the_callers(
    launch: Launch, provider: Provider, cache: Client, spans: InMemorySpanExporter
) -> None:
    server = await launch(GOOGLE_API_KEYS="k", GEMINI_BASE_URL=provider.base_url)
    for door in server.doors:
        assert (await door.call("TwentyQAnswerQuestion", QUESTION, headers=HEADERS)).status == "OK"
        await cache.flushall()
    tracing.flush()

    ours = [span for span in spans.get_finished_spans() if f"{span.context.trace_id:032x}" == TRACE]
    doors = {span.context.span_id: span.name for span in ours if span.name != "gemini.complete"}
    assert sorted(doors.values()) == ["HTTP POST", "TwentyQAnswerQuestion", "TwentyQAnswerQuestion"]
    models = [span for span in ours if span.name == "gemini.complete"]
    assert sorted(doors[span.parent.span_id] for span in models if span.parent) == sorted(doors.values())
    assert {dict(span.attributes or {})["task"] for span in models} == {"answer"}
    assert "사과" not in str([span.to_json() for span in ours])
