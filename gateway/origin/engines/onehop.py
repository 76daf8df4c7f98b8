"""Connections to a file that go to their thread once for each statement."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import aiosqlite


def connect(file: str, **settings: Any) -> "OneHop":  # noqa: ANN401 - whatever sqlite3 takes
    """Return what connects to *file* when it is awaited."""
    connection = OneHop(partial(sqlite3.connect, file, **settings), iter_chunk_size=1)
    # One that is forgotten keeps no process from ending; SQLAlchemy sees to it for those it makes itself.
    connection._thread.daemon = True  # noqa: SLF001 - there is no other way to it
    return connection


class OneHop(aiosqlite.Connection):
    """A connection whose cursors are in need of its thread only to execute.

    SQLAlchemy makes a cursor, executes, fetches every row and closes. Were each of the four a way to the
    thread and back, they would take longer than most statements.
    """

    def cursor(self) -> "Cursor":  # type: ignore[override]  # It cannot be awaited, and need not be.
        """Return a cursor."""
        return Cursor(self)

    async def run(self, execute: Callable[..., object], *arguments: object) -> "Done":
        """Have a cursor *execute* with *arguments*; return all that comes of it."""
        run = partial(_run, self._conn, execute, *arguments)
        done: Done = await self._execute(run)  # type: ignore[no-untyped-call]  # aiosqlite's own
        return done


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a statement."""

    rows: Sequence[Any] = ()
    description: Sequence[Any] | None = None
    rowcount: int = -1
    lastrowid: int | None = None


class Cursor:
    """As much of a cursor as SQLAlchemy uses."""

    def __init__(self, connection: OneHop) -> None:
        self._connection = connection
        self._done = Done()

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: object = ()) -> None:
        """Execute *statement*, and fetch its rows."""
        self._done = await self._connection.run(sqlite3.Cursor.execute, statement, parameters)

    async def executemany(self, statement: str, parameters: Iterable[object]) -> None:
        """Execute *statement* with each of *parameters*."""
        self._done = await self._connection.run(sqlite3.Cursor.executemany, statement, parameters)

    async def fetchall(self) -> Sequence[Any]:
        """Return the rows, which are here already."""
        return self._done.rows

    async def close(self) -> None:
        """Do nothing: what there was to close is closed."""

    @property
    def description(self) -> Sequence[Any] | None:
        """Say what the columns of the rows are; None when there are none."""
        return self._done.description

    @property
    def rowcount(self) -> int:
        """Tell how many rows were changed; -1 when that is no question."""
        return self._done.rowcount

    @property
    def lastrowid(self) -> int | None:
        """Return the number of the row that was inserted last."""
        return self._done.lastrowid


def _run(connection: sqlite3.Connection, execute: Callable[..., object], *arguments: object) -> Done:
    cursor = connection.cursor()
    try:
        execute(cursor, *arguments)
        rows = cursor.fetchall() if cursor.description else ()
        return Done(rows, cursor.description, cursor.rowcount, cursor.lastrowid)
    finally:
        cursor.close()
