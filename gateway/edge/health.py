"""Whether the process lives, and whether it may be asked: for probes, and for nobody else's decisions."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.stores.records import Kind, Records, StoreUnavailable

_NONE: Final = Kind("health", 1)
"""Of which nothing is ever kept."""
_WITHIN: Final = 1.0
"""Seconds that a store is given to answer."""


@dataclass(frozen=True, slots=True)
class Health:
    """Answers probes.

    An origin that fails makes nobody unready: what is held is still answered, all nodes would be taken away
    at once, and with nobody asking, none would find out that the origin is back.
    """

    records: Records
    is_stopping: Callable[[], bool]

    @property
    def routes(self) -> list[Route]:
        """Return where probes ask."""
        return [
            Route("/health/live", self._live, methods=["GET"]),
            Route("/health/ready", self._ready, methods=["GET"]),
        ]

    async def _live(self, _request: Request) -> Response:
        return PlainTextResponse("ok")

    async def _ready(self, _request: Request) -> Response:
        """Answer 200 where sessions can be looked up, else 503; 503 also once we have been told to stop."""
        if self.is_stopping():
            return PlainTextResponse("The gateway stops.", 503, {"retry-after": "5"})
        try:
            async with asyncio.timeout(_WITHIN):
                await self.records.get(_NONE, "ready")
        except (StoreUnavailable, TimeoutError):
            return PlainTextResponse("The store of the sessions does not answer.", 503, {"retry-after": "5"})
        return PlainTextResponse("ok")
