"""After an import the database knows what it has, and need not guess."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.origin.catalog.index_file import import_index
from gateway.origin.catalog.netflix_titles import import_titles
from gateway.origin.database import Database
from tests.databases import Databases
from tests.origin.data.conftest import lay_tables

pytestmark = pytest.mark.anyio

INDEX = (
    "<catalog_titles><catalog_title><id>http://x/catalog/titles/movies/1</id><title regular='Jaws'/>"
    "</catalog_title></catalog_titles>"
)


@pytest.fixture
async def database(postgresql_databases: Databases) -> AsyncIterator[Database]:
    """Open an empty database of PostgreSQL."""
    opened = Database(postgresql_databases.copy(lay_tables))
    async with opened.write() as session:
        # A database that another test has used may know something already.
        await session.execute(text("DELETE FROM pg_statistic WHERE starelid = 'title'::regclass"))
    yield opened
    await opened.close()


@pytest.mark.parametrize("kind", ["table", "index"])
async def test_an_import_is_looked_at(
    database: Database, tmp_path: Path, netflix_table: Callable[..., Path], *, kind: str
) -> None:
    """Whatever was imported, the planner has seen it."""
    if kind == "table":
        await import_titles(database, netflix_table(tmp_path / "titles.csv", 20))
    else:
        (tmp_path / "index.xml").write_text(INDEX, encoding="utf-8")
        await import_index(database, tmp_path / "index.xml")

    async with database.read() as session:
        known = await session.scalars(text("SELECT attname FROM pg_stats WHERE tablename = 'title'"))
        assert "search_name" in known.all()
