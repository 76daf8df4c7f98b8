"""Counts calls together with other nodes; alone for as long as what they share is away."""

import logging
from collections.abc import Awaitable, Sequence
from typing import Final, Protocol, TypeVar

from gateway.upstream.quota.meter import OWN, Account, Allowance, Grant, Meter

T = TypeVar("T")

_log: Final = logging.getLogger(__name__)


class SharedCalls(Protocol):
    """Calls counted on a server; every method raises ``OSError`` without it."""

    async def take(
        self, account: str, count: int, *, per_second: int, per_day: int, hold: float
    ) -> tuple[tuple[str, ...], float, bool]:
        """Return up to *count* permits, else the seconds to wait, else that the day is over."""
        ...

    async def give_back(self, account: str, permits: Sequence[str], uncounted: int) -> None:
        """Free *permits* in a second, and take *uncounted* calls off the day."""
        ...

    async def block(self, account: str, seconds: float) -> None:
        """Grant nothing for *seconds*."""
        ...

    async def exhaust(self, account: str, per_day: int) -> None:
        """Grant nothing until tomorrow."""
        ...

    async def used(self, account: str) -> int:
        """Return how many calls were made today."""
        ...


class SharedMeter:
    """Counts in *calls*, which all nodes of *consumer_key* share; in *own* while that is away."""

    def __init__(self, calls: SharedCalls, own: Meter, consumer_key: str, allowance: Allowance) -> None:
        self._calls = calls
        self._own = own
        self._consumer_key = consumer_key
        self._allowance = allowance

    async def take(self, account: Account, count: int, *, hold: float) -> Grant:
        """Take up to *count* permits."""
        limits = self._allowance
        try:
            permits, wait, is_day_over = await self._calls.take(
                self._name(account), count, per_second=limits.per_second, per_day=limits.per_day, hold=hold
            )
        except OSError as error:
            _log.warning("Calls are counted by this node alone: %s", error)
            return await self._own.take(account, count, hold=hold)
        return Grant(permits, wait, is_day_over)

    async def give_back(self, account: Account, permits: Sequence[str], *, uncounted: int = 0) -> None:
        """Free *permits* in a second, where they were taken."""
        if permits and permits[0].startswith(OWN):
            await self._own.give_back(account, permits, uncounted=uncounted)
        else:
            await _tried(self._calls.give_back(self._name(account), permits, uncounted))

    async def block(self, account: Account, seconds: float) -> None:
        """Give out nothing for *seconds*."""
        await _tried(self._calls.block(self._name(account), seconds))
        await self._own.block(account, seconds)

    async def exhaust(self, account: Account) -> None:
        """Give out nothing until tomorrow."""
        await _tried(self._calls.exhaust(self._name(account), self._allowance.per_day))
        await self._own.exhaust(account)

    async def used(self, account: Account) -> int:
        """Return how many calls were made today."""
        known = await _tried(self._calls.used(self._name(account)))
        return await self._own.used(account) if known is None else known

    def _name(self, account: Account) -> str:
        return f"{self._consumer_key} {account}"


async def _tried(calling: Awaitable[T]) -> T | None:
    """Return what came of *calling*, or nothing where the server is away."""
    try:
        return await calling
    except OSError:
        return None
