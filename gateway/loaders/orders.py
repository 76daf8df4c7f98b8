"""What is handed down when the window closes: wants, until when, and whom to tell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.loaders.wants import Answered, Ask, Want
from gateway.upstream.caching.shelf import Held
from gateway.upstream.reader import Exchange


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Order:
    """Wants that are to be answered together; each is answered exactly once."""

    wants: Sequence[Want]
    deadline_of: Callable[[Want], float]
    """Until when somebody waits for a want, a time of the loop."""
    answer: Callable[[Want, Answered], None]
    sent: Callable[[Exchange, Sequence[Ask]], None]
    """Is told of every HTTP request when it is sent, and of what it carries for this order."""
    stale: Callable[[Want, float], None]
    """Is told which answer is an old one, in want of a new one, and of how many seconds."""
    is_background: bool = False
    """Whether nobody waits: then everybody else goes first."""


@dataclass(frozen=True, slots=True, eq=False)
class Errand:
    """A want that the origin is to be asked for."""

    want: Want
    order: Order
    generation: int
    fallback: Held | None = None
    """What is held of it, too old to be used but in need."""

    @property
    def deadline(self) -> float:
        """Return until when somebody waits for it."""
        return self.order.deadline_of(self.want)
