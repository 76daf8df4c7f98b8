"""Connections that do nothing: one of them gives way where there is no place for who comes."""

import select
from collections import OrderedDict
from collections.abc import Iterable
from typing import Protocol


class Kept(Protocol):
    """A connection that may be idle."""

    def gives_way(self) -> bool:
        """Close the connection, if it really is idle; return whether that is so."""


class Idle:
    """The connections of a server that are idle, first the one that has been for longest."""

    def __init__(self) -> None:
        self._connections: OrderedDict[Kept, None] = OrderedDict()

    def add(self, connection: Kept) -> None:
        """Take note that *connection* is idle from now on."""
        self._connections[connection] = None
        self._connections.move_to_end(connection)

    def discard(self, connection: Kept) -> None:
        """Take note that *connection* is idle no longer."""
        self._connections.pop(connection, None)

    def make_place(self) -> bool:
        """Let the connection give way that has been idle for longest; return whether there was one.

        Who does not give way is not looked at again before it has been used: each is looked at once.
        """
        while self._connections:
            connection, _ = self._connections.popitem(last=False)
            if connection.gives_way():
                return True
        return False


class _File(Protocol):
    def fileno(self) -> int: ...


def is_anything_at(sockets: Iterable[_File]) -> bool:
    """Whether at one of *sockets* is somebody who was not let in, or something that was not read yet."""
    waiting = select.poll()
    for each in sockets:
        waiting.register(each.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
