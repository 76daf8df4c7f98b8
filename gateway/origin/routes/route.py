"""An endpoint, and what a request for it must be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.origin.calls import Endpoint
from gateway.origin.oauth.verification import Level

READS: Final = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Route:
    """What answers at an address, to whom, and by which verbs."""

    endpoint: Endpoint
    level: Level = Level.SIGNED
    together: int = 250
    """How many calls are answered in one go; they are late together, so what may be slow is alone."""
    writes: Mapping[str, Endpoint] = field(default_factory=dict)
    """What changes it, by verb; each is called with one call, within a transaction."""
    is_made_by_reading: bool = False
    """Whether what is read may have to be stored first, as tokens are."""

    @property
    def verbs(self) -> tuple[str, ...]:
        """Return what may be done here."""
        return (*READS, *self.writes)

    @property
    def is_personal(self) -> bool:
        """Tell whether what is found is for its owner alone."""
        return self.level is Level.PROTECTED
