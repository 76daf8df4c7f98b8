"""What subscribers asked to be changed and what came of it: kept for a day, so that an id may be repeated."""

from dataclasses import dataclass
from typing import Final, Protocol

KEPT_FOR: Final = 24 * 3600
"""Seconds after which an id is forgotten, from the time it was first used."""


@dataclass(frozen=True, slots=True)
class Key:
    """Which change: the identity it was asked for on behalf of, and the id that its client gave it."""

    identity: str
    mutation_id: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What is known of a change, and whether whoever asked may go on with it."""

    is_mine: bool
    """Nobody else is at it, and it is not settled: it is for this holder to bring it to an end."""
    fingerprint: str
    """Of the arguments that the id was first used with."""
    intent: bytes | None = None
    """What an earlier holder was about to send, and whose outcome nobody has found out."""
    outcome: bytes | None = None
    """What came of it, once that is known."""


AWAY: Final = "What was asked to be changed cannot be kept now."
"""What is said when a ledger cannot be asked."""


class Ledger(Protocol):
    """Keeps one record a change. Whoever brings a change to an end holds it meanwhile, alone.

    A holder who is not heard of again loses it after its *lease* of seconds. Each method that takes a holder
    says whether it still holds the change; each raises ``StoreUnavailable`` when it cannot be asked.
    """

    async def open(self) -> None:
        """Make ready what is needed; before the first use."""
        ...

    async def claim(self, key: Key, fingerprint: str, holder: str, *, lease: float) -> Claim:
        """Hold the change at *key*, unless it is held or settled, or was asked for with other arguments."""
        ...

    async def note(self, key: Key, holder: str, intent: bytes, *, lease: float) -> bool:
        """Keep what is about to be sent, before it is sent."""
        ...

    async def settle(self, key: Key, holder: str, outcome: bytes) -> bool:
        """Keep what came of the change; it is no longer held, and never will be again."""
        ...

    async def release(self, key: Key, holder: str) -> bool:
        """Let the change go: forgotten if nothing was sent, else for the next who repeats its id."""
        ...

    async def withdraw(self, key: Key, holder: str) -> bool:
        """Forget the change altogether: whatever was sent has certainly changed nothing."""
        ...

    async def close(self) -> None:
        """Close what was opened."""
        ...
