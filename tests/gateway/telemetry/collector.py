"""Collects spans by OTLP over HTTP, as those who run the gateway would."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """Run what collects spans by HTTP; give its address and what it receives."""
    received: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def read(received: Sequence[bytes]) -> tuple[list[str], set[str]]:
    """Return the names of the spans in what was received, and of the services that sent them."""
    sent = [ExportTraceServiceRequest.FromString(body) for body in received]
    resources = [resource for each in sent for resource in each.resource_spans]
    spans = [span.name for each in resources for scope in each.scope_spans for span in scope.spans]
    services = {
        attribute.value.string_value
        for each in resources
        for attribute in each.resource.attributes
        if attribute.key == "service.name"
    }
    return spans, services
