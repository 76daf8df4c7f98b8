"""What others make for GraphQL works as it is: GraphQL Code Generator, TypeScript, Relay, Apollo's client."""

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest

from gateway.edge.documents import Documents
from gateway.edge.limits import Limits
from gateway.edge.persisted import manifest
from gateway.edge.persisted.trusted import Mode, faults
from gateway.origin.demo.credentials import DemoCredentials
from gateway.schema.query import make_schema
from tests.end_to_end.stack import PlainClient, Stack, stack
from tests.gateway.graph import USER

SOURCES: Final = Path(__file__).parent / "typescript"
SCHEMA: Final = Path(__file__).parents[2] / "schema.graphql"
INSTALL: Final = ("ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts")


def give_up(why: str) -> NoReturn:
    """Skip, or fail where these tests are demanded."""
    if os.environ.get("CI_DEMANDS_EXPLORER") == "1":
        pytest.fail(why)
    pytest.skip(why)


def _run(
    folder: Path, *command: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own arguments
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=180, check=False
    )


@pytest.fixture(scope="module")
def packages(request: pytest.FixtureRequest) -> Path:
    """Return a folder with the compilers, installed once for each state of the lock file."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        give_up("node and npm are not here")
    assert request.config.cache is not None
    lock = hashlib.sha256((SOURCES / "package-lock.json").read_bytes()).hexdigest()[:16]
    installed = request.config.cache.mkdir("typescript") / lock
    if installed.exists():
        return installed
    # Whoever is first moves it to its place as a whole.
    making = installed.with_suffix(f".{os.getpid()}")
    making.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(SOURCES / name, making)
    try:
        done = _run(making, npm, *INSTALL)
    except subprocess.TimeoutExpired:
        give_up("npm did not get the compilers within three minutes")
    if done.returncode != 0:
        give_up(f"npm cannot get the compilers: {done.stderr[:200]}")
    making.rename(installed)
    return installed


@pytest.fixture
def project(packages: Path, tmp_path: Path) -> Path:
    """Return a copy of the sources with the schema and the compilers."""
    folder = tmp_path / "project"
    shutil.copytree(SOURCES, folder, ignore=shutil.ignore_patterns("node_modules"))
    shutil.copy(SCHEMA, folder)
    (folder / "node_modules").symlink_to(packages / "node_modules")
    return folder


def compiled(project: Path) -> Path:
    """Return the program that is made of the schema and the client."""
    tools = project / "node_modules" / ".bin"
    for command in (("graphql-codegen", "--config", "codegen.ts"), ("tsc", "--project", ".")):
        done = _run(project, str(tools / command[0]), *command[1:])
        assert done.returncode == 0, done.stdout + done.stderr
    return project / "out" / "client.js"


@pytest.fixture
def running(changing: tuple[str, DemoCredentials]) -> Iterator[Stack]:
    """Run the whole for the demo's subscribers."""
    url, credentials = changing
    with stack(url, people=credentials.subscribers) as running:
        yield running


def test_a_typed_client_asks_and_changes(
    project: Path, running: Stack, changing: tuple[str, DemoCredentials]
) -> None:
    """What is generated is typed as the schema says, and what it gets is what the origin has.

    The client's source has mistakes that only a schema of its types refuses; it would not compile otherwise.
    """
    ann = changing[1].subscribers[0]
    client = compiled(project)

    done = _run(
        project, "node", str(client), f"{running.graph}/graphql", json.dumps({USER: ann.user_id}), "jaws"
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert _listed(project / "src" / "gql" / "persisted-documents.json") == 3
    shown = json.loads(done.stdout)
    with closing(PlainClient(running, ann)) as plain:
        found = plain.read(f"{running.origin}/catalog/titles?term=jaws")
        queue = plain.read(f"{running.origin}/users/{ann.user_id}/queues/instant")
    assert shown["count"] == int(found.findtext("number_of_results") or 0)
    assert (shown["name"], shown["year"], shown["seconds"]) == (
        "Jaws",
        1975,
        int(found.findtext("catalog_title/runtime") or 0),
    )
    assert "INSTANT 2010-01-01T00:00:00Z" in shown["opens"]
    assert shown["places"] == [1]
    first = queue.find("queue_item/title")
    assert first is not None
    assert first.get("regular") == "Jaws"


def test_relay_takes_the_schema(project: Path) -> None:
    """Relay compiles connections, pages, nodes that are found again, a change and a subscription.

    What it lists are documents that the gateway would trust.
    """
    relay = project / "relay"
    (relay / "artifacts").mkdir()
    (relay / "persisted.json").write_text("{}")  # It only adds to a list.

    done = _run(relay, str(project / "node_modules" / ".bin" / "relay-compiler"))

    assert done.returncode == 0, done.stdout + done.stderr
    assert _listed(relay / "persisted.json") == 6
    made = {path.name.partition(".")[0] for path in (relay / "artifacts").iterdir()}
    assert made >= {
        "QueueTitlesPageQuery",
        "QueueTitleQuery",
        "QueueItemsPageQuery",
        "QueueAddMutation",
        "QueueChangedSubscription",
    }


def _listed(path: Path) -> int:
    """Return how many documents the list at *path* has, all of which can be answered."""
    listed = manifest.read(path)
    documents = Documents(make_schema().core, Limits(depth=11))  # Relay asks through edges and nodes.
    assert asyncio.run(faults(listed, documents)) == []
    return len(listed)


JAWS: Final = 'query Jaws {\n  titles(search: "jaws", first: 1) {\n    totalCount\n  }\n}'
FOUND: Final = {"titles": {"__typename": "TitleConnection", "totalCount": 1}}
HELLO: Final = "query Hello {\n  __typename\n}"
SAID: Final = ["POST", True, 200]


def _apollo(project: Path, running: Stack, method: str, *documents: str, **ids: str) -> Any:  # noqa: ANN401
    """Have Apollo's client ask *documents*; return what it sent, and what it got."""
    command = ("node", "apollo.mjs", f"{running.graph}/graphql", method, *documents)
    done = _run(project, *command, env={**os.environ, "IDS": json.dumps(ids)})
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


@pytest.mark.parametrize("method", ["POST", pytest.param("GET", marks=pytest.mark.verify)])
def test_apollos_client_registers_what_it_asks(method: str, project: Path, embedded_url: str) -> None:
    """The hash alone, then both, then the hash alone; a document that was dropped is registered anew."""
    with stack(embedded_url, persisted_queries=1) as running:
        told = _apollo(project, running, method, JAWS, JAWS, HELLO, JAWS)
        asked = running.counter.requests

    unknown, known = [method, False, 400], [method, False, 200]
    assert told["sent"] == [unknown, SAID, known, unknown, SAID, unknown, SAID]
    assert told["answers"] == [FOUND, FOUND, {"__typename": "Query"}, FOUND]
    assert asked == [["/catalog/titles"]] * 3


@pytest.mark.verify
def test_apollos_client_does_without(project: Path, embedded_url: str) -> None:
    """Once it hears that nothing can be registered, it asks with whole documents."""
    with stack(embedded_url, persisted_queries=0) as running:
        told = _apollo(project, running, "POST", HELLO, HELLO)

    assert told == {"sent": [["POST", False, 400], SAID, SAID], "answers": [{"__typename": "Query"}] * 2}


def test_apollos_client_asks_by_listed_ids(project: Path, embedded_url: str) -> None:
    """What is listed is answered by its id, and nothing else is."""
    path = project / "list.json"
    path.write_text(json.dumps({"jaws-1": JAWS}))
    with stack(embedded_url, trusted_documents=(path,), trusted_mode=Mode.ENFORCE) as running:
        told = _apollo(project, running, "POST", JAWS, HELLO, Jaws="jaws-1", Hello="hello-1")

    assert told["sent"] == [["POST", False, 200], ["POST", False, 400]]
    assert told["answers"] == [{"titles": {"totalCount": 1}}, "TRUSTED_DOCUMENT_REQUIRED"]
