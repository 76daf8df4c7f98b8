"""What queries cost: statements by depth, not by the length of the list."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import queries
from gateway.origin.catalog.netflix_titles import import_titles
from gateway.origin.database import Database
from gateway.origin.models import Kind, Person, Title
from gateway.origin.records import Facet
from tests.origin.data.counting import statements

pytestmark = pytest.mark.anyio

Query = Callable[[AsyncSession, list[int]], Awaitable[object]]

QUERIES: dict[str, tuple[Query, int]] = {
    "titles": (queries.titles, 4),
    "titles with everything": (lambda session, ids: queries.titles(session, ids, load=frozenset(Facet)), 16),
    "seasons": (lambda session, ids: queries.child_ids(session, ids, Facet.SEASONS), 1),
    "similars": (queries.similar_ids, 1),
}


@pytest.fixture
async def imported(
    database: Database, netflix_table: Callable[..., Path], tmp_path: Path
) -> AsyncIterator[AsyncSession]:
    """Read a catalog of a few hundred titles."""
    await import_titles(database, netflix_table(tmp_path / "titles.csv", 400))
    async with database.read() as session:
        yield session


@pytest.mark.parametrize("name", QUERIES)
async def test_a_hundred_titles_cost_as_many_statements_as_one(imported: AsyncSession, name: str) -> None:
    """A bulk of a hundred entries is a handful of reads."""
    query, most = QUERIES[name]
    series = list(await imported.scalars(select(Title.id).where(Title.kind == Kind.SERIES).limit(100)))
    imported.expunge_all()
    with statements(imported) as for_one:
        await query(imported, series[:1])
    imported.expunge_all()
    with statements(imported) as for_many:
        await query(imported, series)

    assert len(series) == 100
    assert len(for_many) == len(for_one)
    assert 0 < len(for_many) <= most


async def test_people_and_filmographies_cost_a_statement_each(imported: AsyncSession) -> None:
    """However many people are asked for."""
    everyone = list(await imported.scalars(select(Person.id).limit(1_000)))
    with statements(imported) as sent:
        await queries.people(imported, everyone)
        await queries.filmography_ids(imported, everyone)

    assert (len(everyone), len(sent)) == (1_000, 2)


async def test_more_ids_than_a_statement_binds_are_asked_for_in_parts(imported: AsyncSession) -> None:
    """A list may be longer than SQLite's limit of variables."""
    known = list(await imported.scalars(select(Title.id)))
    ids = [*range(40_000), *known]

    assert list(await queries.titles(imported, ids)) == known
