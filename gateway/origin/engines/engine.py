"""What the origin needs of a kind of database."""

from collections.abc import Callable
from typing import Final, Protocol

from sqlalchemy import ExceptionContext, event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

WAIT_SECONDS: Final = 4.0
"""How long anything waits for its turn, for a connection, or for a writer of another process.

Two of these together are shorter than the time that a request may take, so that it can still say so.
"""


class DatabaseUnusable(Exception):
    """The database cannot be opened, is not ours, went away, or did not let us in for too long."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"The database {path} cannot be used: {reason}.")
        self.path = path
        self.reason = reason


class Overtaken(DatabaseUnusable):
    """Others changed at the same moment what a transaction worked with; it is undone and may be repeated."""


class Engine(Protocol):
    """Connections to one database, for those who read and for those who write."""

    readers: AsyncEngine
    """Its transactions see one state throughout."""
    writers: AsyncEngine

    @property
    def name(self) -> str:
        """What messages call the database; never with a password."""

    def check(self) -> None:
        """Refuse what the database itself would say less about."""

    def queue(self, owner: str) -> str:
        """Return the queue in which the writes of *owner* wait for each other within this process."""

    async def connect(self, session: AsyncSession) -> None:
        """Give *session* its connection."""

    async def lock(self, session: AsyncSession, owner: str) -> None:
        """Wait until no other process writes what belongs to *owner*, and keep them out till the end."""


def translate_errors(engine: AsyncEngine, explain: Callable[[Exception], DatabaseUnusable | None]) -> None:
    """Raise what *explain* makes of an error of the driver, wherever in a transaction it comes up.

    A connection that the network took is given up; where *explain* returns None an error stays as it is.
    """

    def translated(context: ExceptionContext) -> DatabaseUnusable | None:
        error = context.original_exception
        # A connection that is found dead before it is used is replaced.
        if not isinstance(error, Exception) or context.is_pre_ping:
            return None
        if isinstance(error, OSError):
            context.is_disconnect = True
        return explain(error)

    event.listen(engine.sync_engine, "handle_error", translated)
