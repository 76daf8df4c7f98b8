"""What the origin needs of a kind of database."""

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession


class DatabaseUnusable(Exception):
    """The database cannot be opened or is not ours."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"The database {path} cannot be used: {reason}.")
        self.path = path
        self.reason = reason


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
