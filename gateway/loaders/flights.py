"""What is on its way: who wants it too waits for it, and asks for nothing."""

import asyncio
from dataclasses import dataclass
from typing import NamedTuple

from gateway.loaders.orders import Errand, Order
from gateway.loaders.wants import Want
from gateway.resources import Content, Href
from gateway.upstream.identity import Identity


class _Place(NamedTuple):
    """Where flights meet: never those of two identities, nor from before and after a write."""

    identity: Identity
    href: Href
    title: Href | None
    generation: int


@dataclass(frozen=True, slots=True)
class Flight:
    """What *errand* asks for, on its way; *landed* has an answer or an exception as its result."""

    errand: Errand
    landed: asyncio.Future[Content | Exception]

    def join(self, order: Order) -> None:
        """Let *order* wait for it, too: it goes on for as long as anybody does."""
        self.errand.joined.append(order)


class Flights:
    """All that is on its way now."""

    def __init__(self) -> None:
        self._flights: dict[_Place, list[Flight]] = {}

    def find(self, want: Want, generation: int) -> Flight | None:
        """Return a flight that brings all that *want* names."""
        flights = self._flights.get(_place(want, generation), ())
        return next((flight for flight in flights if flight.errand.want.parts >= want.parts), None)

    def begin(self, errand: Errand) -> Flight:
        """Take note that *errand* is being asked for; it is to be landed, whatever comes of it."""
        place = _place(errand.want, errand.generation)
        flight = Flight(errand, asyncio.get_running_loop().create_future())
        self._flights.setdefault(place, []).append(flight)
        flight.landed.add_done_callback(lambda _: self._end(place, flight))
        return flight

    def _end(self, place: _Place, flight: Flight) -> None:
        self._flights[place].remove(flight)
        if not self._flights[place]:
            del self._flights[place]


def _place(want: Want, generation: int) -> _Place:
    return _Place(want.identity, want.href, want.title, generation)
