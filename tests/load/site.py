"""The gateway before the origin, each a process of its own, as their commands start them."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from gateway.origin.demo.credentials import DemoCredentials, prepare_demo
from gateway.serving import bind

_START_WITHIN: Final = 60.0
_PLENTY: Final = "1000000"


@dataclass(frozen=True, slots=True)
class Server:
    """A process that serves."""

    process: "subprocess.Popen[bytes]"
    url: str
    ready: str
    log: Path

    @property
    def pid(self) -> int:
        """Return which process it is."""
        return self.process.pid

    def await_ready(self) -> None:
        """Wait until it answers probes."""
        end = time.monotonic() + _START_WITHIN
        while not self._is_ready():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)

    def end(self) -> None:
        """End it, whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def _is_ready(self) -> bool:
        try:
            return httpx.get(self.ready, timeout=3).status_code == 200
        except httpx.TransportError:
            return False


@dataclass(frozen=True, slots=True)
class Site:
    """A gateway, its origin, and who may ask."""

    origin: Server
    gateway: Server
    credentials: DemoCredentials

    def bearers(self) -> list[str]:
        """Return a token of each subscriber of the demo."""
        return [self._bearer(each.token, each.secret, each.user_id) for each in self.credentials.subscribers]

    def ask(self, query: str, variables: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401
        """Return the data that *query* is answered with."""
        body = {"query": query, "variables": variables}
        answer: Any = httpx.post(f"{self.gateway.url}/graphql", json=body, timeout=30).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def _bearer(self, token: str, secret: str, user: str) -> str:
        held = {"oauth_token": token, "oauth_token_secret": secret, "user_id": user}
        answer = httpx.post(f"{self.gateway.url}/auth/token", data=held)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])


@contextmanager
def site(folder: Path, **settings: str) -> Iterator[Site]:
    """Run origin and gateway with what they keep in *folder*; *settings* are variables of the gateway."""
    database = f"sqlite+aiosqlite:///{folder / 'origin.sqlite3'}"
    credentials = asyncio.run(prepare_demo(database, folder))
    told = {
        "ORIGIN_DATABASE": database,
        "ORIGIN_CALLS_PER_SECOND": _PLENTY,
        "ORIGIN_CALLS_PER_DAY": _PLENTY,
    }
    origin = _start(folder / "origin.log", ["origin", "serve"], told, "ORIGIN_PORT")
    told = {
        "GATEWAY_HOME": str(folder),
        "GATEWAY_ORIGIN_URL": origin.url,
        "GATEWAY_CONSUMER_KEY": credentials.consumer.key,
        "GATEWAY_CONSUMER_SECRET": credentials.consumer.secret,
        "GATEWAY_TOKEN_EXCHANGE": "true",
        "GATEWAY_CALLS_PER_SECOND": _PLENTY,
        "GATEWAY_CALLS_PER_DAY": _PLENTY,
        **settings,
    }
    gateway = _start(folder / "gateway.log", ["serve"], told, "PORT")
    try:
        origin.await_ready()
        gateway.await_ready()
        yield Site(origin, gateway, credentials)
    finally:
        gateway.end()
        origin.end()


def _start(log: Path, arguments: list[str], told: Mapping[str, str], port_variable: str) -> Server:
    with bind("127.0.0.1", 0, setting="") as probe:
        port: int = probe.getsockname()[1]
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", port_variable: str(port), **told}
    command = [sys.executable, "-m", "gateway", *arguments]
    with log.open("ab") as opened:
        process = subprocess.Popen(command, env=environment, stdout=opened, stderr=opened)  # noqa: S603
    url = f"http://127.0.0.1:{port}"
    return Server(process, url, f"{url}/health/ready", log)
