"""The proxy itself, with its file: what it lets through, what it refuses, and to whom it sends what."""

import asyncio
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import connect

from tests.docker import files
from tests.docker.files import DOCKER
from tests.docker.load import loaded
from tests.docker.processes import Engine, free_port
from tests.end_to_end.stack import serving
from tests.services import REDIS, require_redis

HEAD_WITHIN = 1
"""Seconds that the head of a request may take here; the file says ten."""


@dataclass(slots=True)
class Backend:
    """A server that tells what arrived, and may say that it is not ready."""

    is_ready: bool = True
    go_on: threading.Event = field(default_factory=threading.Event)

    def app(self, name: str) -> Starlette:
        """Return it, as one that answers with *name*."""

        async def ready(_request: Request) -> Response:
            return PlainTextResponse(name, status_code=200 if self.is_ready else 503)

        async def told(request: Request) -> Response:
            size = len(await request.body())
            return JSONResponse({"name": name, "headers": dict(request.headers), "size": size})

        async def events(_request: Request) -> Response:
            async def send() -> AsyncIterator[str]:
                yield "data: first\n\n"
                await asyncio.to_thread(self.go_on.wait)
                yield "data: second\n\n"

            return StreamingResponse(send(), media_type="text/event-stream")

        async def echo(websocket: WebSocket) -> None:
            await websocket.accept()
            await websocket.send_text(await websocket.receive_text())

        return Starlette(
            routes=[
                Route("/health/ready", ready),
                Route("/graphql", told, methods=["GET", "POST"]),
                Route("/events", events),
                WebSocketRoute("/graphql", echo),
            ]
        )


@dataclass(frozen=True, slots=True)
class Proxy:
    """The proxy, and the servers behind it."""

    port: int
    trust: ssl.SSLContext
    backends: tuple[Backend, ...]

    @property
    def url(self) -> str:
        """Return where it is."""
        return f"https://localhost:{self.port}"

    def client(self) -> httpx.Client:
        """Return who trusts its certificate."""
        return httpx.Client(verify=self.trust, base_url=self.url, timeout=20)

    def raw(self) -> ssl.SSLSocket:
        """Return a bare connection."""
        return self.trust.wrap_socket(
            socket.create_connection(("127.0.0.1", self.port), timeout=20), server_hostname="localhost"
        )


def _command() -> str:
    found = shutil.which("haproxy")
    if found is None:
        pytest.skip("haproxy is not installed")
    return found


def _configure(folder: Path, ports: tuple[int, int], servers: Sequence[str]) -> Path:
    """Write the file as it is, but for addresses and one time."""
    text = (DOCKER / "haproxy.cfg").read_text()
    listed = "\n".join(
        f"    server gateway-{number} {url.removeprefix('http://')}" for number, url in enumerate(servers, 1)
    )
    for said, here in (
        (r"/run/secrets/", f"{folder}/"),
        (r"bind :8443", f"bind 127.0.0.1:{ports[0]}"),
        (r"bind :8444", f"bind 127.0.0.1:{ports[1]}"),
        (r"    server-template gateway- 1-8 gateway:8000", listed),
        (r"    server-template origin- 1-4 origin:8001", ""),
        (r"timeout http-request 10s", f"timeout http-request {HEAD_WITHIN}s"),
    ):
        text, count = re.subn(said, here, text)
        assert count, said
    file = folder / "haproxy.cfg"
    file.write_text(text)
    return file


@contextmanager
def proxying(folder: Path, servers: Sequence[str]) -> Iterator[tuple[int, ssl.SSLContext]]:
    """Run the proxy before *servers*; give its port and whom to trust."""
    command = _command()
    subprocess.run([DOCKER / "make-secrets.sh", folder], check=True, timeout=60)  # noqa: S603
    ports = (free_port(), free_port())
    file = _configure(folder, ports, servers)
    with subprocess.Popen([command, "-db", "-f", file], stderr=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            trust = ssl.create_default_context(cafile=folder / "tls.pem")
            with httpx.Client(verify=trust) as http:
                _await_answer(http, f"https://localhost:{ports[0]}/health/ready")
            yield ports[0], trust
        finally:
            process.terminate()


def _await_answer(http: httpx.Client, url: str) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            if http.get(url).status_code == 200:
                return
        except httpx.TransportError:
            assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """Run the proxy before two servers."""
    _command()
    backends = (Backend(), Backend())
    with ExitStack() as stack:
        apps = [backend.app(name) for name, backend in zip("ab", backends, strict=True)]
        urls = [stack.enter_context(serving(partial(_given, app))) for app in apps]
        port, trust = stack.enter_context(proxying(tmp_path_factory.mktemp("proxy"), urls))
        yield Proxy(port, trust, backends)


def _given(app: Starlette, _address: str) -> Starlette:
    return app


def test_requests_arrive_as_they_were_sent(proxy: Proxy) -> None:
    """With the name that was asked for; where they come from is what the proxy saw, whatever they claim.

    How long browsers are to come by TLS alone, the gateway says: it knows whether the name is this machine's.
    """
    with proxy.client() as http:
        claimed = {"x-forwarded-for": "192.0.2.1", "x-forwarded-proto": "http"}
        answer = http.post("/graphql", content=b"x" * 1_000_000, headers=claimed)

    told = answer.json()
    arrived = {name: told["headers"][name] for name in ("host", "x-forwarded-for", "x-forwarded-proto")}
    assert (answer.status_code, told["size"]) == (200, 1_000_000)
    assert "strict-transport-security" not in answer.headers
    assert arrived == {
        "host": f"localhost:{proxy.port}",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-proto": "https",
    }


@pytest.mark.parametrize(
    ("within", "beyond", "status"),
    [
        ({"url": f"/graphql?{'x' * 8_183}"}, {"url": f"/graphql?{'x' * 8_184}"}, 414),
        ({"headers": {"x-long": "x" * 14_000}}, {"headers": {"x-long": "x" * 17_000}}, 400),
        (
            {"headers": {f"x-{number}": "" for number in range(90)}},
            {"headers": {f"x-{number}": "" for number in range(101)}},
            400,
        ),
        ({"content": b"x" * 2_000_000}, {"content": b"x" * 2_000_001}, 413),
    ],
    ids=["address", "head", "headers", "body"],
)
def test_what_is_too_much_is_refused(
    proxy: Proxy, within: dict[str, object], beyond: dict[str, object], status: int
) -> None:
    """Before a gateway has to look at it."""
    with proxy.client() as http:
        answers = [
            http.request(**{"method": "POST", "url": "/graphql", **given})  # type: ignore[arg-type]
            for given in (within, beyond)
        ]

    assert [answer.status_code for answer in answers] == [200, status]


@pytest.mark.parametrize(
    "sent",
    [b"POST /graphql HTTP/1.1\r\nHost: l", b"POST / HTTP/1.1\r\nHost: l\r\nContent-Length: 9\r\n\r\n1"],
)
def test_who_is_slow_is_cut_off(proxy: Proxy, sent: bytes) -> None:
    """A head that does not come, and a small body that does not, are answered by 408."""
    with proxy.raw() as slow:
        slow.sendall(sent)
        answer = slow.recv(1_000)

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_events_pass_when_they_are_sent(proxy: Proxy) -> None:
    """The first is there before the second is known."""
    with proxy.client() as http, http.stream("GET", "/events") as answer:
        lines = answer.iter_lines()
        first = next(lines)
        for backend in proxy.backends:
            backend.go_on.set()
        rest = list(lines)

    assert (first, rest) == ("data: first", ["", "data: second", ""])


def test_websockets_pass(proxy: Proxy) -> None:
    """Both ways."""
    with connect(f"wss://localhost:{proxy.port}/graphql", ssl=proxy.trust, proxy=None) as websocket:
        websocket.send("hello")
        said = websocket.recv(timeout=20)

    assert said == "hello"


def test_who_is_not_ready_gets_nothing(proxy: Proxy) -> None:
    """And everything again once it is."""
    first = proxy.backends[0]
    with proxy.client() as http:
        first.is_ready = False
        _await_names(http, {"b"})
        first.is_ready = True
        _await_names(http, {"a", "b"})


def _await_names(http: httpx.Client, wanted: set[str]) -> None:
    """Return when just those servers answer."""
    end = time.monotonic() + 30
    while {http.get("/graphql").json()["name"] for _ in range(6)} != wanted:
        assert time.monotonic() < end


@pytest.mark.verify
def test_gateways_are_restarted_without_notice_while_others_ask(tmp_path: Path) -> None:
    """As `docker compose restart` does it: nobody tells the proxy, and not one request fails."""
    require_redis()
    _command()
    secrets = {"consumer_key": "a-key", "consumer_secret": "a-secret", "session_keys": "A" * 43 + "="}
    engine = Engine(tmp_path / "containers", secrets, {"redis://redis:6379/0": REDIS})
    engine.folder.mkdir()
    container = files.composed().gateway
    try:
        gateways = [engine.start(container) for _ in range(2)]
        for gateway in gateways:
            gateway.await_ready()
        servers = [f"127.0.0.1:{gateway.port}" for gateway in gateways]
        with (
            proxying(tmp_path / "proxy", servers) as (port, trust),
            loaded(f"https://localhost:{port}", trust, "{ __typename }") as load,
        ):
            for old in gateways * 2:
                load.await_answers(20)
                old.stop()
                engine.start(container, old.port).await_ready()
                load.await_answers(20)
    finally:
        engine.close()

    assert (load.wrong, load.right >= 160) == ([], True)
