"""Spans: OpenTelemetry traces, sent to a collector when an endpoint is set; nothing is imported when none is."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from wasl.domain.errors import SettingWrong

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer


class Spans:
    """Makes spans with a tracer and sends off what waits when closed."""

    def __init__(self, tracer: "Tracer", *, close: Callable[[], None] = lambda: None) -> None:
        self._tracer = tracer
        self._close = close

    def span(self, name: str, attributes: Mapping[str, Any]) -> AbstractContextManager[Any]:
        """Times the body of a `with`; spans opened inside become its children."""
        return self._tracer.start_as_current_span(f"wasl.{name}", attributes={f"wasl.{k}": v for k, v in attributes.items()})

    def close(self) -> None:
        """Sends what waits."""
        self._close()


def open_spans(endpoint: str, *, version: str) -> Spans:
    """Starts sending spans to an OTLP collector over HTTP (`endpoint`: its base address, as in http://collector:4318).

    Raises SettingWrong when the sending part is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise SettingWrong(
            "otel_endpoint is set, but the OpenTelemetry exporter is not installed; run `make install WITH=otel` or remove the setting"
        ) from error
    provider = TracerProvider(resource=Resource.create({"service.name": "wasl", "service.version": version}))
    target = endpoint.rstrip("/")
    provider.add_span_processor(
        BatchSpanProcessor(OTLPSpanExporter(endpoint=target if target.endswith("/v1/traces") else f"{target}/v1/traces"))
    )
    return Spans(provider.get_tracer("wasl", version), close=provider.shutdown)
