"""The way to the origin: everything that reads, writes and watches there, over one pool of connections."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import httpx

from gateway.auth.dance import Dance
from gateway.loaders.delivery import Upstream
from gateway.loaders.fetching import Fetcher
from gateway.loaders.sending import Bounds, Sender
from gateway.loaders.watch import Pace, Watches
from gateway.loaders.window import Window
from gateway.settings import Settings
from gateway.storage import Storage
from gateway.telemetry.events import Observer
from gateway.upstream.addresses import Networks
from gateway.upstream.breaker import Breaker, Tripping
from gateway.upstream.caching.shelf import Shelf
from gateway.upstream.client import Client, Limits
from gateway.upstream.href import Origin
from gateway.upstream.poller import Poller
from gateway.upstream.quota.budget import Budget
from gateway.upstream.reader import Reader
from gateway.upstream.signing import Credentials, Signer
from gateway.upstream.writer import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginAccess:
    """One origin, as one consumer, within one allowance of calls."""

    http: httpx.AsyncClient
    origin: Origin
    budget: Budget
    shelf: Shelf
    fetcher: Fetcher
    window: Window
    watches: Watches
    upstream: Upstream
    """For changes."""
    dance: Dance
    """For signing in."""

    @classmethod
    def over(  # noqa: PLR0913 - each is said by its name
        cls,
        settings: Settings,
        storage: Storage,
        *,
        open_pool: Callable[[Limits], httpx.AsyncClient],
        observer: Observer,
        tripping: Tripping,
        clock: Callable[[], float],
    ) -> Self:
        """Return the way to the origin that *settings* name; *clock* tells how old is what is held."""
        limits = Limits(
            attempt=settings.origin_timeout,
            first_byte=settings.origin_first_byte,
            connect_to=settings.origin_connect,
            networks=Networks.of(settings.origin_networks),
        )
        http = open_pool(limits)
        origin = Origin.at(settings.origin_url)
        signer = Signer(Credentials(settings.consumer_key, settings.consumer_secret))
        client = Client(http, limits, observer)
        reader = Reader(client, signer, origin, observer=observer)
        budget = Budget(storage.meter, storage.allowance, observer=observer)
        breaker = Breaker(time.monotonic, tripping, observer=observer)
        bounds = Bounds(entries=settings.bulk_limit, size=settings.bulk_bytes, attempts=settings.attempts)
        shelf = Shelf(storage.representations, origin, clock=clock)
        fetcher = Fetcher(Sender(reader, budget, breaker, bounds, observer), shelf)
        poller = Poller(client, signer, budget, origin, seconds=settings.origin_timeout)
        return cls(
            http=http,
            origin=origin,
            budget=budget,
            shelf=shelf,
            fetcher=fetcher,
            window=Window(fetcher, entries=settings.bulk_limit),
            watches=Watches(poller.poll, Pace(shortest=settings.watch_min, longest=settings.watch_max)),
            upstream=Upstream(origin, reader, Writer(client, signer), budget, observer),
            dance=Dance(client, signer, budget, origin, seconds=settings.origin_timeout),
        )

    async def close(self) -> None:
        """Let nothing of it go on; what waits gets an error."""
        await self.window.close()
        await self.fetcher.close()
        await self.http.aclose()
