"""The catalog of ``tests/contract``, as the service wrote it, behind the gateway."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from tests.gateway.graph import Graph, gateway_over
from tests.gateway.wire import Wire

CONTRACT: Final = Path(__file__).parents[2] / "contract" / "catalog"

FILES: Final = {
    "/catalog/titles": "search",
    "/catalog/titles/autocomplete": "autocomplete",
    "/catalog/titles/movies/60001220": "movie",
    "/catalog/titles/movies/60001220/synopsis": "synopsis",
    "/catalog/titles/movies/60001220/cast": "cast",
    "/catalog/titles/movies/60001220/format_availability": "delivery_formats",
    "/catalog/titles/series/70140001": "series",
    "/catalog/titles/series/70140001/seasons/70140010": "season",
    "/catalog/titles/series/70140001/seasons/70140010/discs": "discs-of-season",
    "/catalog/titles/programs/70140011": "program",
    "/catalog/titles/discs/70230001": "disc-of-movie",
    "/catalog/people": "people-search",
    "/catalog/people/82729": "person-expanded",
    "/catalog/people/82729/filmography": "filmography",
}


@pytest.fixture
def catalog() -> Wire:
    """Return an origin with the documents of the contract."""
    wire = Wire("http://api.netflix.com")
    for path, name in FILES.items():
        wire.documents[path] = (CONTRACT / f"{name}.xml").read_text().partition("?>")[2]
    return wire


@pytest.fixture
async def shore(catalog: Wire) -> AsyncIterator[Graph]:
    """Return a gateway in front of the contract's catalog."""
    async with gateway_over(catalog) as graph:
        yield graph
