"""What probes are told."""

import asyncio
from typing import cast

import httpx
import pytest
from starlette.applications import Starlette

from gateway.edge import health
from gateway.edge.health import Health
from gateway.stores.records import Kind, Records, StoreUnavailable
from tests.gateway.graph import Graph

pytestmark = pytest.mark.anyio


class _Store:
    """A store that cannot be read."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    async def get(self, _kind: Kind, _name: str) -> bytes | None:
        """Fail, or take for ever."""
        if self._error is not None:
            raise self._error
        await asyncio.Event().wait()
        return None


async def test_a_gateway_that_runs_is_ready(graph: Graph) -> None:
    """Its store answers, and that is all it takes."""
    answers = [await graph.http.get(f"/health/{each}") for each in ("live", "ready")]

    assert [(each.status_code, each.text) for each in answers] == [(200, "ok")] * 2


@pytest.mark.parametrize("error", [StoreUnavailable("CANARY"), None])
async def test_without_its_store_it_lives_but_is_not_ready(
    error: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would be recognised, so others are to be asked; why is nobody's business."""
    monkeypatch.setattr(health, "_WITHIN", 0.01)
    app = Starlette(routes=Health(cast("Records", _Store(error)), lambda: False).routes)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://g.test") as http:
        live, ready = [await http.get(f"/health/{each}") for each in ("live", "ready")]

    assert (live.status_code, ready.status_code) == (200, 503)
    assert ready.headers["retry-after"] == "5"
    assert "CANARY" not in ready.text
