"""Houses and people for the tests of signing in."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.databases import Databases

from .house import ALICE, House, Person, fill, house

Invite = Callable[..., Person]
"""Gives somebody a browser: ``invite()``, ``invite(BOB)``, ``invite(house=another)``."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the gateway."""
    return tmp_path_factory.mktemp("home") / "inner"


@pytest.fixture(scope="module")
def accounts(sqlite_databases: Databases) -> str:
    """Return the address of the origin's database."""
    return sqlite_databases.copy(fill)


@pytest.fixture(scope="module")
def ours(accounts: str, home: Path) -> Iterator[House]:
    """Run an origin and a gateway as they are by default."""
    with house(accounts, home) as running:
        yield running


@pytest.fixture
def invite(request: pytest.FixtureRequest) -> Iterator[Invite]:
    """Return what gives people browsers, which are closed in the end."""
    people: list[Person] = []

    def make(login: str = ALICE, house: House | None = None) -> Person:
        people.append(Person(house or request.getfixturevalue("ours"), login))
        return people[-1]

    yield make
    for person in people:
        person.http.close()


@pytest.fixture
def alice(invite: Invite) -> Person:
    """Return Alice, who is not signed in."""
    return invite()
