"""From wants to answers: what is held is taken, what is on its way is joined, the rest is asked for."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.loaders.flights import Flight, Flights
from gateway.loaders.orders import Errand, Order
from gateway.loaders.sending import Sender
from gateway.loaders.wants import Answered, Ask, Want
from gateway.telemetry.trail import Met
from gateway.upstream.caching import shelf
from gateway.upstream.caching.shelf import Held, Shelf, State
from gateway.upstream.errors import (
    DeadlineExceeded,
    OriginBusy,
    OriginLeftAlone,
    OriginRefused,
    OriginTimedOut,
    OriginUnreachable,
    QuotaExhausted,
    RateLimited,
)
from gateway.upstream.reader import Exchange

REFRESH_WITHIN: Final = 30.0
"""Seconds that asking anew behind an answer may take; permits are waited for."""

_OUT_OF_TIME: Final = (DeadlineExceeded, OriginTimedOut, RateLimited)
_NO_ANSWER: Final = (OriginUnreachable, OriginLeftAlone, OriginBusy, QuotaExhausted, *_OUT_OF_TIME)


class Fetcher:
    """Answers orders."""

    def __init__(self, sender: Sender, held: Shelf) -> None:
        self._sender = sender
        self._shelf = held
        self._flights = Flights()
        self._refreshing: set[asyncio.Task[None]] = set()

    async def fetch(self, order: Order) -> None:
        """Answer every want of *order*, each as soon as its answer is there."""
        errands: list[Errand] = []
        joined: list[tuple[Errand, Flight]] = []
        old: list[Errand] = []
        for want, seen in zip(order.wants, await self._shelf.look(order.wants), strict=True):
            held, flight = seen.held, self._flights.find(want, seen.generation)
            errand = Errand(want, order, seen.generation, fallback=held)
            if held is not None and held.state is not State.EXPIRED:
                if held.state is State.STALE:
                    order.stale(want, held.age)
                order.met(want, Met.STALE if held.state is State.STALE else Met.HELD)
                order.answer(want, _content(want, held))
                if held.state is State.STALE and flight is None:
                    old.append(errand)
            elif flight is not None:
                order.met(want, Met.JOINED)
                flight.join(order)
                joined.append((errand, flight))
            else:
                errands.append(errand)
        self._refresh(old)
        admitted = set(order.admit([errand.want for errand in errands]))
        errands = [errand for errand in errands if errand.want in admitted]
        for errand in errands:
            order.met(errand.want, Met.ASKED)
        await asyncio.gather(self._ask(errands), *(self._join(*each) for each in joined))

    def look(self) -> None:
        """End what is asked for and nobody waits for; to be called when somebody has left."""
        self._sender.look()

    async def close(self) -> None:
        """End what is asked for behind answers."""
        for task in self._refreshing:
            task.cancel()
        await asyncio.gather(*self._refreshing, return_exceptions=True)

    async def _ask(self, errands: Sequence[Errand]) -> None:
        """Ask the origin for *errands*, and keep what comes of it; others may join until then."""
        flights = {errand.want: self._flights.begin(errand) for errand in errands}

        async def conclude(
            concluded: Sequence[tuple[Errand, Answered]], max_age: float | None = None
        ) -> None:
            for errand, answer in concluded:
                _tell(errand, answer)
            await self._keep(concluded, max_age)
            for errand, answer in concluded:
                flights.pop(errand.want).landed.set_result(answer)

        try:
            await self._sender.send(errands, conclude)
        finally:
            for flight in flights.values():
                flight.landed.set_result(DeadlineExceeded())

    async def _join(self, errand: Errand, flight: Flight) -> None:
        """Answer *errand* with what *flight* brings; who has more time than its owner asks once more."""
        answer = await asyncio.shield(flight.landed)
        has_time = errand.deadline > asyncio.get_running_loop().time()
        if isinstance(answer, _OUT_OF_TIME) and has_time and errand.order.admit([errand.want]):
            await self._ask([errand])
        else:
            _tell(errand, answer)

    async def _keep(self, concluded: Sequence[tuple[Errand, Answered]], max_age: float | None) -> None:
        kept: list[shelf.Answered] = []
        for errand, answer in concluded:
            if isinstance(answer, OriginRefused) and answer.is_not_found:
                kept.append(shelf.Answered(errand.want, None, errand.generation))
            elif not isinstance(answer, Exception):
                kept.append(shelf.Answered(errand.want, answer, errand.generation, max_age))
        await self._shelf.keep(kept)

    def _refresh(self, errands: Sequence[Errand]) -> None:
        """Ask anew for what was answered out of what is held; nobody waits for it."""
        if not errands:
            return
        behind = Behind(
            [errand.want for errand in errands], asyncio.get_running_loop().time() + REFRESH_WITHIN
        )
        task = asyncio.create_task(
            self._ask([Errand(errand.want, behind, errand.generation) for errand in errands])
        )
        self._refreshing.add(task)
        task.add_done_callback(self._refreshing.discard)


@dataclass(frozen=True, slots=True, eq=False)
class Behind:
    """The order of what is asked for anew behind an answer: until *deadline*, for nobody."""

    wants: Sequence[Want]
    deadline: float
    is_background: bool = True

    def deadline_of(self, _want: Want) -> float:
        """Return when it is given up."""
        return self.deadline

    def waits_for(self, _want: Want) -> bool:
        """Go on: what comes of it is kept."""
        return True

    def admit(self, wants: Sequence[Want]) -> Sequence[Want]:
        """Let everything be asked for."""
        return wants

    def affords(self, _asks: Sequence[Ask]) -> bool:
        """Ask once; the answer that there is will do."""
        return False

    def answer(self, want: Want, answer: Answered) -> None:
        """Nobody waits."""

    def sent(self, exchange: Exchange, asks: Sequence[Ask]) -> None:
        """Count at nobody."""

    def stale(self, want: Want, age: float) -> None:
        """Tell nobody."""

    def met(self, want: Want, how: Met) -> None:
        """Tell nobody."""


def _tell(errand: Errand, answer: Answered) -> None:
    """Answer *errand*: where the origin has no answer, with what is held of it, however old."""
    order, held = errand.order, errand.fallback
    if held is not None and _is_no_answer(answer):
        order.stale(errand.want, held.age)
        answer = _content(errand.want, held)
    order.answer(errand.want, answer)


def _is_no_answer(answer: Answered) -> bool:
    if isinstance(answer, OriginRefused):
        return answer.status >= 500
    return isinstance(answer, _NO_ANSWER)


def _content(want: Want, held: Held) -> Answered:
    return OriginRefused(want.href, 404) if held.content is None else held.content
