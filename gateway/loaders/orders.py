"""What is handed down when the window closes: wants, until when, and whom to tell."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gateway.loaders.wants import Answered, Ask, Want
from gateway.telemetry.trail import Met
from gateway.upstream.caching.shelf import Held
from gateway.upstream.reader import Exchange


class Order(Protocol):
    """Wants that are to be answered together; each is answered exactly once."""

    @property
    def wants(self) -> Sequence[Want]:
        """Return what is wanted."""
        ...

    @property
    def is_background(self) -> bool:
        """Say whether nobody waits: then everybody else goes first."""
        ...

    def deadline_of(self, want: Want) -> float:
        """Return until when somebody waits for *want*, a time of the loop."""
        ...

    def waits_for(self, want: Want) -> bool:
        """Say whether anybody still waits for *want*."""
        ...

    def admit(self, wants: Sequence[Want]) -> Sequence[Want]:
        """Take note that *wants* are to be asked for; return those that may be, the others have an answer."""
        ...

    def affords(self, asks: Sequence[Ask]) -> bool:
        """Say whether *asks* may be made once more, and take note of it."""
        ...

    def answer(self, want: Want, answer: Answered) -> None:
        """Take what came of *want*."""
        ...

    def sent(self, exchange: Exchange, asks: Sequence[Ask]) -> None:
        """Take note of an HTTP request that was sent, and of what it carries for this order."""
        ...

    def stale(self, want: Want, age: float) -> None:
        """Take note that the answer to *want* is *age* seconds old, in want of a new one."""
        ...

    def met(self, want: Want, how: Met) -> None:
        """Take note of how *want* is met."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Errand:
    """A want that the origin is to be asked for."""

    want: Want
    order: Order
    generation: int
    fallback: Held | None = None
    """What is held of it, too old to be used but in need."""
    joined: list[Order] = field(default_factory=list)
    """Others that wait for the same, and have asked for nothing."""

    @property
    def is_wanted(self) -> bool:
        """Say whether anybody still waits for it."""
        return any(order.waits_for(self.want) for order in (self.order, *self.joined))

    @property
    def payer(self) -> Order:
        """Return the order at whose cost it is: its own, or where nobody waits for that, one that joined."""
        if not self.joined:
            return self.order
        orders = (self.order, *self.joined)
        return next((each for each in orders if each.waits_for(self.want)), self.order)

    @property
    def deadline(self) -> float:
        """Return until when somebody waits for it; 0 where nobody does."""
        return self.payer.deadline_of(self.want)
