"""How often one address may ask for what signs people in: a bucket each, which empties with time."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

Answer = Callable[[Request], Awaitable[Response]]
Refuse = Callable[[str], Response]
"""Makes the answer to who comes too often, of what there is to say."""

MINUTE: Final = 60.0
_MOST_ADDRESSES: Final = 20_000


class RateLimit:
    """Lets an address ask *most* times at once, and as many times more in every minute; on this worker."""

    def __init__(self, most: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """By address, the one that asked least recently first: how full its bucket was, and when."""

    def around(self, answer: Answer, refuse: Refuse) -> Answer:
        """Return what answers as *answer* does, or as *refuse* does to who comes too often."""

        async def limited(request: Request) -> Response:
            wait = self._wait(_address_of(request))
            if not wait:
                return await answer(request)
            most = self._most
            refusal = refuse(f"Requests to sign in may be at most {most} a minute from here, not {most + 1}.")
            refusal.headers["retry-after"] = str(ceil(wait))
            return refusal

        return limited

    def _wait(self, address: str) -> float:
        """Count a request of *address*; return the seconds that it came too soon."""
        now = self._clock()
        level, then = self._buckets.pop(address, (0.0, now))
        level = max(0.0, level - (now - then) * self._most / MINUTE)
        over = level + 1 - self._most
        self._buckets[address] = (level if over > 0 else level + 1, now)
        if len(self._buckets) > _MOST_ADDRESSES:
            self._buckets.popitem(last=False)
        return max(0.0, over) * MINUTE / self._most


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
