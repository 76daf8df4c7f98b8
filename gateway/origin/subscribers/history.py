"""Rentals, and the lists that they are on (contract 3.13)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import Rental, RentalState

LISTS: Final = tuple(RentalState)
"""The lists of the rental history."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A rental as one list of the history has it; a disc that came back is on two."""

    rental: Rental
    list: RentalState
    updated: int
    """When it came onto the list."""

    @property
    def title_id(self) -> int:
        """Return which title it is."""
        return self.rental.title_id


async def rentals(session: AsyncSession, subscribers: Collection[str]) -> Mapping[str, Sequence[Rental]]:
    """Return all rentals of each of *subscribers*, the last one first."""
    found: dict[str, list[Rental]] = {subscriber: [] for subscriber in subscribers}
    chosen = select(Rental).where(Rental.subscriber_id.in_(found)).order_by(Rental.id.desc())
    for rental in await session.scalars(chosen):
        found[rental.subscriber_id].append(rental)
    return found


def is_home(rental: Rental) -> bool:
    """Tell whether the disc was sent and has not come back."""
    return rental.shipped is not None and rental.returned is None


def at_home(rented: Iterable[Rental]) -> Sequence[Rental]:
    """Return the discs that are at home, the latest first."""
    return sorted(filter(is_home, rented), key=lambda rental: -rental.updated)


def history(rented: Sequence[Rental], lists: Iterable[RentalState] = LISTS) -> Sequence[HistoryEntry]:
    """Return what is on *lists* together, the latest entry first."""
    entries = [
        HistoryEntry(rental, name, moment)
        for name in lists
        for rental in rented
        if (moment := _entered(rental, name)) is not None
    ]
    return sorted(entries, key=lambda entry: -entry.updated)


def _entered(rental: Rental, name: RentalState) -> int | None:
    """Return when *rental* came onto a list; what was shipped stays on that list for ever."""
    if name is RentalState.SHIPPED:
        return rental.shipped
    return rental.returned if name is RentalState.RETURNED else rental.watched
