"""What is on its way: who wants it too waits for it, and asks for nothing."""

import asyncio
from dataclasses import dataclass
from typing import NamedTuple

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
    """A resource on its way with its *parts*; *landed* has an answer or an exception as its result."""

    parts: frozenset[str]
    landed: asyncio.Future[Content | Exception]


class Flights:
    """All that is on its way now."""

    def __init__(self) -> None:
        self._flights: dict[_Place, list[Flight]] = {}

    def find(self, want: Want, generation: int) -> Flight | None:
        """Return a flight that brings all that *want* names."""
        flights = self._flights.get(_place(want, generation), ())
        return next((flight for flight in flights if flight.parts >= want.parts), None)

    def begin(self, want: Want, generation: int) -> Flight:
        """Take note that *want* is being asked for; it is to be landed, whatever comes of it."""
        place = _place(want, generation)
        flight = Flight(want.parts, asyncio.get_running_loop().create_future())
        self._flights.setdefault(place, []).append(flight)
        flight.landed.add_done_callback(lambda _: self._end(place, flight))
        return flight

    def _end(self, place: _Place, flight: Flight) -> None:
        self._flights[place].remove(flight)
        if not self._flights[place]:
            del self._flights[place]


def _place(want: Want, generation: int) -> _Place:
    return _Place(want.identity, want.href, want.title, generation)
