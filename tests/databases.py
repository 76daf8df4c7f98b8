"""Fresh databases for tests: copies of what was filled once, on SQLite and on PostgreSQL."""

import asyncio
import os
import shutil
import socket
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain, count
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import asyncpg  # type: ignore[import-untyped]  # It comes without types.
from sqlalchemy import make_url

from tests.services import POSTGRESQL, ask_postgresql

T = TypeVar("T")
Fill = Callable[[str], Coroutine[Any, Any, None]]
"""Brings the database at a url up to date, puts into it what tests need, and closes it."""


class Databases(Protocol):
    """Databases of one kind."""

    def copy(self, fill: Fill) -> str:
        """Return the url of a new database, a copy of what *fill* once filled."""

    def make(self) -> str:
        """Return the url of a new database with nothing in it."""


class SQLiteDatabases:
    """Files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._filled: dict[Fill, Path] = {}

    def make(self) -> str:
        """Return the url of a file that is not there yet."""
        return _sqlite_url(self._new())

    def copy(self, fill: Fill) -> str:
        """Return the url of a copy of what *fill* once filled."""
        if fill not in self._filled:
            self._filled[fill] = self._new()
            _run(fill(_sqlite_url(self._filled[fill])))
        return _sqlite_url(Path(shutil.copy(self._filled[fill], self._new())))

    def _new(self) -> Path:
        return self._folder / f"{next(self._numbers)}.sqlite3"


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run *work* to its end in a loop of its own, for a test may be running in one already."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def _sqlite_url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


_PREFIX: Final = f"gateway_test_{blake2b(socket.gethostname().encode(), digest_size=3).hexdigest()}"

# The order of texts must not depend on the language that a server's databases are made for.
_MAKE: Final = """
    CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'
    LOCALE_PROVIDER icu ICU_LOCALE 'en-US'
"""
_MADE: Final = f"SELECT datname FROM pg_database WHERE starts_with(datname, '{_PREFIX}')"  # noqa: S608
_DROP: Final = "DROP DATABASE IF EXISTS {name} WITH (FORCE)"

_KEEP: Final = """
    DO $$ DECLARE name text; BEGIN
        CREATE SCHEMA kept;
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('CREATE TABLE kept.%1$I AS TABLE public.%1$I', name);
        END LOOP;
        CREATE TABLE kept.numbers AS
            SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public';
    END $$
"""
_RESTORE: Final = """
    DO $$ DECLARE name text; number bigint; BEGIN
        PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid();
        SET LOCAL synchronous_commit = off;
        SET LOCAL session_replication_role = replica; -- nothing refers to anything
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('DELETE FROM public.%I', name);
            EXECUTE format('INSERT INTO public.%1$I SELECT * FROM kept.%1$I', name);
        END LOOP;
        FOR name, number IN SELECT sequencename, last_value FROM kept.numbers LOOP
            PERFORM setval(format('public.%I', name)::regclass, coalesce(number, 1), number IS NOT NULL);
        END LOOP;
    END $$
"""


class PostgreSQLDatabases:
    """Databases of a server, dropped in the end.

    To make and to drop one takes the server a good while, so a test gets one that another test has used,
    with every row as it was in the beginning, by a connection that knows the tables already.
    """

    def __init__(self) -> None:
        self._numbers = count(1)
        self._made: list[str] = []
        self._free: dict[Fill, list[_Filled]] = {}
        self._lent: list[tuple[Fill, _Filled]] = []
        # Connections belong to a loop, and a test may be running in one already.
        self._thread = ThreadPoolExecutor(1)
        self._runner = asyncio.Runner()
        self._run(_drop_forgotten())

    def make(self) -> str:
        """Return the url of a database without tables."""
        return _url(self._make())

    def copy(self, fill: Fill) -> str:
        """Return the url of a database that is as *fill* has filled it."""
        free = self._free.setdefault(fill, [])
        if free:
            filled = free.pop()
            self._run(filled.restore())
        else:
            name = self._make()
            self._run(fill(_url(name)))
            filled = self._run(_Filled.keep(name))
        self._lent.append((fill, filled))
        return _url(filled.name)

    def take_back(self) -> None:
        """Let the next test have what this test had."""
        for fill, filled in self._lent:
            self._free[fill].append(filled)
        self._lent.clear()

    def close(self) -> None:
        """Drop everything."""
        self.take_back()
        for filled in chain.from_iterable(self._free.values()):
            self._run(filled.close())
        for name in self._made:
            self._run(ask_postgresql(POSTGRESQL, _DROP.format(name=name)))
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()

    def _make(self) -> str:
        name = f"{_PREFIX}_{os.getpid()}_{next(self._numbers)}"
        self._run(ask_postgresql(POSTGRESQL, _MAKE.format(name=name)))
        self._made.append(name)
        return name

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._thread.submit(self._runner.run, work).result()


@dataclass(frozen=True)
class _Filled:
    """A database with rows that it can be given again."""

    name: str
    connection: Any

    @classmethod
    async def keep(cls, name: str) -> "_Filled":
        """Keep a copy of the rows of the database *name*."""
        address = make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)
        connection = await asyncpg.connect(address)
        await connection.execute(_KEEP)
        return cls(name, connection)

    async def restore(self) -> None:
        """Bring back the rows that were kept."""
        await self.connection.execute(_RESTORE)

    async def close(self) -> None:
        """End the connection."""
        await self.connection.close()


def _url(name: str) -> str:
    url = make_url(POSTGRESQL).set(drivername="postgresql+asyncpg", database=name)
    return url.render_as_string(hide_password=False)


async def _drop_forgotten() -> None:
    """Drop what killed tests of this machine have left."""
    for (name,) in await ask_postgresql(POSTGRESQL, _MADE):
        if not _is_running(int(name.split("_")[-2])):
            await ask_postgresql(POSTGRESQL, _DROP.format(name=name))


def _is_running(process: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False
