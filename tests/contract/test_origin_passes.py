"""The origin is the API: it passes the audits, group by group, on every kind of database."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from gateway.audit.run import Outcome, judged
from gateway.audit.session import Session
from tests.contract.audits import AUDITS, Level
from tests.contract.claimant import Furnished, for_group, furnished, visited
from tests.databases import PostgreSQLDatabases

NEVER_BOTH = {"QUEUE-43"}
"""That an empty queue says 0 is seen in another's queue: ours is full, for all that else is asked of it."""

GROUPS = tuple(dict.fromkeys(audit.group for audit in AUDITS))


@pytest.fixture(scope="module")
def on_sqlite(furnish: Callable[[], Furnished]) -> Furnished:
    """Furnish an origin in a file."""
    return furnish()


@pytest.fixture(scope="module")
def on_postgresql(postgresql_server: PostgreSQLDatabases) -> Iterator[Furnished]:
    """Furnish an origin on a server."""
    yield furnished(postgresql_server)()
    postgresql_server.take_back()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Furnished:
    """Return the furnished origin, on every kind of database."""
    furnished: Furnished = request.getfixturevalue(f"on_{request.param}")
    return furnished


@pytest.fixture(scope="module")
async def visit(place: Furnished) -> AsyncIterator[Session]:
    """Visit the origin, which is as strict as it can be."""
    async with visited(place) as session:
        yield session


@pytest.mark.anyio
@pytest.mark.parametrize("group", GROUPS)
async def test_every_must_of_a_group_holds(group: str, visit: Session) -> None:
    """Every MUST of the group passes, and none is skipped for want of something to look at."""
    chosen = [audit for audit in AUDITS if audit.group == group and audit.level is Level.MUST]
    session = for_group(visit, group)
    results = [await judged(audit, session) for audit in chosen]
    others = [result for result in results if result.outcome is not Outcome.PASSED]
    assert [(one.audit.id, one.reason) for one in others if one.audit.id not in NEVER_BOTH] == []
