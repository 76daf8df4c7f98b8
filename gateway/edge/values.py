"""What comes along with operations: values take far more memory than they have bytes as JSON."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from gateway.edge.limits import values_in
from gateway.edge.request import Refusal


class Values:
    """The values of the variables of all operations that a worker is at: *most* of them at once.

    An operation of no more than *share* is not refused, however many the others have. A value is an object of
    230 bytes at worst, so all together take some 20 MB.
    """

    def __init__(self, *, most: int = 100_000, share: int = 100) -> None:
        self._most = most
        self._share = share
        self.held = 0
        """How many there are now."""

    @contextmanager
    def of(self, variables: Mapping[str, object] | None) -> Iterator[None]:
        """Hold those of one operation meanwhile; raise ``Refusal`` (503) where it is too much."""
        count = sum(1 for _ in values_in(variables or {}))
        held = self.held + count
        if count > self._share and held > self._most:
            what = "The values in the variables of all operations"
            message = f"{what} may be at most {self._most} at once, not {held}."
            raise Refusal(503, message, {"retry-after": "1"}, code="OVERLOADED")
        self.held = held
        try:
            yield
        finally:
            self.held -= count
