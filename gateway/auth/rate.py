"""How often one address may ask for what signs people in: a bucket each, which empties with time."""

import time
from collections.abc import Awaitable, Callable
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.buckets import Buckets

Answer = Callable[[Request], Awaitable[Response]]
Refuse = Callable[[str], Response]
"""Makes the answer to who comes too often, of what there is to say."""

MINUTE: Final = 60.0


class RateLimit:
    """Lets an address ask *most* times at once, and as many times more in every minute; on this worker."""

    def __init__(self, most: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._buckets = Buckets(most, most / MINUTE, clock=clock)

    def around(self, answer: Answer, refuse: Refuse) -> Answer:
        """Return what answers as *answer* does, or as *refuse* does to who comes too often."""

        async def limited(request: Request) -> Response:
            most = self._most
            over = self._buckets.fill(_address_of(request), 1)
            if not over:
                return await answer(request)
            refusal = refuse(f"Requests to sign in may be at most {most} a minute from here, not {most + 1}.")
            refusal.headers["retry-after"] = str(ceil(over * MINUTE / most))
            return refusal

        return limited


def _address_of(request: Request) -> str:
    """Return where *request* comes from: of IPv6 the network, since nobody there has one address alone."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    return str(address.ipv4_mapped or ip_network(f"{address}/64", strict=False))
