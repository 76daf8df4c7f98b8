"""The origin's allowance in the graph."""

import pytest

from tests.gateway.documents import listing
from tests.gateway.graph import gateway_over
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

QUOTA = "{ quota { perSecond perDay used remaining resetsAt } }"


async def test_the_quota_says_what_is_left(wire: Wire) -> None:
    """It counts what was asked before, and costs nothing itself."""
    wire.documents["/catalog/titles"] = listing("catalog_titles", total=0)
    async with gateway_over(wire, calls_per_second=4, calls_per_day=50) as graph:
        await graph.post('{ titles(search: "x") { totalCount } }')
        quota = (await graph.post(QUOTA))["data"]["quota"]

    assert quota.pop("resetsAt").endswith("T00:00:00Z")
    assert quota == {"perSecond": 4, "perDay": 50, "used": 1, "remaining": 49}
    assert len(wire.requests) == 1
