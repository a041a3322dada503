"""Optional OpenTelemetry tracing: off by default, never needed to start, flushed on exit.

The libraries are the extra `otel`; without them, or with `OTEL_ENABLED=false`, a span costs one `if`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog

from botkit.runtime.settings import Settings

log = structlog.get_logger(__name__)

_provider: Any = None
_tracer: Any = None
_propagate: Any = None


def configure(settings: Settings, *, service: str, version: str, exporter: Any = None) -> None:
    """Start exporting spans when `OTEL_ENABLED` is set; a missing library is logged, not fatal.

    `exporter` replaces the OTLP exporter (tests).
    """
    global _provider, _tracer, _propagate
    if not settings.otel_enabled:
        return
    try:
        from opentelemetry import propagate  # noqa: PLC0415 - an optional extra
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased  # noqa: PLC0415

        if exporter is None:
            from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (  # noqa: PLC0415
                OTLPSpanExporter,
            )

            exporter = OTLPSpanExporter(endpoint=settings.otel_endpoint, insecure=settings.otel_insecure)
    except ImportError as error:
        log.error("tracing_unavailable", missing=error.name, install="llm-workspace[otel]")
        return
    resource = Resource.create(
        {
            "service.name": settings.otel_service_name or service,
            "service.version": version,
            "deployment.environment": settings.otel_environment,
        }
    )
    ratio = min(1.0, max(0.0, settings.otel_sample_rate))
    provider = TracerProvider(resource=resource, sampler=ParentBased(TraceIdRatioBased(ratio)))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _provider, _tracer, _propagate = provider, provider.get_tracer("botkit"), propagate
    log.info("tracing_enabled", endpoint=settings.otel_endpoint, ratio=ratio)


@contextmanager
def span(name: str, *, carrier: Mapping[str, str] | None = None, **attributes: str) -> Iterator[None]:
    """A span around a block; `carrier` holds the W3C headers of the parent, when there is one."""
    if _tracer is None:
        yield
        return
    parent = _propagate.extract(carrier) if carrier else None
    with _tracer.start_as_current_span(name, context=parent, attributes=attributes):
        yield


def headers() -> dict[str, str]:
    """The W3C headers of the current span, empty when tracing is off."""
    carrier: dict[str, str] = {}
    if _propagate is not None:
        _propagate.inject(carrier)
    return carrier


def flush(seconds: float = 5.0) -> None:
    """Send what is still buffered; called on exit."""
    if _provider is not None:
        _provider.force_flush(int(seconds * 1000))
