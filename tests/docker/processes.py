"""Starts what the files of ``docker/`` say, as processes here: only addresses and ports are others."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from gateway.serving import bind
from tests.docker import files
from tests.docker.files import Container

START_WITHIN: Final = 60.0
_LOOK_EVERY: Final = 0.05
_PORTS: Final = {"gateway": "PORT", "origin": "ORIGIN_PORT"}
_MEASURED: Final = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with bind("127.0.0.1", 0, setting="") as probe:
        port: int = probe.getsockname()[1]
        return port


@dataclass(slots=True)
class Process:
    """A container's process."""

    container: Container
    port: int
    running: subprocess.Popen[bytes]
    ready_url: str
    written: Path
    """All that it may write to."""
    log: Path

    def await_ready(self) -> None:
        """Wait until its own check says that it is ready."""
        end = time.monotonic() + START_WITHIN
        while not is_ready(self.ready_url):
            assert self.running.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(_LOOK_EVERY)

    def stop(self) -> tuple[int, float]:
        """Stop it as engines do; return how it ended, and how many seconds that took."""
        begun = time.monotonic()
        self.running.send_signal(getattr(signal, files.last("STOPSIGNAL").rest))
        status = self.running.wait(self.container.grace)
        return status, time.monotonic() - begun

    def kill(self) -> None:
        """End it, whatever it does."""
        if self.running.poll() is None:
            self.running.kill()
            self.running.wait()


def is_ready(url: str) -> bool:
    """Whether *url* is answered by success."""
    try:
        return httpx.get(url, timeout=3).status_code == 200
    except httpx.TransportError:
        return False


@dataclass(slots=True)
class Engine:
    """Runs containers: the image's command and environment, each container's own, their secrets in files."""

    folder: Path
    secrets: Mapping[str, str]
    """What is in each secret file, by its name."""
    rewritten: Mapping[str, str]
    """What stands for addresses of the files here."""
    ports: dict[str, int] = field(default_factory=dict)
    started: list[Process] = field(default_factory=list)

    def run(self, container: Container, typed: str = "") -> str:
        """Run a one-shot to its end, with *typed* as its input; return what it printed."""
        command, environment, _ = self._prepare(container, 0)
        done = subprocess.run(  # noqa: S603
            command, env=environment, input=typed, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, container: Container, port: int | None = None) -> Process:
        """Start what serves, on *port* or any that is free; it is not ready yet."""
        listens = port or free_port()
        command, environment, home = self._prepare(container, listens)
        log = home.with_suffix(".log")
        with log.open("ab") as opened:
            running = subprocess.Popen(command, env=environment, stdout=opened, stderr=opened)  # noqa: S603
        ready = f"http://127.0.0.1:{listens}{container.ready_at}"
        process = Process(container, listens, running, ready, home, log)
        self.started.append(process)
        return process

    def close(self) -> None:
        """End whatever still runs."""
        for process in reversed(self.started):
            process.kill()

    def _prepare(self, container: Container, port: int) -> tuple[list[str], dict[str, str], Path]:
        home = self.folder / f"{container.name}-{len(list(self.folder.iterdir()))}"
        home.mkdir()
        image = {name: value for name, value in files.image_environment().items() if name != "PATH"}
        told = {**image, **container.environment}
        if container.name in _PORTS:
            told[_PORTS[container.name]] = str(port)
        mapped = {name: self._mapped(value, container, home) for name, value in told.items()}
        environment = {**_MEASURED, **mapped, "PATH": os.environ["PATH"], "TMPDIR": str(home)}
        arguments = [self._mapped(word, container, home) for word in container.arguments]
        assert files.last("ENTRYPOINT").words == ["gateway"]
        return [sys.executable, "-m", "gateway", *arguments], environment, home

    def _mapped(self, value: str, container: Container, home: Path) -> str:
        if value in container.secrets:
            file = home.with_suffix(f".{container.secrets[value]}")
            file.write_text(self.secrets[container.secrets[value]])
            return str(file)
        if value == files.last("VOLUME").rest:
            return str(home)
        for said, here in self.rewritten.items():
            value = re.sub(rf"(?<![\w.]){re.escape(said)}(?![\w.])", here, value)
        return value
