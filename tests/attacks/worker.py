"""A gateway as a process of its own, and what the kernel says that it uses."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from gateway.serving import bind

MIB: Final = 1024 * 1024
_MEASURED: Final = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
_START_WITHIN: Final = 60.0
_LOOK_EVERY: Final = 0.05


@dataclass(frozen=True, slots=True)
class Process:
    """A server of ours that runs."""

    running: subprocess.Popen[bytes]
    url: str
    log: Path
    """What it writes."""

    @property
    def resident(self) -> int:
        """Bytes of memory that it has now."""
        return self._memory("VmRSS")

    @property
    def peak(self) -> int:
        """The most bytes that it has had since ``forget_peak``."""
        return self._memory("VmHWM")

    @property
    def files(self) -> int:
        """How many it has open."""
        return len(list(Path(f"/proc/{self.running.pid}/fd").iterdir()))

    @property
    def free_file(self) -> int:
        """The lowest descriptor that it does not use now."""
        used = {int(each.name) for each in Path(f"/proc/{self.running.pid}/fd").iterdir()}
        return next(each for each in range(len(used) + 1) if each not in used)

    @property
    def seconds(self) -> float:
        """How long processors have worked for it."""
        user, system = self._read("stat").rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def forget_peak(self) -> None:
        """Let the peak be what there is now (proc(5), clear_refs)."""
        Path(f"/proc/{self.running.pid}/clear_refs").write_text("5")

    def _memory(self, name: str) -> int:
        lines = self._read("status").splitlines()
        return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1]) * 1024

    def _read(self, name: str) -> str:
        return Path(f"/proc/{self.running.pid}/{name}").read_text()


@contextmanager
def gateway_before(
    origin: str,
    home: Path,
    settings: Mapping[str, str] | None = None,
    *,
    files: int | None = None,
    module: str = "gateway",
) -> Iterator[Process]:
    """Run ``gateway serve`` before *origin*, as somebody whom no allowance holds back.

    It may have so many *files* open at once, if that is said; another *module* may serve it.
    """
    told = {
        "GATEWAY_ORIGIN_URL": origin,
        "GATEWAY_CONSUMER_KEY": "key",
        "GATEWAY_CONSUMER_SECRET": "secret",
        "GATEWAY_HOME": str(home),
        "GATEWAY_LOG_LEVEL": "WARNING",
        "GATEWAY_CALLS_PER_SECOND": "100000",
        "GATEWAY_CALLS_PER_DAY": "100000000",
        **(settings or {}),
    }
    with _served(told, home, module, files) as process:
        yield process


@contextmanager
def _served(told: Mapping[str, str], home: Path, module: str, files: int | None) -> Iterator[Process]:
    with bind("127.0.0.1", 0, setting="") as probe:
        port: int = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    log = home / f"gateway-{port}.log"
    environment = {
        "PATH": os.environ["PATH"],
        **_MEASURED,
        "PORT": str(port),
        **told,
    }
    command = [sys.executable, "-m", module, "serve"]
    if files is not None:
        command = ["sh", "-c", f'ulimit -n {files}; exec "$0" "$@"', *command]
    with log.open("wb") as written:
        running = subprocess.Popen(command, env=environment, stdout=written, stderr=written)  # noqa: S603
    process = Process(running, url, log)
    try:
        _await_answer(process, f"{url}/health/live")
        yield process
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _await_answer(process: Process, url: str) -> None:
    end = time.monotonic() + _START_WITHIN
    while True:
        try:
            httpx.get(url, timeout=3)
        except httpx.TransportError:
            assert process.running.poll() is None, process.log.read_text()
            assert time.monotonic() < end, process.log.read_text()
            time.sleep(_LOOK_EVERY)
        else:
            return
