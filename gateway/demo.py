"""The demo: an origin and a gateway in front of it, started, watched and stopped as one."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_WITHIN = 60.0
"""Seconds that both servers are given to answer."""

SLACK = 10.0
"""Seconds beyond those it takes by itself that a server is given to stop before it is killed."""

_LOOK_EVERY = 0.1


class DemoFailed(Exception):
    """The demo cannot be started, or a server of it stopped by itself; the message says why."""


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Let no other demo run in *home* meanwhile; raise ``DemoFailed`` where one does.

    It would tell the origin its own address for who has signed in, and nobody would come back to the first.
    """
    with (home / "demo.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            text = f"Another demo runs in {home}. Stop it, or set GATEWAY_HOME to another folder."
            raise DemoFailed(text) from error
        yield


@dataclass(frozen=True, slots=True)
class Server:
    """A command of ours that serves, and the address that answers once it does."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    alive_at: str
    stops_within: float
    """Seconds that it takes at most by itself when it is told to stop."""


class Supervisor:
    """Runs servers as processes of their own: if one ends, all end."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self._servers = servers
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._stop = threading.Event()

    def start(self) -> None:
        """Start the servers one after the other, each once the one before it answers."""
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)
        for server in self._servers:
            command = [sys.executable, "-m", "gateway", *server.arguments]
            # A session of their own: Ctrl-C reaches only us, and we stop them in order.
            self._processes[server.name] = subprocess.Popen(  # noqa: S603 - our own command
                command,
                env={**os.environ, **server.environment},
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._await_answer(server)

    def watch(self) -> None:
        """Return when told to stop; raise ``DemoFailed`` when a server ends by itself."""
        while not self._stop.wait(_LOOK_EVERY):
            self._check_running()

    def stop(self) -> None:
        """Stop the servers, the last started first, and wait until they have ended."""
        given = {server.name: server.stops_within + SLACK for server in self._servers}
        for name, process in reversed(self._processes.items()):
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(given[name])
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @property
    def is_stopping(self) -> bool:
        """Whether somebody asked us to stop."""
        return self._stop.is_set()

    def _on_signal(self, _number: int, _frame: object) -> None:
        self._stop.set()

    def _await_answer(self, server: Server) -> None:
        end = time.monotonic() + START_WITHIN
        while not _answers(server.alive_at):
            self._check_running()
            if time.monotonic() > end:
                raise DemoFailed(f"The {server.name} did not answer within {START_WITHIN:g} s.")
            if self._stop.wait(_LOOK_EVERY):
                return

    def _check_running(self) -> None:
        for name, process in self._processes.items():
            if process.poll() is not None and not self._stop.is_set():
                raise DemoFailed(f"The {name} stopped by itself with exit code {process.returncode}.")


def _answers(url: str) -> bool:
    """Say whether *url* is answered, be it with a refusal."""
    try:
        with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - an address of our own on this machine
            return True
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return True
    except OSError:
        return False
