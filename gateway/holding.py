"""How much a server holds for its clients: of what is not read, answered or taken yet. Pure."""

from collections import deque
from dataclasses import dataclass
from typing import Final

TOO_MUCH: Final = "The gateway holds too much for its clients."
"""What is said to who would have more than there is room for."""

_REQUEST: Final = 4_096
"""Bytes that a request takes beside those that were sent, about."""


@dataclass(slots=True)
class Held:
    """What is held for all connections together, in bytes."""

    most: int
    """From here on no connection may have more than its share."""
    share: int
    """What each may have, however much the others have."""
    bytes: int = 0
    sockets: int = 0
    """How many of them are WebSockets."""


class Holding:
    """What is held for one connection, counted in *held* with all others."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._requests: deque[int] = deque()
        self._untaken = 0
        self._unread = 0

    @property
    def bytes(self) -> int:
        """How much it is."""
        return sum(self._requests) + self._untaken + self._unread

    @property
    def is_too_much(self) -> bool:
        """Whether this connection has more than its share, and all together have too much."""
        return self._held.bytes > self._held.most and self.bytes > self._held.share

    def begin(self) -> None:
        """Hold another request."""
        self._requests.append(0)
        self.receive(_REQUEST)

    def receive(self, size: int) -> None:
        """Hold *size* more bytes of the request that began last, if it still is to be answered."""
        if self._requests:
            self._requests[-1] += size
            self._held.bytes += size

    def answered(self) -> None:
        """Let go of the request that began first."""
        if self._requests:
            self._held.bytes -= self._requests.popleft()

    def leave_untaken(self, size: int) -> None:
        """Hold *size* bytes of answers that are not taken, in place of what it was before."""
        self._held.bytes += size - self._untaken
        self._untaken = size

    def leave_unread(self, size: int) -> None:
        """Hold *size* bytes that are a part of something yet, in place of what it was before."""
        self._held.bytes += size - self._unread
        self._unread = size

    def clear(self) -> None:
        """Let go of everything."""
        while self._requests:
            self.answered()
        self.leave_untaken(0)
        self.leave_unread(0)
