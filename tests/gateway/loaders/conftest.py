"""A small catalog for tests of what is asked for together."""

from collections.abc import AsyncIterator

import httpx
import pytest

from gateway.contract import Rel
from gateway.loaders.window import Window
from gateway.upstream.client import Client
from gateway.upstream.href import Origin
from gateway.upstream.reader import Reader
from gateway.upstream.signing import Credentials, Signer
from tests.gateway.documents import ORIGIN, link, listing, person, text, title
from tests.gateway.loaders.fetcher import fetcher_over
from tests.gateway.wire import Wire

MOVIES = ("/catalog/titles/movies/1", "/catalog/titles/movies/2", "/catalog/titles/movies/3")
LORRE = "/catalog/people/7"


@pytest.fixture
def wire() -> Wire:
    """Return an origin of three films, in each of which the same person plays."""
    wire = Wire()
    records = []
    for number, path in enumerate(MOVIES, start=1):
        links = (
            link(Rel.SYNOPSIS, f"{path}/synopsis", "synopsis"),
            link(Rel.CAST, f"{path}/cast", "cast"),
            link(Rel.DIRECTORS, f"{path}/directors", "directors"),
        )
        records.append(title(path, f"Film {number}", *links))
        wire.documents[path] = records[-1]
        wire.documents[f"{path}/synopsis"] = text("synopsis", f"About film {number}.")
        wire.documents[f"{path}/cast"] = listing("people", person(LORRE, "Peter Lorre", _films(LORRE)))
        director = f"/catalog/people/{number}"
        wire.documents[f"{path}/directors"] = listing("people", person(director, f"D{number}"))
    wire.documents["/catalog/titles"] = listing("catalog_titles", *records, total=3)
    wire.documents["/catalog/people"] = listing("people", person(LORRE, "Peter Lorre"), total=1)
    wire.documents[LORRE] = person(LORRE, "Peter Lorre")
    wire.documents[f"{LORRE}/filmography"] = listing("filmography", title(MOVIES[0], "Film 1"), total=1)
    return wire


def _films(path: str) -> str:
    return link(Rel.FILMOGRAPHY, f"{path}/filmography", "filmography")


@pytest.fixture
async def reader(wire: Wire) -> AsyncIterator[Reader]:
    """Return a reader of the wire."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(wire)) as http:
        signer = Signer(Credentials("key", "secret"))
        yield Reader(Client(http), signer, Origin.at(ORIGIN))


@pytest.fixture
async def window(reader: Reader) -> AsyncIterator[Window]:
    """Return a window onto the wire, two entries wide."""
    window = Window(fetcher_over(reader, entries=2), entries=2)
    yield window
    await window.close()
