"""Counts the statements that a block of code sends to the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPICursor, ExecutionContext
from sqlalchemy.ext.asyncio import AsyncSession


@contextmanager
def statements(session: AsyncSession) -> Iterator[list[str]]:
    """Collect the statements that *session* sends within the block."""
    engine = session.get_bind().engine
    sent: list[str] = []

    def note(  # The event's signature is SQLAlchemy's.
        _connection: Connection,
        _cursor: DBAPICursor,
        statement: str,
        _parameters: object,
        _context: ExecutionContext,
        _executemany: bool,  # noqa: FBT001
    ) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
