"""What happens that those who run the gateway may want to know. Pure; nothing here names a person."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from gateway.telemetry.trail import Trail

AccountClass = Literal["consumer", "subscriber"]
"""Whose allowance a call counts against."""

BreakerState = Literal["open", "half-open", "closed"]
"""The origin is left alone, tried carefully, or asked as usual."""


@dataclass(frozen=True, slots=True)
class Started:
    """The gateway is ready."""

    origin: str
    """Where the REST API is."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """The gateway was told to stop; what is open ends now."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Nothing more happens; whoever still keeps something sends it now."""


@dataclass(frozen=True, slots=True)
class OperationBegan:
    """An operation came in; what it asks is not known yet."""

    trail: Trail


@dataclass(frozen=True, slots=True)
class OperationEnded:
    """An operation has had its last answer, or nobody waits for it any more."""

    trail: Trail


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A request was refused unread, for there is too much to do; it is no operation."""

    priority: str
    """What it seemed to be: search, read or change."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The server itself refused a request, or what should have been one; it is no operation."""

    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """A request to the origin for operations, or behind them, has come to an end."""

    families: Mapping[str, int]
    """How many entries it had, by the family of the link that leads to what they ask for."""
    outcome: str
    """The status of its answer, or the name of what came instead."""
    seconds: float
    size: int
    """Bytes of the answer, inflated."""
    trails: Sequence[Trail] = ()
    """The operations that it carried something for; none where it was made behind them."""


_NO_FAULTS: Final = frozenset({"Cancelled", "OriginBusy"})


@dataclass(frozen=True, slots=True)
class Sent:
    """An HTTP request of any kind to the origin has come to an end."""

    method: str
    outcome: str
    """The status of its answer, or the name of what came instead; ``Cancelled`` where nobody waited."""
    seconds: float

    @property
    def is_failed(self) -> bool:
        """Whether the origin failed: it said so itself, or there was no answer that could be read.

        It did not where nobody waited for its answer, or there was no place for it here.
        """
        return int(self.outcome) >= 500 if self.outcome.isdecimal() else self.outcome not in _NO_FAULTS


@dataclass(frozen=True, slots=True)
class Called:
    """Permits for calls were taken."""

    account: AccountClass
    calls: int


@dataclass(frozen=True, slots=True)
class Exhausted:
    """There are no more calls today."""

    account: AccountClass


@dataclass(frozen=True, slots=True)
class Retried:
    """Calls are made once more."""

    calls: int


@dataclass(frozen=True, slots=True)
class BreakerTurned:
    """The breaker has changed its state."""

    state: BreakerState


@dataclass(frozen=True, slots=True)
class StoreFailed:
    """Sessions could be neither read nor changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """How things stood at some moment."""

    lag: float
    """Seconds that the loop came back later than it was asked to."""
    streams: int
    """WebSockets and event streams that are open."""
    used: int | None
    """Calls of the consumer's today; None where nobody knows."""
    remaining: int | None


Event = (
    Started
    | Stopping
    | Stopped
    | OperationBegan
    | OperationEnded
    | TurnedAway
    | Refused
    | Exchanged
    | Sent
    | Called
    | Exhausted
    | Retried
    | BreakerTurned
    | StoreFailed
    | Sampled
)

Observer = Callable[[Event], None]
"""Is told what happens. It returns at once, and does not raise."""


def silent(_event: Event) -> None:
    """Observe nothing."""


def several(observers: Sequence[Observer]) -> Observer:
    """Return the observer that tells all of *observers*."""

    def tell(event: Event) -> None:
        for each in observers:
            each(event)

    return tell
