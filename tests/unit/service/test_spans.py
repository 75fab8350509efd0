import http.server
import threading

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from wasl.domain.errors import SettingWrong
from wasl.service.observe import Observe
from wasl.service.spans import Spans, open_spans


def test_spans_nest_and_carry_their_names() -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    observe = Observe(spans=Spans(provider.get_tracer("test")))
    with observe.span("turn", turn_id="t-1"), observe.span("attempt", candidate="first"):
        pass
    inner, outer = kept.get_finished_spans()
    assert outer.name == "wasl.turn"
    assert outer.attributes == {"wasl.turn_id": "t-1"}
    assert inner.parent is not None
    assert outer.context is not None
    assert inner.parent.span_id == outer.context.span_id


def test_an_endpoint_is_sent_what_was_timed() -> None:
    paths: list[str] = []

    class Collector(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            paths.append(self.path)
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        spans = open_spans(f"http://127.0.0.1:{server.server_address[1]}", version="1")
        with spans.span("turn", {}):
            pass
        spans.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert paths == ["/v1/traces"]


def test_a_missing_exporter_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(SettingWrong, match="make install WITH=otel"):
        open_spans("http://127.0.0.1:1", version="1")
