"""What the README puts for the methods of a library of 2011, and what the REST API says in their place."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from graphql import OperationDefinitionNode, parse
from lxml import etree

from gateway.origin.demo.credentials import Person
from gateway.resources import Kind
from gateway.schema import ids
from gateway.upstream.href import Address
from tests.end_to_end.stack import PlainClient, Stack

README: Final = Path(__file__).parents[2] / "README.md"
SECTION: Final = "## From the REST API to the graph"


def _told() -> Mapping[str, list[str]]:
    """Return what the README puts for each method."""
    section = README.read_text().partition(f"{SECTION}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", section, re.MULTILINE)
    return {method: re.findall(r"`([^`]+)`", cell) for method, cell in rows}


TOLD: Final = _told()


@dataclass(frozen=True)
class Somebody:
    """A subscriber, in the graph and at the origin."""

    running: Stack
    person: Person
    plain: PlainClient

    async def ask(self, query: str, **known: object) -> Any:  # noqa: ANN401
        """Return the data that *query* gives, with those of *known* that it has variables for."""
        (operation,) = parse(query).definitions
        assert isinstance(operation, OperationDefinitionNode)
        names = [each.variable.name.value for each in operation.variable_definitions or ()]
        answer = await self.running.ask(
            query, {name: known[name] for name in names}, user=self.person.user_id
        )
        assert "errors" not in answer, answer
        return answer["data"]

    async def told(self, method: str, **known: object) -> list[Any]:
        """Return the data of each operation that the README has for *method*."""
        return [await self.ask(query, **known) for query in TOLD[method]]

    def read(self, path: str) -> etree._Element:
        """Return the document that the library would have got from *path*, the user's own with ``~``."""
        return self.plain.read(self.running.origin + path.replace("~", f"/users/{self.person.user_id}"))

    def href(self, title: int) -> str:
        """Return the address of a film."""
        return f"{self.running.origin}/catalog/titles/movies/{title}"


def movie(number: int) -> str:
    """Return the id of a film."""
    return ids.encode(Address(Kind.MOVIE, (str(number),)))


def id_at(href: str | None) -> str:
    """Return the id of the film, series or person at *href*."""
    kind, _, number = str(href).rpartition("/")
    noun = {"movies": Kind.MOVIE, "series": Kind.SERIES, "people": "person"}[kind.rpartition("/")[2]]
    return ids.encode(Address(noun, (number,)))  # type: ignore[arg-type]


def names(document: etree._Element, path: str) -> list[str]:
    """Return the regular names of the titles at *path*."""
    return [str(each.get("regular")) for each in document.iterfind(f"{path}/title")]


def number(document: etree._Element, path: str, kind: Callable[[str], Any] = int) -> Any:  # noqa: ANN401
    """Return the number at *path*, if there is one."""
    text = document.findtext(path)
    return kind(text) if text else None


def linked(document: etree._Element, rel: str) -> str:
    """Return where the link *rel* of *document* leads."""
    return next(str(link.get("href")) for link in document.iterfind("link") if link.get("rel") == rel)


def named(*path: str, data: Any) -> list[str]:  # noqa: ANN401
    """Return the names of the titles of the nodes at *path*."""
    for step in path:
        data = data[step]
    return [(node.get("title") or node)["name"]["regular"] for node in data["nodes"]]
