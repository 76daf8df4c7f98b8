"""The audits of GraphQL over HTTP: npm's own where node is, and what they mean everywhere."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.gateway.graph import Graph
from tests.gateway.queues import QueueOrigin, live

pytestmark = pytest.mark.anyio

JS: Final = Path(__file__).parent / "js"
INSTALL: Final = ("ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts")

OLD, NEW, ANY = "application/json", "application/graphql-response+json", "*/*"
HELLO: Final = {"query": "{ __typename }"}
NAMED: Final = {"query": "query Query { __typename }", "operationName": "Query"}
TYPED: Final = {
    "query": "query Type($name: String!) { __type(name: $name) { name } }",
    "variables": {"name": "sometype"},
}
UNKNOWN: Final = {"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }"}
NOT_COERCED: Final = {"query": "query CoerceFailure($id: ID!) { __typename }", "variables": {"id": None}}
FAULTY: Final = (400, 499)


@dataclass(frozen=True, slots=True)
class Audit:
    """A request, and what must be true of its answer."""

    asked: Mapping[str, object] | str | None
    accept: str | None = None
    status: int | tuple[int, int] = 200
    content_type: str = "application/json; charset=utf-8"
    """Of the request; empty for none."""
    answers: str = ""
    """The media type of the answer, where it matters."""
    has: bool | None = None
    """Whether the answer must have data and no errors, or errors and no data."""
    method: str = "POST"


def _wrong(name: str, values: tuple[object, ...], code: str) -> dict[str, Audit]:
    return {f"{code}{index}": Audit({**HELLO, name: value}, status=400) for index, value in enumerate(values)}


def _nulls() -> dict[str, Audit]:
    names = ("variables", "operationName", "extensions")
    return {
        f"{code}{index}": Audit({**HELLO, name: None}, accept, has=True)
        for code, accept in (("94B", NEW), ("022", OLD))
        for index, name in enumerate(names)
    }


AUDITS: Final[Mapping[str, Audit]] = {
    "22EB": Audit(HELLO, NEW, answers=NEW),
    "4655": Audit(HELLO, OLD, answers=OLD),
    "47DE": Audit(HELLO, ANY, answers=OLD),
    "80D8": Audit(HELLO, answers=OLD),
    "82A3": Audit(HELLO, has=True),
    "BF61": Audit({"query": '{ __type(name: "Run🏃Swim🏊") { name } }'}),
    "78D5": Audit(HELLO, content_type=OLD),
    "2C94": Audit(HELLO, content_type=OLD),
    "5A70": Audit(HELLO, method="GET"),
    "9C48": Audit({"query": "mutation { __typename }"}, NEW, FAULTY, method="GET"),
    "9ABE": Audit(HELLO, status=FAULTY, content_type=""),
    "03D4": Audit(HELLO, content_type=OLD),
    "A5BF": Audit(None, status=400),
    "423L": Audit({"notquery": "{ __typename }"}, NEW, 400),
    **_wrong("query", ({"obj": "ect"}, 0, False, ["array"]), "LKJ"),
    "34A2": Audit(HELLO, NEW),
    "13EE": Audit(HELLO, OLD, has=True),
    **_wrong("operationName", ({"obj": "ect"}, 0, False, ["array"]), "6C0"),
    "8161": Audit(NAMED, NEW),
    "B8B3": Audit(NAMED, OLD, has=True),
    **_nulls(),
    **_wrong("variables", ("string", 0, False, ["array"]), "476"),
    "2EA1": Audit(TYPED, NEW),
    "28B9": Audit(TYPED, OLD, has=True),
    "D6D5": Audit(TYPED, NEW, has=True, method="GET"),
    "6A70": Audit(TYPED, OLD, has=True, method="GET"),
    **_wrong("extensions", ("string", 0, False, ["array"]), "58B"),
    "428F": Audit({**HELLO, "extensions": {"some": "value"}}, NEW),
    "1B7A": Audit({**HELLO, "extensions": {"some": "value"}}, OLD, has=True),
    "B6DC": Audit('{ "not a JSON', OLD, (200, 599)),
    "BCF8": Audit('{ "not a JSON', OLD, 400),
    "B7N8": Audit('{ "not a JSON', NEW, 400),
    "8764": Audit({"qeury": "{ __typename }"}, status=(400, 599)),
    "3E3A": Audit({"qeury": "{ __typename }"}, status=400),
    "572B": Audit({"query": "{"}, OLD),
    "FDE2": Audit(UNKNOWN, OLD),
    "7B9B": Audit(NOT_COERCED, OLD),
    "865D": Audit({"query": "{"}, NEW, (400, 599)),
    "556A": Audit({"query": "{"}, NEW, 400),
    "D586": Audit({"query": "{"}, NEW, 400, has=False),
    "51FE": Audit(UNKNOWN, NEW, (400, 599)),
    "74FF": Audit(UNKNOWN, NEW, 400),
    "5E5B": Audit(UNKNOWN, NEW, 400, has=False),
    "86EE": Audit(NOT_COERCED, NEW, 400),
}


def _request(audit: Audit) -> Mapping[str, Any]:
    headers = {"accept": audit.accept} if audit.accept else {}
    if audit.method == "GET":
        asked = audit.asked if isinstance(audit.asked, Mapping) else {}
        encoded = {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in asked.items()
        }
        return {"params": encoded, "headers": headers}
    if audit.content_type:
        headers["content-type"] = audit.content_type
    body = audit.asked if isinstance(audit.asked, str) else json.dumps(audit.asked)
    return {"content": "" if audit.asked is None else body.encode(), "headers": headers}


@pytest.mark.parametrize("id", AUDITS)
async def test_an_audit_passes(id: str, graph: Graph) -> None:
    """Each request of an audit has an answer as the audit wants it."""
    audit = AUDITS[id]
    del graph.http.headers["accept"]

    response = await graph.http.request(audit.method, "/graphql", **_request(audit))

    least, most = audit.status if isinstance(audit.status, tuple) else (audit.status, audit.status)
    assert least <= response.status_code <= most
    assert audit.answers in response.headers["content-type"]
    body = json.loads(response.content.decode("utf-8"))
    if audit.has is not None:
        assert ("data" in body, "errors" in body) == (audit.has, not audit.has)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the audits beside a copy of the program that runs them; skip where that cannot be."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not here")
    folder = tmp_path_factory.mktemp("audits") / "js"
    shutil.copytree(JS, folder, ignore=shutil.ignore_patterns("node_modules"))
    try:
        installed = subprocess.run(  # noqa: S603 - our own arguments
            [npm, *INSTALL], cwd=folder, capture_output=True, timeout=60, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not get the audits within a minute")
    if installed.returncode != 0:
        pytest.skip(f"npm cannot get the audits: {installed.stderr.decode(errors='replace')[:200]}")
    return folder / "audit.js"


async def test_the_audits_of_others_pass(program: Path) -> None:
    """All of npm's audits pass by HTTP, what must be and what may be; and they are those of above."""
    async with live(QueueOrigin()) as running:
        ran = await asyncio.create_subprocess_exec(
            str(shutil.which("node")),
            program,
            f"{running.url}/graphql",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(60):
            out, err = await ran.communicate()

    assert (ran.returncode, err.decode()) == (0, "")
    told = json.loads(out)
    assert [each for each in told if each["status"] != "ok"] == []
    assert sorted(each["id"] for each in told) == sorted(AUDITS)
