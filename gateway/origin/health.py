"""What machines ask the origin, unsigned: whether it is alive, and whether it can answer."""

import asyncio
from typing import Final

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.origin.database import Database, DatabaseUnusable

READY_WITHIN: Final = 2.0
"""Seconds that the database is given to answer."""


def health(database: Database) -> list[BaseRoute]:
    """Return ``/health/live``, which is answered by 200, and ``/health/ready``: 503 without *database*."""

    async def live(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(_request: Request) -> Response:
        try:
            async with asyncio.timeout(READY_WITHIN), database.read() as session:
                await session.execute(select(1))
        except (DatabaseUnusable, TimeoutError):
            return PlainTextResponse("The database cannot be used.", status_code=503)
        return PlainTextResponse("ok")

    return [
        Route("/health/live", live, methods=["GET"]),
        Route("/health/ready", ready, methods=["GET"]),
    ]
