"""Leaves an origin alone that fails, and tries it again carefully (a circuit breaker)."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.telemetry.events import BreakerTurned, Observer, silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Tripping:
    """When a breaker opens, and for how long. Times in seconds."""

    window: float = 10.0
    """How far back calls count."""
    fewest: int = 20
    """Calls below which nothing is concluded from them."""
    most_of_one: int = 8
    """Calls that a request counts as, however many it makes: so one request that fails opens nothing."""
    share: float = 0.5
    """Of failures, from which on it opens."""
    open_for: float = 5.0
    probes: int = 10
    """Requests that are let through in as long a time after that, one by one, until one has gone well."""

    @property
    def pause(self) -> float:
        """Return how long after a probe the next one may be sent, whatever became of that one."""
        return self.open_for / self.probes


class Breaker:
    """Says whether requests may be sent, from how the last ones went; *clock* is monotonic."""

    def __init__(
        self, clock: Callable[[], float], tripping: Tripping | None = None, observer: Observer = silent
    ) -> None:
        self._clock = clock
        self._observer = observer
        self._tripping: Final = tripping or Tripping()
        self._outcomes: deque[tuple[float, bool, int]] = deque()
        """When requests ended, whether well, and as how many calls they count."""
        self._opened: float | None = None
        self._next_probe = 0.0
        self._probes = 0
        """Those that are under way."""

    @property
    def is_open(self) -> bool:
        """Whether the origin is being left alone."""
        return self._opened is not None

    def admit(self) -> bool:
        """Say whether a request may be sent now; one that may is reported to ``went``, or to ``give_up``."""
        if self._opened is None:
            return True
        now, tripping = self._clock(), self._tripping
        if now < self._next_probe or self._probes >= tripping.probes:
            return False
        if self._next_probe == self._opened + tripping.open_for:
            self._observer(BreakerTurned("half-open"))
        self._next_probe = now + tripping.pause
        self._probes += 1
        return True

    def went(self, *, well: bool, calls: int = 1) -> None:
        """Take note how a request of *calls* went: badly is no answer, or that the origin is broken."""
        now, tripping = self._clock(), self._tripping
        if self._opened is not None:
            self._probed(well=well)
            return
        self._outcomes.append((now, well, min(calls, tripping.most_of_one)))
        while self._outcomes[0][0] < now - tripping.window:
            self._outcomes.popleft()
        sent = sum(weight for *_, weight in self._outcomes)
        failed = sum(weight for _, well, weight in self._outcomes if not well)
        if sent >= tripping.fewest and failed >= tripping.share * sent:
            self._open(now)

    def give_up(self) -> None:
        """Take note that a request was ended before anybody could say how it went: it was no probe."""
        self._probes = max(0, self._probes - 1)

    def _probed(self, *, well: bool) -> None:
        """Close after a probe that went well; after one that did not, the next comes when it would have."""
        if self._probes == 0:
            return  # It was sent before this opened.
        self._probes -= 1
        if well:
            self._opened, self._probes = None, 0
            self._observer(BreakerTurned("closed"))

    def _open(self, now: float) -> None:
        self._opened, self._probes = now, 0
        self._next_probe = now + self._tripping.open_for
        self._outcomes.clear()
        self._observer(BreakerTurned("open"))
