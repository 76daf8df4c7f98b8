"""A gateway as it is run: what it logs, counts and traces when its environment says so."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from tests.gateway.telemetry.collector import collector, read

SECRET = "CANARY-consumer-secret"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _gateway(home: Path, port: int, **environ: str) -> Iterator[subprocess.Popen[str]]:
    told: Mapping[str, str] = {
        **{name: value for name, value in os.environ.items() if name.startswith(("PATH", "COVERAGE_"))},
        "GATEWAY_HOME": str(home),
        "GATEWAY_ORIGIN_URL": f"http://127.0.0.1:{_free_port()}",
        "GATEWAY_CONSUMER_KEY": "key",
        "GATEWAY_CONSUMER_SECRET": SECRET,
        "PORT": str(port),
        **environ,
    }
    command = [sys.executable, "-m", "gateway", "serve"]
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, env=told, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


FAILED: Final = 'gateway_operation_errors_total{code="UPSTREAM_UNAVAILABLE"} 1.0'


def _metrics(http: httpx.Client, port: int, *, until: str) -> str:
    """Return the metrics once *until* is there: an operation is counted when it has been answered."""
    ends = time.monotonic() + 10
    while until not in (counted := http.get(f"http://127.0.0.1:{port}/metrics").text):
        assert time.monotonic() < ends, counted
    return counted


def test_what_is_asked_for_is_there(tmp_path: Path) -> None:
    """Lines as JSON at DEBUG without a secret, metrics at their own port alone, spans at the collector."""
    port, metrics_port = _free_port(), _free_port()
    with (
        collector() as (url, received),
        _gateway(
            tmp_path,
            port,
            GATEWAY_METRICS_PORT=str(metrics_port),
            GATEWAY_LOG_LEVEL="DEBUG",
            OTEL_EXPORTER_OTLP_ENDPOINT=url,
        ) as process,
    ):
        assert process.stderr is not None
        first = [process.stderr.readline()]
        while '"started"' not in first[-1]:
            first.append(process.stderr.readline())
        with httpx.Client(transport=httpx.HTTPTransport(retries=5)) as http:
            graph = f"http://127.0.0.1:{port}"
            asked = {"query": '{ titles(search: "CANARY-search") { nodes { href } } }'}
            http.post(f"{graph}/graphql", json=asked, headers={"authorization": "Bearer CANARY-bearer"})
            http.post(f"{graph}/graphql", json=asked, headers={"graphql-client-name": "web"})
            counted = _metrics(http, metrics_port, until=FAILED)
            public = http.get(f"{graph}/metrics").status_code
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port)) as garbage:
                garbage.sendall(b"no HTTP\r\n\r\n")
                garbage.recv(1_000)
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=30)[1]

    lines = [json.loads(line) for line in [*first, *rest.splitlines()]]
    operations = [(line["outcome"], list(line["codes"])) for line in lines if line["event"] == "operation"]
    assert operations == [("refused", ["UNAUTHENTICATED"]), ("error", ["UPSTREAM_UNAVAILABLE"])]
    ways = [line["event"] for line in lines if line["event"] in {"started", "stopping", "stopped"}]
    assert ways == ["started", "stopping", "stopped"]
    assert "CANARY" not in "".join(first) + rest
    assert FAILED in counted
    assert public == 404
    assert [line["status"] for line in lines if line["event"] == "refused"] == [400]
    assert "urllib3.connectionpool" in {line["logger"] for line in lines}
    assert {"query", "plan", "execute", "upstream"} <= set(read(received)[0])


def test_metrics_are_not_where_the_graph_is(tmp_path: Path) -> None:
    """The same port for both is refused at start, in one sentence."""
    port = _free_port()
    with _gateway(tmp_path, port, GATEWAY_METRICS_PORT=str(port)) as process:
        said = process.communicate(timeout=30)[1]

    assert (process.returncode, said) == (
        1,
        f"GATEWAY_METRICS_PORT must not be {port}, where the graph is.\n",
    )
