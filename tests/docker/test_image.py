"""The image: what goes into it, who runs in it, and whether its steps work."""

import re
import shlex
import shutil
import subprocess
import sys
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from gateway.cli.commands import app
from tests.docker import files
from tests.docker.files import DOCKER, ROOT


def test_what_is_copied_is_there() -> None:
    """Each file that a step copies is in the project, and let through by .dockerignore."""
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [
        name
        for stage in files.stages()
        for each in stage
        if each.word == "COPY" and not each.rest.startswith("--from")
        for name in each.words[:-1]
    ]

    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert [name for name in copied if not {name, name.partition("/")[0]} & let_in] == []
    assert [name for name in let_in if not (ROOT / name).exists()] == []


def test_stages_that_are_copied_from_are_there() -> None:
    """A stage is copied from by the name that it has."""
    text = (DOCKER / "Dockerfile").read_text()

    assert set(re.findall(r"--from=(\w+)", text)) == set(
        re.findall(r"^FROM \S+ AS (\w+)$", text, re.MULTILINE)
    )


def test_nothing_runs_as_root() -> None:
    """The user is a number, so that Kubernetes can tell; it owns the one folder that may be written to."""
    made = " ".join(each.rest for each in files.stages()[-1] if each.word == "RUN")

    assert files.last("USER").rest == "10001:10001"
    assert "--uid 10001" in made
    assert "--owner gateway" in made
    assert made.split()[-1] == files.last("VOLUME").rest == files.image_environment()["GATEWAY_HOME"]


def test_the_command_is_ours() -> None:
    """The image runs the script that the package installs, with a command that it knows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert files.last("ENTRYPOINT").words == ["gateway"]
    assert "gateway" in project["scripts"]
    assert files.last("CMD").words[0] in {each.name for each in app.registered_commands}


@contextmanager
def _answering(status: int) -> Iterator[str]:
    """Answer everything with *status*; give the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/health/live"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "told"), [(200, 0), (503, 1)])
def test_the_health_check_tells(status: int, told: int) -> None:
    """The check that the image runs ends with 0 for success alone, and by failure when nobody listens."""
    words = files.last("HEALTHCHECK").rest.partition("CMD ")[2]
    assert tuple(files.Instruction("CMD", words).words[1:]) == (
        "/opt/healthy.py",
        "http://127.0.0.1:8000/health/live",
    )

    with _answering(status) as address:
        assert _checked(address) == told
    assert _checked(address) == 1


def _checked(url: str) -> int:
    command = [sys.executable, str(DOCKER / "healthy.py"), url]
    return subprocess.run(command, capture_output=True, check=False, timeout=30).returncode  # noqa: S603


@pytest.mark.verify
def test_the_steps_of_the_build_work(tmp_path: Path) -> None:
    """The wheel has GraphiQL's files, the migrations and the catalog; what is installed runs, and traces."""
    if not (ROOT / "gateway/explorer/dist/index.html").exists():
        pytest.skip("GraphiQL is not built here: make explorer")
    src, wheels, venv = (tmp_path / name for name in ("src", "wheels", "venv"))
    for name in ("LICENSE", "README.md", "pyproject.toml", "requirements.txt"):
        src.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, src / name)
    shutil.copytree(
        ROOT / "gateway", src / "gateway", ignore=shutil.ignore_patterns("node_modules", "__pycache__")
    )
    steps = [each.rest for each in files.stages()[1] if each.word == "RUN"]
    assert len(steps) == 3

    for step in steps:
        mapped = step.replace("/opt/gateway", str(venv)).replace("/wheels", str(wheels))
        command = re.sub(r"^python ", f"{shlex.quote(sys.executable)} ", mapped)
        subprocess.run(command, shell=True, cwd=src, check=True, capture_output=True)  # noqa: S602
    with zipfile.ZipFile(next(wheels.iterdir())) as wheel:
        packed = set(wheel.namelist())
    ran = subprocess.run(  # noqa: S603
        [venv / "bin/gateway", "schema"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    subprocess.run([venv / "bin/python", "-c", "import opentelemetry.sdk"], check=True)  # noqa: S603

    wanted = {
        str(file.relative_to(ROOT))
        for pattern in (
            "gateway/**/*.py",
            "gateway/explorer/dist/**/*",
            "gateway/origin/catalog/embedded/**/*",
        )
        for file in ROOT.glob(pattern)
        if file.is_file() and not {"node_modules", "__pycache__"} & set(file.parts)
    }
    assert wanted - packed == set()
    assert {name for name in packed if "node_modules" in name or "explorer/src" in name} == set()
    assert ran.stdout == (ROOT / "schema.graphql").read_text()
