"""Export, then import into an empty database: the same catalog, as far as the shape can tell it."""

import asyncio
import gzip
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Executable, delete

from gateway.origin.catalog import embedded
from gateway.origin.catalog.index_file import import_index
from gateway.origin.database import Database
from gateway.origin.models import Base
from tests.databases import Databases
from tests.origin.index import shelf
from tests.origin.index.catalogs import Catalog, catalogs
from tests.origin.index.conftest import client_of, sign
from tests.origin.index.shelf import TRUSTED
from tests.origin.index.tables import BOTH, FULL, dump

SHAPES = [("index", BOTH), ("full", FULL)]

Queries = Mapping[str, Executable]


async def export(database: Database, name: str) -> bytes:
    """Return an index file of *database* with everything in it that anybody may know."""
    async with client_of(database) as client:
        asked = "?include_amg=1&include_tms=1"
        return (await client.get(sign(f"/catalog/titles/{name}{asked}", key=TRUSTED))).content


@pytest.mark.anyio
@pytest.mark.parametrize(("name", "tables"), SHAPES)
async def test_small_catalog(
    any_catalog: Database, any_empty: Database, tmp_path: Path, name: str, *, tables: Queries
) -> None:
    """The small catalog is the same after the round trip, on every kind of database."""
    file = tmp_path / "index.xml.gz"
    file.write_bytes(gzip.compress(await export(any_catalog, name)))

    report = await import_index(any_empty, file)

    assert (report.read, report.imported, report.mended, report.skipped) == (7, 7, {}, {})
    assert await dump(any_empty, tables) == await dump(any_catalog, tables)


@pytest.mark.anyio
async def test_embedded_catalog(sqlite_databases: Databases, tmp_path: Path) -> None:
    """So is the catalog that comes with the program."""
    whole = Database(sqlite_databases.copy(shelf.blank))
    other = Database(sqlite_databases.copy(shelf.blank))
    await embedded.embed(whole)
    await shelf.fill_consumers(whole)
    file = tmp_path / "full.xml"
    file.write_bytes(await export(whole, "full"))

    await import_index(other, file)

    tables = await dump(whole, FULL), await dump(other, FULL)
    await whole.close()
    await other.close()
    assert tables[0] == tables[1]


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory, sqlite_databases: Databases) -> tuple[str, str, Path]:
    """Return two databases that are emptied time and again, and a file between them."""
    urls = sqlite_databases.copy(shelf.blank), sqlite_databases.copy(shelf.blank)
    return (*urls, tmp_path_factory.mktemp("round") / "index.xml")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(catalog=catalogs())
def test_any_catalog(pair: tuple[str, str, Path], catalog: Catalog) -> None:
    """Whatever is in a catalog, either shape carries what it promises; a second import adds nothing."""
    for name, tables in SHAPES:
        before, after, again = asyncio.run(_travel(pair, catalog, name, tables=tables))

        assert after == before
        assert again == before


async def _travel(
    pair: tuple[str, str, Path], catalog: Catalog, name: str, *, tables: Queries
) -> tuple[object, object, object]:
    """Return what is in *tables* at home, after the journey, and after another."""
    home, away, file = Database(pair[0]), Database(pair[1]), pair[2]
    try:
        for database in (home, away):
            await _clear(database)
        await shelf.put(home, catalog.people, catalog.titles)
        await shelf.fill_consumers(home)
        file.write_bytes(await export(home, name))
        await import_index(away, file)
        after = await dump(away, tables)
        await import_index(away, file)
        return await dump(home, tables), after, await dump(away, tables)
    finally:
        await home.close()
        await away.close()


async def _clear(database: Database) -> None:
    async with database.write() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table in reversed(Base.metadata.sorted_tables):
            await session.execute(delete(table))
