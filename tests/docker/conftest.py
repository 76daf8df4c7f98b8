"""What the files of ``docker/`` start, running on this machine."""

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.databases import PostgreSQLDatabases
from tests.docker import files
from tests.docker.balancer import Balancer, balancing
from tests.docker.files import DOCKER, Deployment
from tests.docker.processes import Engine, Process, free_port
from tests.gateway.auth.house import ALICE, PASSWORD, House, Person
from tests.services import REDIS, require_redis

_ADD_USER: Final = ("origin", "user", "add", ALICE, "--name", "Alice Liddell", "--password-stdin")


@dataclass(slots=True)
class Running:
    """All that was started, behind its proxy."""

    deployment: Deployment
    engine: Engine
    origin: Process
    gateways: list[Process]
    graph: Balancer
    house: House
    """Where people find it."""
    trust: ssl.SSLContext
    printed: list[str]
    """What the one-shots said."""
    certificate: Path

    def ask(self, query: str, process: Process | None = None) -> httpx.Response:
        """Ask the graph, by the proxy or one gateway itself."""
        url = f"http://127.0.0.1:{process.port}" if process else self.house.url
        headers = {"x-gateway-explain": "analyze"}
        with httpx.Client(verify=self.trust, timeout=60) as http:
            return http.post(f"{url}/graphql", json={"query": query}, headers=headers)

    def person(self) -> Person:
        """Return Alice, with a browser that opens a connection for each request."""
        alone = httpx.Limits(max_keepalive_connections=0)
        return Person(self.house, ALICE, PASSWORD, httpx.Client(verify=self.trust, timeout=60, limits=alone))

    def add_alice(self) -> None:
        """Add a subscriber to the origin, as whoever runs it does."""
        adding = replace(self.deployment.one_shots[0], name="adding", arguments=_ADD_USER)
        self.engine.run(adding, typed=f"{PASSWORD}\n")

    def start_gateway(self, port: int | None = None) -> Process:
        """Start a gateway; it gets requests once it is ready."""
        process = self.engine.start(self.deployment.gateway, port)
        process.await_ready()
        self.graph.add(process.ready_url)
        return process


def _read(graph_url: str, origin_url: str, name: str) -> tuple[Deployment, dict[str, str]]:
    """Return what the files say, and what stands for their public addresses here."""
    if name == "compose":
        return files.composed({"GRAPH_URL": graph_url, "ORIGIN_URL": origin_url}), {}
    deployment = files.orchestrated()
    told = deployment.gateway.environment
    return deployment, {told["GATEWAY_PUBLIC_URL"]: graph_url, told["GATEWAY_ORIGIN_URL"]: origin_url}


def _secrets(folder: Path, database_url: str) -> dict[str, str]:
    """Return the secrets that the script makes, and the addresses of this machine's servers."""
    subprocess.run([DOCKER / "make-secrets.sh", folder], check=True, timeout=60)  # noqa: S603
    made = {file.name: file.read_text() for file in folder.iterdir()}
    return {**made, "database_url": database_url, "redis_url": REDIS}


@pytest.fixture(scope="module", params=["compose", pytest.param("kubernetes", marks=pytest.mark.verify)])
def running(
    request: pytest.FixtureRequest,
    postgresql_server: PostgreSQLDatabases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Running]:
    """Start a deployment, on a database of its own and this machine's Redis."""
    require_redis()
    name = str(request.param)
    with ExitStack() as stack:
        yield _start(name, postgresql_server.make(), tmp_path_factory.mktemp(name), stack)


def _start(name: str, database_url: str, folder: Path, stack: ExitStack) -> Running:
    secrets = _secrets(folder / "secrets", database_url)
    certificate = folder / "secrets/tls.pem"
    graph, api = (stack.enter_context(balancing(free_port(), certificate)) for _ in range(2))
    graph_url, origin_url = (f"https://localhost:{each.port}" for each in (graph, api))
    deployment, rewritten = _read(graph_url, origin_url, name)
    origin_port = free_port()
    rewritten |= {
        "0.0.0.0": "127.0.0.1",  # noqa: S104 - a test is for this machine alone
        "http://origin:8001": f"http://127.0.0.1:{origin_port}",
        "redis://redis:6379/0": REDIS,
    }
    engine = Engine(folder / "containers", secrets, rewritten)
    engine.folder.mkdir()
    stack.callback(engine.close)
    printed = [engine.run(each) for each in deployment.one_shots]
    origin = engine.start(deployment.origin, origin_port)
    gateways = [engine.start(deployment.gateway) for _ in range(deployment.gateway.replicas)]
    for proxy, process in ((api, origin), *((graph, each) for each in gateways)):
        process.await_ready()
        proxy.add(process.ready_url)
    trust = ssl.create_default_context(cafile=certificate)
    house = House(graph_url, origin_url, folder, database_url)
    return Running(deployment, engine, origin, gateways, graph, house, trust, printed, certificate)
