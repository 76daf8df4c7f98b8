"""Whether whoever asked is still there: nothing is done for a client that has gone."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from gateway.edge.streams import finish

T = TypeVar("T")


async def while_present(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Return what *work* returns; once the client has gone, end it and raise ``ClientDisconnect``.

    The body of the request must have been read from *receive*: what comes then says that the client has gone.
    """
    working, leaving = asyncio.create_task(work), asyncio.create_task(left(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        await finish(leaving, working)


async def left(receive: Receive) -> None:
    """Return once the client has gone; whatever else it sends is passed over."""
    while (await receive())["type"] != "http.disconnect":
        pass
