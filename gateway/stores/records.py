"""Small records that end by themselves: sessions, sign-ins under way, devices that wait."""

from dataclasses import dataclass
from typing import Protocol


class StoreUnavailable(Exception):
    """What is kept can be neither read nor changed now; the message says why, without an address."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record: its name, and how many of them there may be, or somewhat more for a while."""

    name: str
    limit: int
    """When there are more, those that would end first go."""


class Records(Protocol):
    """Keeps values by kind and name, each until its *lifetime*, in seconds, is over.

    Names are no secrets and values are sealed: that is up to those who keep them here. Each method is one
    step that nobody else comes between, and raises ``StoreUnavailable`` when it cannot be taken.
    """

    async def open(self) -> None:
        """Make ready what is needed; before the first use."""
        ...

    async def put(self, kind: Kind, name: str, value: bytes, *, lifetime: float) -> None:
        """Keep *value*, in place of what was there."""
        ...

    async def get(self, kind: Kind, name: str) -> bytes | None:
        """Return the value, if it is there."""
        ...

    async def take(self, kind: Kind, name: str) -> bytes | None:
        """Return the value and forget it: of several who take it, one gets it."""
        ...

    async def change(self, kind: Kind, name: str, old: bytes, new: bytes) -> bool:
        """Put *new* in place of *old*, ending when that would; say whether *old* was there."""
        ...

    async def extend(self, kind: Kind, name: str, *, lifetime: float) -> None:
        """Let what is there live for *lifetime* from now."""
        ...

    async def forget(self, kind: Kind, name: str) -> None:
        """Forget the value, if it is there."""
        ...

    async def close(self) -> None:
        """Close what was opened."""
        ...
