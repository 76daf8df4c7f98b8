"""What somebody has changed is not answered out of what was kept before."""

from typing import Final

import pytest

from gateway.resources import Kind
from gateway.schema import ids
from gateway.upstream.href import Address
from tests.gateway.documents import page
from tests.gateway.graph import gateway_over
from tests.gateway.household import ANN, Household, film
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

ID: Final = ids.encode(Address(Kind.MOVIE, ("1",)))
ASKED: Final = "{ viewer { recommendations { nodes { title { name { regular } } } } } }"
RATE: Final = (
    f'mutation {{ rateTitle(input: {{ titleId: "{ID}", opinion: {{ stars: 4 }} }}) {{ __typename }} }}'
)


async def test_recommendations_are_others_once_a_title_is_rated() -> None:
    """They are kept for an hour, but not beyond a rating, which changes them (W8)."""
    wire = Wire()
    Household().serve(wire)
    wire.documents["/of/ann/given"] = "<status><status_code>201</status_code></status>"

    def recommended(asked: dict[str, str]) -> str:
        number = 2 if ["/of/ann/given"] in wire.requests else 1
        return page("recommendations", [f"<recommendation>{film(number)}</recommendation>"], asked)

    wire.documents["/of/ann/recommended"] = recommended
    async with gateway_over(wire, cache_bytes=1_000_000) as graph:
        told = [(await graph.ask(query, user=ANN)).data for query in (ASKED, ASKED, RATE, ASKED)]

    first, second = (
        {"viewer": {"recommendations": {"nodes": [{"title": {"name": {"regular": name}}}]}}}
        for name in ("F1", "F2")
    )
    assert told == [first, first, {"rateTitle": {"__typename": "TitleRated"}}, second]
    assert wire.requests.count(["/of/ann/recommended"]) == 2
