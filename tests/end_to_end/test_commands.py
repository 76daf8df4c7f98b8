"""The command ``gateway`` and the Makefile as a user meets them."""

import gc
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import httpx
import orjson
import pytest

from gateway.cli import main
from gateway.demo import alone
from tests.end_to_end.command import invoke
from tests.end_to_end.stack import Stack
from tests.gateway.auth.house import House, Person

ROOT = Path(__file__).parents[2]

_MEASURED = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
"""What lets coverage look into processes, too."""


def _run(*arguments: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "gateway", *arguments],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **_MEASURED, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _demo(home: Path, port: int, origin_port: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", "demo"],
        env={
            **_MEASURED,
            "PATH": os.environ["PATH"],
            "GATEWAY_HOME": str(home),
            "PORT": str(port),
            "ORIGIN_PORT": str(origin_port),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _read_until(process: subprocess.Popen[str], last: str) -> str:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if last in line:
            break
    return "".join(lines)


def _sign_in(home: Path, port: int, origin_port: int) -> tuple[str, str]:
    """Sign in as a subscriber of the demo; return who the gateway says that is, and who it should be."""
    someone = orjson.loads((home / "demo.json").read_bytes())["subscribers"][0]
    demo = House(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{origin_port}", home, "")
    person = Person(demo, someone["login"], someone["password"])
    person.sign_in()
    session = person.session()
    person.http.close()
    return session["user"]["id"], someone["user_id"]


def test_demo_serves_both_and_stops_cleanly(tmp_path: Path) -> None:
    """The demo prints addresses, credentials and a query that works, people may sign in, Ctrl-C ends all."""
    port, origin_port = _free_port(), _free_port()
    with _demo(tmp_path, port, origin_port) as process:
        printed = _read_until(process, "Ctrl-C stops both.")
        curl = next(line for line in printed.splitlines() if line.strip().startswith("curl"))
        payload = next(line for line in printed.splitlines() if line.strip().startswith("-d"))
        body = payload.strip().removeprefix("-d '").removesuffix("'")
        answer = httpx.post(
            f"http://127.0.0.1:{port}/graphql", content=body, headers={"content-type": "application/json"}
        ).json()
        signed_in, someone = _sign_in(tmp_path, port, origin_port)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=30)

    assert signed_in == someone
    assert f"http://127.0.0.1:{port}/graphql" in curl
    assert "consumer key" in printed
    assert "secret" in printed
    names = [node["name"]["regular"] for node in answer["data"]["titles"]["nodes"]]
    assert len(names) == 5
    assert "Shakespeare in Love" in names or "Love Actually" in names
    assert process.returncode == 0
    assert rest.strip().endswith("Stopped.")
    for closed in (port, origin_port):
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.1:{closed}/")


def test_demo_ends_when_a_server_dies(tmp_path: Path) -> None:
    """When one of the two servers dies, the demo stops the other, says so and fails."""
    port, origin_port = _free_port(), _free_port()
    with _demo(tmp_path, port, origin_port) as process:
        _read_until(process, "Ctrl-C stops both.")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        if not children.exists():
            pytest.skip("this system does not list a process's children")
        origin = int(children.read_text().split()[0])
        os.kill(origin, signal.SIGKILL)
        rest, _ = process.communicate(timeout=30)

    assert process.returncode == 1
    assert "The origin stopped by itself with exit code -9." in rest
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("variable", ["PORT", "ORIGIN_PORT"])
def test_a_port_in_use_is_one_sentence(tmp_path: Path, variable: str) -> None:
    """A port that is taken is named, with the variable to change; exit code 1."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ports = {"PORT": str(_free_port()), "ORIGIN_PORT": str(_free_port()), variable: str(port)}
        result = _run("demo", env={"GATEWAY_HOME": str(tmp_path), **ports})

    assert result.returncode == 1
    sentence = f"Port {port} on 127.0.0.1 cannot be used: Address already in use. "
    assert result.stderr == f"{sentence}Set {variable} to another port.\n"


def test_two_servers_want_two_ports(tmp_path: Path) -> None:
    """Otherwise the origin would be taken for the gateway, and the demo called ready."""
    port = str(_free_port())
    result = invoke("demo", GATEWAY_HOME=str(tmp_path), PORT=port, ORIGIN_PORT=port)

    assert result.exit_code == 1
    sentence = f"PORT and ORIGIN_PORT are both {port}. Set one of them to another port."
    assert (result.stdout, result.stderr) == ("", f"{sentence}\n")


def test_the_demo_wants_a_port_that_it_can_tell(tmp_path: Path) -> None:
    """Any that is free is for an origin alone: the gateway would not know where it is."""
    result = invoke(
        "demo", GATEWAY_HOME=str(tmp_path), PORT=str(_free_port()), ORIGIN_PORT="0", COLUMNS="120"
    )

    assert (result.exit_code, "ORIGIN_PORT" in result.stderr) == (2, True)


def test_a_folder_has_one_demo(tmp_path: Path) -> None:
    """A second would lead people who sign in at the first to itself; after the first there may be one."""
    ports = {"PORT": str(_free_port()), "ORIGIN_PORT": str(_free_port())}
    with alone(tmp_path):
        result = invoke("demo", GATEWAY_HOME=str(tmp_path), **ports)
    with alone(tmp_path):
        pass

    assert result.exit_code == 1
    sentence = f"Another demo runs in {tmp_path}. Stop it, or set GATEWAY_HOME to another folder."
    assert (result.stdout, result.stderr) == ("", f"{sentence}\n")


def test_an_unwritable_folder_is_one_sentence(tmp_path: Path) -> None:
    """A data folder that nothing can be written to is named; exit code 1."""
    occupied = tmp_path / "file"
    occupied.touch()
    ports = {"PORT": str(_free_port()), "ORIGIN_PORT": str(_free_port())}
    result = invoke("demo", GATEWAY_HOME=str(occupied / "home"), **ports)

    assert result.exit_code == 1
    path = occupied / "home"
    why = "nothing can be written there (Not a directory)"
    assert result.stderr == f"The database {path} cannot be used: {why}.\n"


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        (
            {},
            "GATEWAY_ORIGIN_URL is missing: set it to the address of the REST API, as http://127.0.0.1:8001.",
        ),
        (
            {"GATEWAY_ORIGIN_URL": "http://o.test", "GATEWAY_CONSUMER_KEY": "k"},
            "GATEWAY_CONSUMER_SECRET is missing: set it to the secret of your consumer key.",
        ),
        (
            {
                "GATEWAY_ORIGIN_URL": "ftp://o.test",
                "GATEWAY_CONSUMER_KEY": "k",
                "GATEWAY_CONSUMER_SECRET": "s",
            },
            "GATEWAY_ORIGIN_URL: The origin's address is http or https, a host, "  # noqa: ISC004
            "and at most a port and a path.",
        ),
        (
            {
                "GATEWAY_ORIGIN_URL": "http://o.test",
                "GATEWAY_CONSUMER_KEY": "k",
                "GATEWAY_CONSUMER_SECRET": "s",
                "GATEWAY_BULK_LIMIT": "many",
            },
            "GATEWAY_BULK_LIMIT must be a whole number, not many.",
        ),
    ],
)
def test_serve_refuses_wrong_settings_by_name(environment: Mapping[str, str], sentence: str) -> None:
    """A setting that is missing or wrong is refused at start, by its name; exit code 1."""
    result = invoke("serve", **environment)

    assert (result.exit_code, result.stderr) == (1, f"{sentence}\n")


NEEDED = {
    "GATEWAY_ORIGIN_URL": "http://o.test",
    "GATEWAY_CONSUMER_KEY": "k",
    "GATEWAY_CONSUMER_SECRET": "s",
}


@pytest.mark.parametrize("url", ["collector", "127.0.0.1:4318", "ftp://collector", "http://"])
def test_traces_go_to_a_url(tmp_path: Path, url: str) -> None:
    """What is no URL would be found out by the first span alone, in the log."""
    found = {"GATEWAY_HOME": str(tmp_path), "PORT": str(_free_port()), "OTEL_EXPORTER_OTLP_ENDPOINT": url}

    result = invoke("serve", **NEEDED, **found)

    sentence = f"OTEL_EXPORTER_OTLP_ENDPOINT must be a URL as http://127.0.0.1:4318, not {url}.\n"
    assert (result.exit_code, result.stderr) == (1, sentence)


@pytest.mark.parametrize(
    ("command", "name", "meant"),
    [
        ("serve", "GATEWAY_ORIGIN_TIMOUT", "GATEWAY_ORIGIN_TIMEOUT"),
        ("serve", "GATEWAY_MAX_DEEP", "GATEWAY_MAX_DEPTH"),
        ("origin serve", "ORIGIN_PUBLIC_URI", "ORIGIN_PUBLIC_URL"),
    ],
)
def test_a_misspelt_setting_is_told(command: str, name: str, meant: str) -> None:
    """With the name that is nearest, and never with its value; the start itself goes on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = invoke(*command.split(), **NEEDED, **{name: "CANARY", "PORT": port, "ORIGIN_PORT": port})

    assert result.stderr.splitlines()[0] == f"{name} is no setting, and means nothing. Is it {meant}?"
    assert "CANARY" not in result.stderr


def test_schema_prints_the_committed_schema() -> None:
    """The committed schema.graphql is what ``gateway schema`` prints."""
    result = _run("schema", env={})

    assert result.stdout == (ROOT / "schema.graphql").read_text()


def test_import_says_what_it_did_and_can_be_repeated(
    tmp_path: Path, netflix_table: Callable[..., Path]
) -> None:
    """The importer reports new, matched, mended and skipped rows; the second time nothing is new."""
    table = netflix_table(tmp_path / "titles.csv", 60)
    home = {"GATEWAY_HOME": str(tmp_path / "home")}

    first = invoke("origin", "import", "netflix-titles", str(table), **home)
    second = invoke("origin", "import", "netflix-titles", str(table), **home)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stdout.startswith("60 rows read: ")
    assert ", 0 imported" not in first.stdout
    assert "60 rows read: 0 imported, " in second.stdout


def test_a_file_that_is_no_table_is_one_sentence(tmp_path: Path) -> None:
    """A file that is not the table is refused, and nothing is imported."""
    file = tmp_path / "notes.csv"
    file.write_text("colour,weight\nred,3\n")

    result = invoke("origin", "import", "netflix-titles", str(file), GATEWAY_HOME=str(tmp_path))

    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) == 1
    assert str(file) in result.stderr


@pytest.mark.parametrize(
    "arguments", [[], ["demo"], ["serve"], ["schema"], ["origin"], ["origin", "serve"], ["origin", "import"]]
)
def test_every_command_explains_itself(arguments: list[str]) -> None:
    """Each command has a help text that says what it is for."""
    result = invoke(*arguments, "--help", COLUMNS="120")

    assert result.exit_code == 0
    assert "Usage:" in result.stdout
    assert len(result.stdout) > 300


def test_the_version_is_told() -> None:
    """As the package says it."""
    done = invoke("--version")

    assert (done.exit_code, done.stdout) == (0, f"{version('netflix-graphql-gateway')}\n")


def test_what_a_command_loads_is_never_taken_for_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Garbage is looked for again once a command runs, but not in what was there before."""
    monkeypatch.setattr("sys.argv", ["gateway", "--version"])
    gc.freeze()
    frozen, there_before = gc.get_freeze_count(), [[number] for number in range(1000)]

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 0
    assert gc.isenabled()
    assert gc.get_freeze_count() >= frozen + len(there_before)


def test_a_python_that_is_too_old_is_one_sentence(tmp_path: Path) -> None:
    """The Makefile names the Python it needs before it builds anything."""
    if shutil.which("make") is None:
        pytest.skip("there is no make here")
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements.txt").touch()
    (tmp_path / "pyproject.toml").touch()
    old = tmp_path / "python"
    old.write_text(
        f"#!/bin/sh\nexec {sys.executable} -c 'import sys; "
        'sys.version_info = (3, 9, 2); sys.version = "3.9.2 (old)"; exec(sys.argv[1])\' "$2"\n'
    )
    old.chmod(0o755)

    result = subprocess.run(  # noqa: S603
        ["make", "env", f"PYTHON={old}"],  # noqa: S607
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode != 0
    assert result.stderr.startswith("Python 3.11 or newer is needed; this is 3.9.2.")
    assert not (tmp_path / ".venv").exists()


@pytest.fixture
def query_file(tmp_path: Path) -> Path:
    """Return a file with a query of three relationships and a variable."""
    file = tmp_path / "query.graphql"
    file.write_text(
        """query ($first: Int!) { titles(search: "jaws", first: $first) { nodes {
            synopsis cast { name filmography { nodes { name { regular } } } }
        } } }"""
    )
    return file


TREE = """Calls: expected {}
└── titles (search) asked for, level 1: 1 call, {} found, with synopsis
    ├── nodes.synopsis (synopsis) comes along, {} found
    └── nodes.cast (cast) asked for, level 2: {} calls, {} found, with filmography
        └── filmography (filmography) comes along, {} found"""


def test_explain_plans_without_a_gateway(query_file: Path) -> None:
    """The plan is a tree, and needs nothing but the query."""
    done = invoke("explain", str(query_file), "--variables", '{"first": 2}')

    assert done.exit_code == 0, done.stderr
    assert done.stdout.strip() == TREE.format(3, 2, 2, 2, 16, 80)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--variables", "[1]"], "The variables are not an object of JSON."),
        (["--url", "http://127.0.0.1:9/graphql"], "does not answer as a gateway"),
    ],
)
def test_explain_says_what_is_wrong(query_file: Path, arguments: list[str], sentence: str) -> None:
    """What a user can put right is one sentence."""
    done = invoke("explain", str(query_file), *arguments)

    assert (done.exit_code, sentence in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_explain_refuses_an_invalid_query(tmp_path: Path) -> None:
    """A query that is none of this graph is refused with GraphQL's own words."""
    file = tmp_path / "query.graphql"
    file.write_text("{ nothing }")

    done = invoke("explain", str(file))

    assert (done.exit_code, "Cannot query field 'nothing'" in done.stderr) == (1, True)


def test_explain_wants_one_operation(tmp_path: Path) -> None:
    """Of several nobody says which."""
    file = tmp_path / "query.graphql"
    file.write_text("query A { __typename } query B { __typename }")

    done = invoke("explain", str(file))

    assert (done.exit_code, "The file must have one operation." in done.stderr) == (1, True)


def test_explain_refuses_what_is_no_text(tmp_path: Path) -> None:
    """A file that is not UTF-8 is named in one sentence."""
    file = tmp_path / "query.graphql"
    file.write_bytes(b"\xff")

    done = invoke("explain", str(file))

    assert (done.exit_code, f"{file} cannot be read" in done.stderr, "Traceback" in done.stderr) == (
        1,
        True,
        False,
    )


def test_audit_refuses_an_expression_that_is_none() -> None:
    """What ``--only`` cannot be is said before anything is asked."""
    keys = ("--consumer-key", "a", "--consumer-secret", "b")

    done = invoke("audit", "http://127.0.0.1:9", *keys, "--only", "(", COLUMNS="120")

    assert (done.exit_code, "no regular expression" in done.stderr) == (2, True)


def test_explain_tells_what_happened(query_file: Path, embedded: Stack) -> None:
    """A running gateway executes the query, and each of its requests is told with its entries."""
    asked = ["explain", str(query_file), "--variables", '{"first": 1}', "--url"]

    planned = invoke(*asked, embedded.graph).stdout  # The graph is at its usual address there.
    analyzed = invoke(*asked, f"{embedded.graph}/graphql", "--analyze").stdout

    assert planned.startswith("Calls: expected 2, actual 0, budget 1000\n└── titles (search) asked for")
    assert analyzed.startswith("Calls: expected 2, actual 2, budget 1000\n└── titles (search) asked for")
    assert "Upstream: 2 requests, 2 calls" in analyzed
    assert "/catalog/titles with synopsis" in analyzed
    assert "/cast with filmography" in analyzed
